"""osa: submit, and ask for the status."""

import os

import dataset  # noqa: F401
import osa
from pace import until

jobs = osa.Client(os.environ["MOCKSERVER_CASJOBS_URL"] + "?WSDL").service
query = {"qry": os.environ["MOCKSERVER_TASK"], "context": "DR7", "taskname": "osa", "estimate": 30}
job = jobs.SubmitJob(wsid=1, pw="secret", **query)
until(lambda: jobs.GetJobStatus(wsId=1, pw="secret", jobId=job), 5, 0, 1, 2)
