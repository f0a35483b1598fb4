"""A client that survives: it submits, asks, gives up, and says how it ended. Faults are planted by MOCKSERVER_PLANTED."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET

API = sys.argv[1]
PLANTED = os.environ.get("PLANTED", "")
PAUSE = float(os.environ.get("PAUSE", "0.2"))
LIMIT = float(os.environ.get("LIMIT", "4"))
# Where nothing will ever come, patience is waiting time of whoever runs the tests.
if os.environ.get("MOCKSERVER_SCENARIO") == "stuck":
    LIMIT = min(LIMIT, float(os.environ.get("STUCK") or LIMIT))
CANCELS = "--cancel" in sys.argv
BASE = os.environ[f"MOCKSERVER_{API.upper()}_URL"]
TASK = os.environ["MOCKSERVER_TASK"]
PROJECT = "0123456789abcdef0123456789abcdef"
GRAPH = f"{BASE}/{PROJECT}/graphs/movie"

# Plain HTTP alone: what speaks HTTPS reads all authorities of the system first, in each of the many runs of this file.
opener = urllib.request.OpenerDirector()
for handler in ("HTTPHandler", "HTTPDefaultErrorHandler", "HTTPRedirectHandler", "HTTPErrorProcessor"):
    opener.add_handler(getattr(urllib.request, handler)())


class Refused(Exception):
    """The server said no."""


class Broken(Exception):
    """Nothing came, or nothing that can be read, or "later"."""


def ask(method: str, url: str, body: object = None, form: dict[str, str] | None = None) -> bytes:
    headers = {
        "ges": {"X-Auth-Token": "mock-token"},
        "prime": {"Authorization": "Basic " + base64.b64encode(b"nbi:secret").decode()},
    }.get(API, {})
    data = None
    if body is not None:
        data, headers = json.dumps(body).encode(), {**headers, "Content-Type": "application/json"}
    if form is not None:
        data = urllib.parse.urlencode(form).encode()
    try:
        with opener.open(urllib.request.Request(url, data, headers, method=method), timeout=5) as answer:
            raw = answer.read()
    except urllib.error.HTTPError as error:
        if error.code in (429, 502, 503) and PLANTED != "gives-up-when-busy":
            raise Broken(f"busy: {error.code}") from None
        raise Refused(f"{error.code} {error.read()[:200]!r}") from None
    except OSError as error:
        raise Broken(repr(error)) from None
    except Exception as error:  # http.client's own, of an answer that is cut off
        raise Broken(repr(error)) from None
    return raw


def read_json(raw: bytes) -> dict:
    try:
        value = json.loads(raw)
    except ValueError as error:
        raise Broken(str(error)) from None
    if "error" in value:
        raise Refused(str(value["error"]))
    return value


def read_xml(raw: bytes) -> ET.Element:
    try:
        return ET.fromstring(raw)
    except ET.ParseError as error:
        raise Broken(str(error)) from None


class Arcgis:
    final = {
        "esriJobSucceeded",
        "esriJobFailed",
        "esriJobCancelled",
        "esriJobTimedOut",
        "esriJobDeleted",
        "expectedFailure",
    }
    success = {"esriJobSucceeded"}
    known = final | {"esriJobSubmitted", "esriJobExecuting", "esriJobCancelling"}
    url = f"{BASE}/services/{TASK}"

    def submit(self):
        return read_json(ask("POST", f"{self.url}/submitJob", form={"f": "json", "Input_Text": "x"}))["jobId"]

    def state(self, job):
        wrong = "&returnMessages=perhaps" if PLANTED == "breaks-the-contract" else ""
        return read_json(ask("GET", f"{self.url}/jobs/{job}?f=json{wrong}"))["jobStatus"]

    def cancel(self, job):
        read_json(ask("POST", f"{self.url}/jobs/{job}/cancel", form={"f": "json"}))

    def result(self, job):
        return read_json(ask("GET", f"{self.url}/jobs/{job}/results/Output_Text?f=json"))


class Casjobs:
    final, success = {"3", "4", "5"}, {"5"}
    known = {"0", "1", "2", *final}

    def _get(self, operation, **values):
        query = urllib.parse.urlencode({"wsid": "1", "pw": "secret", **values})
        return read_xml(ask("GET", f"{BASE}/{operation}?{query}"))

    def submit(self):
        return self._get("SubmitJob", qry=TASK, context="DR7", taskname="t", estimate="30").text

    def state(self, job):
        query = urllib.parse.urlencode({"wsId": "1", "pw": "secret", "jobId": job})
        return read_xml(ask("GET", f"{BASE}/GetJobStatus?{query}")).text

    def cancel(self, job):
        ask("GET", f"{BASE}/CancelJob?" + urllib.parse.urlencode({"wsId": "1", "pw": "secret", "jobId": job}))

    def result(self, job):
        return None


class Ges:
    final, success = {"success", "complete", "failed", "cancelled"}, {"success", "complete"}
    known = {"pending", "running", *final}

    def submit(self):
        return read_json(
            ask("POST", f"{GRAPH}/action?action_id=execute-algorithm", {"algorithmName": TASK, "parameters": {}})
        )["jobId"]

    def state(self, job):
        found = read_json(ask("GET", f"{GRAPH}/jobs/{job}/status"))
        if "status" not in found:
            raise Refused(str(found))
        return found["status"]

    def cancel(self, job):
        ask("DELETE", f"{GRAPH}/jobs/{job}")

    def result(self, job):
        return None


class Prime:
    unbegun = {"EXPIREDBEFOREAPPROVAL", "CANCELLED"}
    final = {"COMPLETED/SUCCESS", "COMPLETED/FAILURE", "CANCELLED/CANCELLED", "ABORTED/FAILURE", *unbegun}
    success = {"COMPLETED/SUCCESS"}
    known = {"RUNNING/", *final}
    v4 = BASE.replace("/v1", "/v4")

    def submit(self):
        body = {
            "cliTemplateCommand": {"targetDevices": {"targetDevice": {"targetDeviceID": "1"}}, "templateName": TASK}
        }
        return read_json(ask("PUT", f"{self.v4}/op/cliTemplateConfiguration/deployTemplateThroughJob.json", body))[
            "mgmtResponse"
        ]["cliTemplateCommandJobResult"][0]["jobName"]

    def state(self, job):
        found = read_json(ask("GET", f"{self.v4}/op/jobService/runhistory.json?jobName={urllib.parse.quote(job)}"))
        try:
            found = found["mgmtResponse"]["job"][0]
            self.run = found["runInstances"]["runInstance"][-1]
        except (KeyError, IndexError):
            # A job that never began has no run to speak for it.
            return found["jobStatus"] if found.get("jobStatus") in self.unbegun else "unseen/"
        return f"{self.run.get('runStatus')}/{self.run.get('resultStatus') or ''}"

    def cancel(self, job):
        body = {"jobRunOperationPayload": {"runIds": {"runId": [self.run["runId"]]}}}
        ask("PUT", f"{self.v4}/op/jobService/cancelrunning.json", body)

    def result(self, job):
        return None


def main() -> int:
    if PLANTED == "leaves-a-child":
        print("child", subprocess.Popen(["sleep", "600"]).pid)
    client = {"arcgis": Arcgis, "casjobs": Casjobs, "ges": Ges, "prime": Prime}[API]()
    deadline = time.monotonic() + LIMIT
    try:
        job = client.submit()
    except Broken as error:
        if PLANTED == "submits-again-blindly":
            job = client.submit()
        else:
            print(f"nobody knows whether there is a job: {error}")
            return 3
    except Refused as error:
        if PLANTED == "tries-a-refusal-again":
            for _ in range(8):
                try:
                    client.state(os.environ["MOCKSERVER_JOB"])
                except (Refused, Broken):
                    time.sleep(PAUSE)
        print(error)
        return 0 if PLANTED == "refusal-is-success" else 4
    if PLANTED == "submits-twice":
        client.submit()
    if CANCELS:
        time.sleep(PAUSE)
        client.state(job)
        for _ in range(5 if PLANTED == "cancels-again-and-again" else 1):
            client.cancel(job)
    troubles = 0
    while True:
        if time.monotonic() > deadline and PLANTED != "never-gives-up":
            print("it takes too long")
            return 5
        if PLANTED != "asks-without-a-pause":
            time.sleep(PAUSE)
        try:
            state = client.state(job)
            troubles = 0
        except Broken as error:
            troubles += 1
            print(error)
            if troubles > 3 or PLANTED == "no-second-try":
                return 6
            if PLANTED == "half-an-answer-crashes-and-hangs":
                time.sleep(600)
            continue
        except Refused as error:
            print(error)
            if PLANTED == "lost-is-success":
                return 0
            return 7
        print(state)
        if PLANTED == "unknown-state-is-the-end" and state not in client.known:
            print("done, I think")
            return 8
        if PLANTED == "waits-for-success-only" and state not in client.success:
            continue
        if PLANTED == "waits-for-cancelled" and CANCELS and "ancel" not in state:
            continue
        if state in client.final:
            break
    for _ in range({"asks-on-after-the-end": 3}.get(PLANTED, 0)):
        time.sleep(PAUSE)
        client.state(job)
    if state in client.success:
        try:
            client.result(job)
        except (Refused, Broken) as error:
            if PLANTED == "waits-for-results-forever":
                while True:
                    time.sleep(PAUSE)
            print(f"no results: {error}")
            return 9
        return 0
    return 0 if PLANTED == "failure-is-success" else 10


sys.exit(main())
