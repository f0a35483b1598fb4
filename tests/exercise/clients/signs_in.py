"""A client of a site that asks for tokens: it signs in, and anew when its token is refused, unless that is planted."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.parse
import urllib.request

URL = os.environ["MOCKSERVER_URL"]
TASK = f"{os.environ['MOCKSERVER_ARCGIS_URL']}/services/{os.environ['MOCKSERVER_TASK']}"
WAITING = {"esriJobSubmitted", "esriJobWaiting", "esriJobExecuting"}
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def post(url: str, **form: str) -> dict:
    with opener.open(url, urllib.parse.urlencode({"f": "json", **form}).encode(), timeout=10) as answer:
        return json.load(answer)


def sign_in() -> str:
    who = {"username": "siteadmin", "password": "secret", "client": "requestip"}
    return post(f"{URL}/arcgis/tokens/generateToken", **who)["token"]


token = sign_in()
job = post(f"{TASK}/submitJob", token=token, Input_Text="x")["jobId"]
while True:
    time.sleep(0.3)
    found = post(f"{TASK}/jobs/{job}", token=token)
    if "error" in found:
        print("refused", found["error"]["code"])
        if os.environ.get("PLANTED") == "never-signs-in-anew":
            sys.exit(7)
        token = sign_in()
        continue
    if found["jobStatus"] not in WAITING:
        sys.exit(0 if found["jobStatus"] == "esriJobSucceeded" else 10)
