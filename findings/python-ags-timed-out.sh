#!/usr/bin/env bash
# esriJobTimedOut, esriJobNew, esriJobDeleting and esriJobDeleted are in Esri's list of states and not in the client's.
source "$(dirname "$0")/lab"
package="python-ags 0.3.2 (PyPI)"
behaviour="raises on four of the states that Esri's page on jobs lists, among them the end of a job that timed out"
python_with python-ags==0.3.2 requests==2.34.2
serve <<'PY'
import json


def answer(method, path, headers, body):
    state = path.partition("/jobs/")[2].partition("?")[0]
    return json.dumps({"jobId": state, "jobStatus": state, "messages": []})
PY
seen "esriJobTimedOut: GPError Unrecognized job status: esriJobTimedOut
esriJobNew: GPError Unrecognized job status: esriJobNew
esriJobDeleting: GPError Unrecognized job status: esriJobDeleting
esriJobDeleted: GPError Unrecognized job status: esriJobDeleted
esriJobCancelled: 7" "$("$python" - <<'PY'
import os

from ags.gp import GPTask

for state in ("esriJobTimedOut", "esriJobNew", "esriJobDeleting", "esriJobDeleted", "esriJobCancelled"):
    task = GPTask(os.environ["url"] + "/arcgis/rest/services/Demo/GPServer/Echo")
    task.job_id = state
    try:
        print(f"{state}: {task.poll()}")
    except Exception as error:
        print(f"{state}: {type(error).__name__} {error}")
PY
)"
