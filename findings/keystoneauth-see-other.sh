#!/usr/bin/env bash
# 303 says that the answer is elsewhere, to be had with GET (RFC 9110, 15.4.4; POST may stay POST only after 301 and 302). APIs of jobs
# such as UWS answer a new job so. The session sends the POST again, body and all, to the job's own address. A Location without a
# host, which 10.2.2 of the same RFC allows, it cannot follow.
source "$(dirname "$0")/lab"
package="keystoneauth1 5.18.1 (PyPI)"
behaviour="repeats a POST after 303 See Other, and cannot follow a relative Location"
python_with keystoneauth1==5.18.1 requests==2.34.2
serve <<'PY'
def answer(method, path, headers, body):
    if path == "/whole":
        return 303, {"Location": f"http://{headers['Host']}/whole/1"}, ""
    if path == "/relative":
        return 303, {"Location": "/relative/1"}, ""
    return f'{{"came": "{method} {path} {len(body)}"}}'
PY
seen "requests, /whole: GET /whole/1 0
requests, /relative: GET /relative/1 0
keystoneauth1, /whole: POST /whole/1 12
keystoneauth1, /relative: UnknownConnectionError" "$("$python" - <<'PY'
import os

import requests
from keystoneauth1 import noauth, session

for name, client in (("requests", requests), ("keystoneauth1", session.Session(auth=noauth.NoAuth()))):
    for path in ("/whole", "/relative"):
        try:
            told = client.post(os.environ["url"] + path, json={"job": "a"}, headers={}).json()["came"]
        except Exception as error:
            told = type(error).__name__
        print(f"{name}, {path}: {told}")
PY
)"
