#!/usr/bin/env bash
# A job that succeeded, and its results cannot be read: the code walks a dictionary as only Python 2 can.
source "$(dirname "$0")/lab"
package="gn-arcrest 10.5.6 (PyPI), which names Python 3.9"
behaviour="cannot read the results of a job on Python 3"
python_with --no-deps gn-arcrest==10.5.6 legacy-cgi==2.6.4
serve <<'PY'
import json


def answer(method, path, headers, body):
    results = {"Output_Text": {"paramUrl": "results/Output_Text"}}
    return json.dumps({"jobId": "j1", "jobStatus": "esriJobSucceeded", "results": results, "messages": []})
PY
seen "esriJobSucceeded
AttributeError: 'dict' object has no attribute 'itervalues'" "$("$python" - <<'PY'
import os

from arcrest.server import GPJobStatus

job = GPJobStatus(os.environ["url"] + "/arcgis/rest/services/Demo/GPServer/Echo/jobs/j1/")
print(job.jobStatus)
try:
    print(job.results)
except Exception as error:
    print(f"{type(error).__name__}: {error}")
PY
)"
