"""ArcREST: a job's property `running`, asked until it is false."""

import os

from arcrest.server import GPTask
from pace import until

task = GPTask(f"{os.environ['MOCKSERVER_ARCGIS_URL']}/services/{os.environ['MOCKSERVER_TASK']}/")
job = task("hello")
until(lambda: "running" if job.running else job.jobStatus, "esriJobSucceeded", "running")
