"""python-ags: a task that waits by itself."""

import os
import sys

from ags.gp import GPTask

task = GPTask(
    f"{os.environ['MOCKSERVER_ARCGIS_URL']}/services/{os.environ['MOCKSERVER_TASK']}", {"Input_Text": "hello"}
)
sys.exit(0 if task.submit_job(blocking=True) == task.SUCCEEDED else 1)
