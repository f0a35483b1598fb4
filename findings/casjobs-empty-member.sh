#!/usr/bin/env bash
# A job of which one text is empty (<Error />, as an ASMX service writes an empty string) makes the whole list unreadable.
source "$(dirname "$0")/lab"
package="casjobs 0.0.2 (PyPI)"
behaviour="cannot list jobs when a member of one of them is an empty text"
python_with casjobs==0.0.2 requests==2.34.2
serve <<'PY'
ANSWER = """<?xml version="1.0" encoding="utf-8"?>
<ArrayOfCJJob xmlns="http://Services.Cas.jhu.edu">
  <CJJob><JobID>1001</JobID><Status>5</Status>MEMBER</CJJob>
</ArrayOfCJJob>"""


def answer(method, path, headers, body):
    return ANSWER.replace("MEMBER", "<Error />" if path.startswith("/empty") else "")
PY
seen "absent: [{'JobID': '1001', 'Status': '5'}]
empty: AttributeError 'NoneType' object has no attribute 'data'" "$("$python" - <<'PY'
import os

import casjobs

for member in ("absent", "empty"):
    jobs = casjobs.CasJobs(userid=1, password="secret", base_url=f"{os.environ['url']}/{member}")
    try:
        print(f"{member}: {jobs.job_info(jobid=1001)}")
    except Exception as error:
        print(f"{member}: {type(error).__name__} {error}")
PY
)"
