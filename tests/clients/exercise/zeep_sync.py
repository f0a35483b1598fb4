"""zeep: submit, and ask for the status until it is neither 0, 1 nor 2."""

import os

import zeep
from pace import until

jobs = zeep.Client(os.environ["MOCKSERVER_CASJOBS_URL"] + "?WSDL").service
query = {"qry": os.environ["MOCKSERVER_TASK"], "context": "DR7", "taskname": "zeep", "estimate": 30}
job = jobs.SubmitJob(wsid=1, pw="secret", **query)
until(lambda: jobs.GetJobStatus(wsId=1, pw="secret", jobId=job), 5, 0, 1, 2)
