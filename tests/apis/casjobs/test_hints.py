"""Why CasJobs refuses, as the header X-Mockserver-Hint says it: each row of the table, by a request that meets it."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.apis.casjobs.hints import HINTS
from tests.drivers.casjobs import SOAP11, CasJobs, envelope, headers, job
from tests.drivers.hints import Refused, hint_of, row_of

SERVICE = "/CasJobs/services/jobs.asmx"
ALICE = "wsId=1&pw=secret"
OWNER = "owner_wsid=1&owner_pw=secret"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CANCEL = envelope("CancelJob", job(1001))


def posted(name: str, says: str, body: str, **changed: Any) -> Refused:
    return Refused(
        name=name, says=says, method="POST", path=SERVICE, body=body, headers={**headers("CancelJob"), **changed}
    )


REFUSED = [
    posted("no-login", "http://Services.Cas.jhu.edu", CANCEL.replace("http://Services.Cas.jhu.edu", "http://other.example.test")),
    Refused(name="bad-login", says="WebServicesID 1 ", path=f"{SERVICE}/GetJobStatus?wsId=1&pw=no&jobId=1001"),
    Refused(name="foreign-job", says="/_control/jobs/casjobs/900", path=f"{SERVICE}/CancelJob?wsId=1&pw=secret&jobId=900"),
    Refused(name="unknown-job", says="unknown_job_status", path=f"{SERVICE}/GetJobStatus?{ALICE}&jobId=77"),
    Refused(
        name="job-ended", says="job 1005", path=f"{SERVICE}/CancelJob?{ALICE}&jobId=1005",
        settings={"cancel_ended": "exception"},
    ),
    Refused(
        name="not-an-administrator", says="service_state_admin_only",
        path=f"{SERVICE}/GetServiceState?wsid=1&pw=secret&serviceName=x",
    ),
    Refused(
        name="unknown-job-type", says="no type 'GIF'", path=f"{SERVICE}/SubmitExtractJob?wsid=1&pw=secret&tableName=t&type=GIF",
    ),
    *(
        Refused(
            name="unknown-job-type", says="no type 'GIF'",
            path=f"{SERVICE}/SubmitExtractJob?wsid=1&pw=secret&tableName=t&type=GIF", settings={"job_type_error": words},
        )
        for words in ("", "No.", "{type}, {type} and {1x}")
    ),
    Refused(
        name="unknown-service-state", says="no state 'ASLEEP'",
        path=f"{SERVICE}/SetServiceState?wsid=99&pw=secret&serviceName=x&state=ASLEEP",
    ),
    Refused(
        name="bad-condition", says="key:value",
        path=f"{SERVICE}/GetJobs?{OWNER}&conditions=nothing&includeSystem=false", settings={"bad_conditions": "exception"},
    ),
    Refused(
        name="query-failed", says="quick_results",
        path=f"{SERVICE}/ExecuteQuickJob?wsid=1&pw=secret&qry=select+*+from+Nowhere&context=DR7&taskname=t&isSystem=false",
    ),
    Refused(name="unknown-operation", says="letter case", path=f"{SERVICE}/canceljob?{ALICE}&jobId=1001"),
    Refused(
        name="no-form", says="application/x-www-form-urlencoded", method="POST", path=f"{SERVICE}/CancelJob",
        headers={"Content-Type": "text/plain"}, body="jobId=1001",
    ),
    Refused(
        name="looks-like-markup", says="request_validation", path=f"{SERVICE}/GetJobStatus?wsId=1&pw=%3Cb&jobId=1001",
        settings={"request_validation": True},
    ),
    Refused(name="bad-number", says="X-Mockserver-Violation", path=f"{SERVICE}/CancelJob?{ALICE}&jobId="),
    Refused(name="bad-number", says="X-Mockserver-Violation", path=f"{SERVICE}/CancelJob?{ALICE}"),
    posted("unknown-action", "/<Operation>", CANCEL, SOAPAction='"http://other.example.test/CancelJob"'),
    posted("not-soap", "SOAP 1.2", CANCEL.replace(SOAP11, "http://other.example.test/envelope/")),
    posted(
        "unknown-header-block", "mustUnderstand",
        envelope("CancelJob", job(1001), header='<x xmlns="http://other.example.test" soap:mustUnderstand="1"/>'),
    ),
    posted("unreadable-message", "?op=Name", "<not-closed"),
    posted("unsupported-media-type", "application/soap+xml", CANCEL, **{"Content-Type": "application/xml"}),
    Refused(
        name="json", says="no JSON", method="POST", path=f"{SERVICE}/CancelJob", headers={"Content-Type": "application/json"},
        body="{}",
    ),
    Refused(name="unrecognized-request", says="?WSDL", method="DELETE", path=f"{SERVICE}/CancelJob"),
    Refused(name="unknown-path", says="nearest known one is /CasJobs/", path="/CasJobs/services/nothing.asmx"),
]  # fmt: skip
LEFT = {"bad-request"}
"""What only an error that no request brings about meets."""


@pytest.mark.parametrize("refused", REFUSED, ids=lambda one: one.name)
async def test_a_refusal_says_what_to_do(casjobs: CasJobs, refused: Refused) -> None:
    hint = await hint_of(casjobs, refused)
    assert row_of(HINTS, hint) == refused.name, hint
    assert refused.says in hint


@pytest.mark.parametrize("row", [row for row in HINTS if row.name not in LEFT], ids=lambda row: row.name)
def test_each_row_is_met(row: Any) -> None:
    assert row.name in {one.name for one in REFUSED}


async def test_a_call_that_is_answered_has_no_hint(casjobs: CasJobs) -> None:
    answer = await casjobs.send("GET", f"{SERVICE}/GetJobStatus?{ALICE}&jobId=1001")
    assert "X-Mockserver-Hint" not in answer.headers
