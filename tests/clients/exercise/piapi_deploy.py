"""piapi: deploy a template, and ask for the job by its name."""

import os

from pace import until
from piapi import PIAPI

prime = PIAPI(os.environ["MOCKSERVER_URL"], "nbi", "secret")
target = {"targetDeviceID": "7888", "variableValues": {"variableValue": []}}
command = {"targetDevices": {"targetDevice": [target]}, "templateName": os.environ["MOCKSERVER_TASK"]}
made = prime.request_service("deployTemplateThroughJob", {"cliTemplateCommand": command})["mgmtResponse"]
result = made["cliTemplateCommandJobResult"]
name = (result[0] if isinstance(result, list) else result)["jobName"]


def look():
    job = prime.request_data("JobSummary", {"jobName": name}, hold=0)[0]["jobSummaryDTO"]
    # A job that waits for its run has no runStatus yet.
    return job.get("resultStatus") if job.get("runStatus") == "COMPLETED" else None


until(look, "SUCCESS", None)
