#!/usr/bin/env bash
# Esri's parameter for the spatial reference of the output is env:outSR. The client sends another name, which no page has,
# so a server works in its own reference and says nothing.
source "$(dirname "$0")/lab"
package="python-ags 0.3.2 (PyPI)"
behaviour="sends output_sr as env:outputSR, process_sr as env:processSR"
python_with python-ags==0.3.2 requests==2.34.2
serve <<'PY'
import json


def answer(method, path, headers, body):
    return json.dumps({"jobId": "j1", "jobStatus": "esriJobSubmitted"})
PY
seen "env:outputSR=102100 env:processSR=4326" "$("$python" - <<'PY'
import os
from urllib.parse import parse_qsl

from ags.gp import GPTask

task = GPTask(os.environ["url"] + "/arcgis/rest/services/Demo/GPServer/Echo")
task.output_sr, task.process_sr = 102100, 4326
task.submit_job()
body = open("requests.log").read().split("\n\n")[1].split("\n")[0].strip()
print(*(f"{name}={value}" for name, value in parse_qsl(body) if name.startswith("env:")))
PY
)"
