"""suds-community: submit, and ask for the status."""

import os

import dataset  # noqa: F401
import suds.client
from pace import until

jobs = suds.client.Client(os.environ["MOCKSERVER_CASJOBS_URL"] + "?WSDL", cache=None).service
job = jobs.SubmitJob(1, "secret", os.environ["MOCKSERVER_TASK"], "DR7", "suds", 30)
until(lambda: jobs.GetJobStatus(1, "secret", job), 5, 0, 1, 2)
