"""`verify` notices a single change of an answer: each row plants one, and each must be a breach.

Without a change there is none (`test_a_system_as_it_should_be_has_no_breach`).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence

import pytest

from mockserver import MockServer
from mockserver.drift.interpreter import Judged
from tests.drift.planter import (
    RUNNING_JOB,
    SCHEDULED,
    Answer,
    Change,
    at,
    cut,
    data,
    drop,
    every,
    header,
    not_utf8,
    put,
    status,
    sub,
    verified,
)
from tests.drivers.contracts import shipped

CONTRACTS = shipped()

_JOB = r"GET \S*/Echo/jobs/j\w{10,}\?"
_GOES_BACK = sub('"esriJobSucceeded"', '"esriJobExecuting"')
_ACTION11 = r"POST \S*jobs\.asmx\n.*soap/envelope.*<"
_ACTION12 = r"POST \S*jobs\.asmx\n.*soap-envelope.*<"
_ASMX = r"jobs\.asmx/"
_GRAPH = r"/graphs/movie/"
_SUMMARY = "data/JobSummary"
_HISTORY = "op/jobService/runhistory"

ARCGIS = {
    # JSON: what stands there
    "a name is missing": at(r"/rest/services\?f=json", drop("services")),
    "a number is a text": at(r"/rest/services\?f=json", put("currentVersion", "eleven")),
    "a member is missing": at("/rest/info", drop("authInfo")),
    "a word that is none": at(r"GPServer\?f=json", put("executionType", "esriExecutionTypeSometimes")),
    "a list is an object": at(r"/Echo\?f=json", put("parameters", {})),
    "a type of parameter that is none": at(r"/Echo\?f=json", put("parameters", 0, "dataType", "esriFieldTypeString")),
    "the error's code is a text": at("NoSuchServiceHere", put("error", "code", "404")),
    "the error says nothing": at("NoSuchServiceHere", drop("error", "message")),
    "no id for a new job": at("submitJob", drop("jobId")),
    "a state that is none": at("submitJob", put("jobStatus", "esriJobQueued")),
    "a state in other letters": at(_JOB, sub('"esriJobSucceeded"', '"esrijobsucceeded"')),
    "a kind of message that is none": at(_JOB, put("messages", 0, "type", "esriJobMessageTypeFatal")),
    "a value without its type": at("/results/Output_Text", drop("dataType")),
    "a value of a type that is none": at("/results/Output_Text", put("dataType", "text")),
    "a value that is missing": at("/results/Output_Text", drop("value")),
    "no token": at("/tokens/generateToken", drop("token"), body='"token"'),
    "a total as text": at("jobs/statistics", every(r":\s*(\d+)", ': "some"')),
    "the Administrator's word for success": at(r"POST \S*/cancel", sub('"success"', '"ok"')),
    "an input of a type that is none": at("/inputs/Input_Text", put("dataType", "text")),
    "inputs that are no list": at(r"/inputs\?", sub(r"^\[(.*)\]$", "\\1")),
    "a result in the list without its type": at(r"/results\?", drop(0, "dataType")),
    "the Administrator's word for a deleted job": at(r"POST \S*/delete", sub('"success"', '"deleted"')),
    "an administrator's token without its end": at("/admin/generateToken", drop("expires")),
    "messages that are a text": at(r"/admin/\S*/jobs/j0000\w+\?", put("messages", "no such job")),
    "a count of jobs as text": at("/jobs/query", put("total", "many")),
    "a service without its name": at(r"/admin/services/Demo\.GPServer\?", drop("serviceName")),
    "a folder without its services": at(r"/admin/services\?", drop("services")),
    "resources that are no list": at(r"/admin\?f=json", put("resources", "services")),
    # the head
    "another status": at("submitJob", status(201)),
    "an error with its own status": at(r"jobs/j0000\w+\?", status(404)),
    "a refusal with its own status": at("/tokens/generateToken", status(401), body="error"),
    "another charset": at("submitJob", header("Content-Type", "application/json;charset=ISO-8859-1")),
    "no charset": at(r"/rest/services\?f=json", header("Content-Type", "application/json")),
    "a page as plain text": at(r"/rest/services\?f=html", header("Content-Type", "text/plain")),
    "no Content-Type": at(r"/Echo\?f=json", header("Content-Type", None)),
    # the bytes
    "JSON that breaks off": at(r"/rest/services\?f=pjson", cut),
    "a page that breaks off": at(r"/rest/services\?f=html", cut),
    "bytes that are no UTF-8": at(_JOB, not_utf8),
    "HTML where JSON was asked": at(r"Demo\.GPServer/jobs\?", sub(".*", "<html></html>")),
    # over time, and between answers
    "a state that goes back": at(_JOB, _GOES_BACK, nth=2),
    "a job that never ends": at(_JOB, sub('"esriJobSucceeded"', '"esriJobExecuting"'), always=True),
    "another job than asked": at(_JOB, put("jobId", "jffffffffffffffffffffffffffffffff")),
    "a result at another place": at(_JOB, put("results", "Output_Text", "paramUrl", "values/Output_Text")),
    "another parameter than asked": at("/results/Output_Text", put("paramName", "Other")),
    "a cancel that says it runs on": at(r"/cancel\?", put("jobStatus", "esriJobExecuting"), body="Cancel"),
    "a cancel without effect": at(_JOB, every("esriJobCancel(led|ling)", "esriJobExecuting"), always=True),
    "a token that has expired": at("/tokens/generateToken", put("expires", 1000000000000), body='"token"'),
    "a service without its task": at(r"GPServer\?f=json", put("tasks", ["Other"])),
    "a catalogue without the service": at(r"/rest/services\?f=json", put("services", []), nth=2),
}
CASJOBS = {
    # SOAP 1.1 and 1.2
    "another namespace": at(_ACTION11 + "GetQueues", every("http://Services.Cas.jhu.edu", "http://example.test/")),
    "a result under another name": at(_ACTION11 + "GetQueues", every("GetQueuesResult", "GetQueuesReturn")),
    "a number that is none": at(_ACTION11 + "GetQueues", sub(r"<Timeout>\d+", "<Timeout>soon")),
    "an answer of the other version": at(
        _ACTION12 + "GetQueues", every("http://www.w3.org/2003/05/soap-envelope", "urn:nothing")
    ),
    "the type of the other version": at(_ACTION12 + "GetQueues", header("Content-Type", "application/xml")),
    "a fault code of the other version": at(_ACTION12 + "GetJobStatus", sub("soap:Receiver", "soap:Server")),
    "a fault without a reason": at(_ACTION11 + "GetJobStatus", sub("<faultstring>.*</faultstring>", "")),
    "a fault without an error's status": at(_ACTION11 + "GetJobStatus", status(200), body="Fault"),
    "an empty Body": at(_ACTION11 + "GetJobTypes", sub("<soap:Body>.*</soap:Body>", "<soap:Body/>")),
    "a document type declaration": at(_ACTION11 + "GetQueues", sub(r"\?>", "?><!DOCTYPE a>")),
    "an envelope that breaks off": at(_ACTION12 + "GetJobTypes", cut),
    "a void that answers": at(
        _ACTION11 + "CancelJob", sub("<CancelJobResponse([^>]*) />", "<CancelJobResponse\\1><CancelJobResult/></CancelJobResponse>")
    ),
    "no status for a broken message": at(r"POST \S*jobs\.asmx\n\n<soap:Envelope$", status(500)),
    "a quick result under another name": at(
        _ACTION11 + "ExecuteQuickJob ", every("ExecuteQuickJobResult", "ExecuteQuickJobTable")
    ),
    "a data set under another name": at(
        _ACTION11 + "ExecuteQuickJobDS ", every("ExecuteQuickJobDSResult", "ExecuteQuickJobDSTable")
    ),
    # GET and POST
    "an id that is a name": at("GetWebServiceId", sub(r">\d+<", ">alice<")),
    "a help page as plain text": at(r"GET \S*jobs\.asmx\n", header("Content-Type", "text/plain")),
    "a member is missing in XML": at(_ASMX + r"GetJobs\?", sub(r"<JobID>\d+</JobID>", "")),
    "a moment with a zone": at(_ASMX + r"GetJobs\?", sub(r"(<TimeSubmit>[^<]+)", "\\1Z")),
    "a member too many": at(_ASMX + r"GetJobs\?", sub("<Status>", "<Priority>1</Priority><Status>")),
    "an empty text for none": at(_ASMX + r"GetJobs\?", sub("(<Status>)", "<Error></Error>\\1")),
    "another root": at(_ASMX + "GetJobTypes", sub("ArrayOfCJType", "ListOfCJType") ),
    "a number that no state has": at(_ASMX + r"GetJobStatus\?", sub(r">\d</int>", ">9</int>")),
    "a number under another type": at(_ASMX + r"GetJobStatus\?", every(r"(</?)int", "\\1long")),
    "a text where a number was": at(_ASMX + "GetJobsJob", sub(r"<Estimate>\d+", "<Estimate>quick")),
    "an exception as a page": at(_ASMX + r"GetJobStatus\?", header("Content-Type", "text/html"), body="Exception"),
    "an exception with another status": at(_ASMX + r"GetJobStatus\?", status(400), body="Exception"),
    "a void with a content": at(_ASMX + r"CancelJob\?", lambda answer: bool(setattr(answer, "body", b"<a/>") or answer.headers.update({"Content-Type": "text/xml"}) or True)),
    # documents
    "an operation that is gone": at(r"\?WSDL", every('name="CancelJob"', 'name="StopJob"')),
    "an address on another host": at(r"\?WSDL", every(r'location="http://[^/]+/', 'location="http://elsewhere.example/')),
    "another target namespace": at(r"\?WSDL", sub('targetNamespace="[^"]+"', 'targetNamespace="urn:other"')),
    "a WSDL that breaks off": at(r"\?WSDL", cut),
    "a discovery document as plain text": at(r"\?disco", header("Content-Type", "text/plain")),
    # over time, and between answers
    "an end that is taken back": at(_ASMX + r"GetJobStatus\?.*jobId=1005", sub(">5<", ">1<"), body=">5<"),
    "an id that is none": at(_ASMX + r"SubmitJob\?", sub(r">\d+<", ">-1<")),
    "a job that never ends": at(_ASMX + r"GetJobStatus\?", sub(">5<", ">1<"), always=True),
    "a cancel without effect": at(_ASMX + r"GetJobStatus\?", sub(">[23]<", ">1<"), always=True),
    "a list that knows another state": at(_ASMX + r"GetJobs\?.*1005", sub("<Status>5", "<Status>1"), nth=2),
    "a list without the job": at(_ASMX + r"GetJobs\?.*1005", sub(r"<JobID>\d+", "<JobID>77"), nth=2),
    "an end before the beginning": at(
        _ASMX + r"GetJobs\?.*1005", sub(r"<TimeStart>[^<]+", "<TimeStart>2031-01-01T00:00:00")
    ),
}  # fmt: skip
GES = {
    "a state in capitals": at(_GRAPH + r"jobs/\S+/status", sub('"status":"complete"', '"status":"COMPLETE"')),
    "no state": at(_GRAPH + r"jobs/\S+/status", drop("status")),
    "another error code": at(_GRAPH + r"jobs/0000\S+/status", put("errorCode", "GES.8302")),
    "another error text": at(_GRAPH + r"jobs/0000\S+/status", put("errorMessage", "no such job")),
    "an error with its own status": at(_GRAPH + r"jobs/0000\S+/status", status(404)),
    "a name too many": at(_GRAPH + r"jobs/0000\S+/status", sub("}$", ',"request_id":"1"}')),
    "a list that is none": at(_GRAPH + r"jobs/status", put("jobs", {})),
    "a member of the list without its id": at(_GRAPH + r"jobs/status", drop("jobs", 0, "jobId")),
    "more than {} for a cancel": at("DELETE", sub("^{}$", '{"result":"ok"}')),
    "no content for a cancel": at("DELETE", status(204), body=r"^\{\}$"),
    "an id that is too short": at("action_id=execute-algorithm", put("jobId", "17")),
    "another type of job": at("action_id=execute-algorithm", put("jobType", 999)),
    "a refusal with another status": at(_GRAPH + r"jobs/0000\S+/status", status(403), body="8007"),
    "another Content-Type": at(_GRAPH + "jobs/status", header("Content-Type", "text/plain")),
    "JSON that breaks off": at(_GRAPH + "jobs/status", cut),
    "no token in the header": at("/v3/auth/tokens", header("X-Subject-Token", None)),
    "a token that has expired": at("/v3/auth/tokens", put("token", "expires_at", "2001-01-01T00:00:00.000000Z")),
    "projects without ours": at("/v3/projects", put("projects", 0, "id", "f" * 32)),
    "a moment with a zone": at(r"/v1.0/\S+/graphs/jobs", sub(r'("beginTime":"[^"]+)"', '\\1Z"')),
    "an end before the beginning": at(
        r"/v1.0/\S+/graphs/jobs", sub('"beginTime":"[^"]+"', '"beginTime":"2031-01-01T00:00:00"'), body='beginTime[^}]+endTime'
    ),
    "progress as a text": at(r"/v1.0/\S+/graphs/jobs", sub(r'"jobProgress":([\d.]+)', '"jobProgress":"\\1"')),
    "another case of names": at(r"/v2/\S+/graphs/jobs", every('"job_id"', '"jobId"')),
    "nothing found where there is success": at(_GRAPH + r"jobs/\S+/status", drop("data"), body="complete"),
    "a job that never ends": at(
        _GRAPH + r"jobs/[^/ ]+/status", data(lambda d: d.update({"status": {"complete": "running"}[d["status"]]}) or d.pop("data")), always=True
    ),
    "a state that goes back": at(
        _GRAPH + r"jobs/[^/ ]+/status", data(lambda d: d.update({"status": {"running": "pending"}[d["status"]]})), nth=2
    ),
    "a list without the new job": at(_GRAPH + r"jobs/status\?offset=0&limit=1000", put("jobs", [])),
    "bytes that are no UTF-8": at(_GRAPH + "jobs/status", not_utf8),
    "a query's id that is too short": at(r"/vertices/action\?action_id=query", put("jobId", "17")),
    "another type of query": at(r"/edges/action\?action_id=query", put("jobType", 7)),
    "no results of a statement": at("execute-cypher-query", drop("results")),
    "no data of a command": at("execute-gremlin-query", drop("data")),
    "the service plane's word on the management plane": at(r"/v1.0/\S+/jobs/ff80", put("status", "complete")),
}  # fmt: skip
PRIME = {
    # JSON in its dialects
    "a state that is none": at(rf"/v1/{_HISTORY}\.json", sub('"jobStatus":"[A-Z]+"', '"jobStatus":"PAUSED"')),
    "a text where v2 has a list": at(rf"/v2/{_HISTORY}\.json", put("mgmtResponse", "job", {})),
    "a number where v2 has a text": at(rf"/v2/{_SUMMARY}/\S*\.json", sub(r'"runId":"(\d+)"', '"runId":\\1')),
    "a text where v4 has a number": at(rf"/v4/{_SUMMARY}/\S*\.json", sub(r'"@id":(\d+)', '"@id":"\\1"')),
    "no domain in v4": at(rf"/v4/{_SUMMARY}\.json", drop("queryResponse", "@domain")),
    "a count that is missing": at(rf"/v3/{_SUMMARY}\.json", drop("queryResponse", "@count")),
    "another type of entity": at(
        rf"/v4/{_SUMMARY}\.json\?.full", put("queryResponse", "entity", 0, "@dtoType", "jobDTO")
    ),
    "an error without its message": at(rf"/v4/{_SUMMARY}/999\d+\.json", drop("errorDocument", "message")),
    "a rate as text": at(r"rateLimits\.json", sub(r'"windowSize":(-?\d+)', '"windowSize":"\\1"')),
    "an operation without its path": at(r"/v4/op\.json", drop("queryResponse", "operation", 0, "@path")),
    "another word for suspending": at(r"PUT \S*/v4/\S*/suspend\.json", every("SUSPEND", "PAUSE")),
    "another word for resuming": at(r"PUT \S*/v4/\S*/resume\.json", every("RESUME", "CONTINUE")),
    "an id of a run under another name": at(r"PUT \S*/cancelrunning\.json", every('"id":', '"runId":')),
    # XML
    "an element under another name": at(rf"{_HISTORY}\.xml", every(r"(</?)jobName>", "\\1name>")),
    "an attribute that is missing": at(rf"{_SUMMARY}\.xml", sub(r' requestUrl="[^"]+"', "")),
    "a number that is none": at(rf"{_HISTORY}\.xml", sub(r"<jobId>\d+", "<jobId>many")),
    "XML that breaks off": at(rf"{_SUMMARY}\.xml", cut),
    "another root": at(rf"{_HISTORY}\.xml", every("mgmtResponse", "response")),
    "an element too many": at(rf"{_HISTORY}\.xml", sub("<jobName>", "<owner>nbi</owner><jobName>")),
    # the head
    "found where there is nothing": at(rf"/v4/{_SUMMARY}/999\d+\.json", status(200)),
    "let in with a wrong password": at(rf"/v4/{_SUMMARY}\.json$|/v4/{_SUMMARY}\.json\n", status(403), body="^$"),
    "an acceptable format": at(r"/v4/data\n", status(415)),
    "another Content-Type": at(rf"{_SUMMARY}\.xml", header("Content-Type", "application/xml")),
    "a charset": at(rf"/v4/{_SUMMARY}\.json", header("Content-Type", "application/json;charset=ISO-8859-1")),
    # addresses and moments
    "an address on another host": at(rf"{_SUMMARY}\.json\?.full", sub(r'"@url":"http://[^/]+/', '"@url":"http://elsewhere.example/'), nth=2),
    "a request that was another's": at(rf"/v4/{_HISTORY}\.json", put("mgmtResponse", "@requestUrl", "http://elsewhere.example/a")),
    "an address of another entity": at(rf"/v4/{_SUMMARY}\.json\?.full", sub(r'("@url":"[^"]+/)\d+"', '\\g<1>1"')),
    "a moment without a zone": at(rf"/v4/{_SUMMARY}\.json\?.full", sub(r'("lastStartTime":"[^"]+?)(Z|[+-]\d\d:\d\d)"', '\\1"')),
    "an end before the beginning": at(
        rf"/v4/{_SUMMARY}\.json\?.full", sub(r'"completionTime":"\d{4}', '"completionTime":"2001')
    ),
    # over time, and between answers
    "another job than asked": at(rf"/v4/{_HISTORY}\.json\?jobId=26", every('"jobId":26', '"jobId":27')),
    "two words for one state": at(rf"/v4/{_HISTORY}\.json\?jobId=26", sub('"jobStatus":"[A-Z]+"', '"jobStatus":"SCHEDULED"')),
    "an end that is taken back": at(rf"/v4/{_SUMMARY}/{SCHEDULED}", sub('"jobStatus":"CANCELLED"', '"jobStatus":"SCHEDULED"')),
    "an unknown id that succeeds": at(r"PUT \S*/v4/\S*/cancel\.json", every("failure", "success"), body="999"),
    "another id than asked": at(r"PUT \S*/v3/\S*/cancel\.json", sub('"id":999999999', '"id":1')),
    "another word for the operation": at(r"PUT \S*/v2/\S*/cancel\.json", sub('"CANCEL"', '"STOP"')),
    "a suspend without effect": at(rf"/v4/{_SUMMARY}/{SCHEDULED}", sub('"SUSPENDED"', '"SCHEDULED"')),
    "a cancel of a run without effect": at(rf"/v4/{_HISTORY}\.json\?jobId={RUNNING_JOB}", sub('"runStatus":"[A-Z]+"', '"runStatus":"RUNNING"'), always=True),
    "no name for a new job": at(r"deployTemplateThroughJob", every('"jobName":"[^"]*",?', "")),
}  # fmt: skip

KINDS = {"arcgis": ARCGIS, "casjobs": CASJOBS, "ges": GES, "prime": PRIME}
ROWS = [
    pytest.param(api, plant, id=f"{api}: {kind}".replace(" ", "-"))
    for api, kinds in KINDS.items()
    for kind, plant in kinds.items()
]


@pytest.mark.parametrize("api", KINDS)
async def test_a_system_as_it_should_be_has_no_breach(worker_server: MockServer, api: str) -> None:
    passed: list[Answer] = []

    def kept(answer: Answer) -> bool:
        passed.append(copy.copy(answer))
        return False

    report, judged, _ = await verified(worker_server, api, kept, CONTRACTS)
    assert [one.as_dict() for one in report.breaches] == []
    assert report.tried
    # Each operation that was tried has a row of the table that changes one of its answers.
    tried = {one.operation for one in judged if one.verdict is not None}
    assert {_changed(plant(), judged, passed) for plant in KINDS[api].values()} >= tried


def _changed(change: Change, judged: Sequence[Judged], passed: Sequence[Answer]) -> str | None:
    """Return the operation whose answer is the first that would be changed."""
    for one, answer in zip(judged, passed, strict=True):
        tried = copy.copy(answer)
        tried.headers = answer.headers.copy()
        if change(tried):
            return one.operation
    return None


@pytest.mark.parametrize(("api", "plant"), ROWS)
async def test_one_change_is_noticed(worker_server: MockServer, api: str, plant: Callable[[], Change]) -> None:
    report, _, found = await verified(worker_server, api, plant(), CONTRACTS)
    assert found, "nothing was planted: the row fits no answer"
    assert report.breaches or report.unfinished, f"not noticed, planted into {found[0]}"


def test_there_are_enough_kinds_of_every_api() -> None:
    assert len(ROWS) >= 60
    assert min(map(len, (ARCGIS, CASJOBS, GES, PRIME))) >= 15
