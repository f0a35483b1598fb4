"""What a client's own contract test looks like: zeep, unmodified, against the sandbox that compose started.

The fixture `sandbox` comes with the package; it talks to the server that MOCKSERVER_URL names.
"""

import zeep

from mockserver.testing import Sandbox

ALICE = {"wsId": 1, "pw": "secret"}
CANCELING = 2


def test_a_started_job_is_canceled(sandbox: Sandbox) -> None:
    job = sandbox.casjobs.job(owner="1", state="Started", query="select 1", context="DR7", hold=True)
    service = zeep.Client(f"{sandbox.casjobs.url}?WSDL").service

    service.CancelJob(**ALICE, jobId=int(job.id))

    assert service.GetJobStatus(**ALICE, jobId=int(job.id)) == CANCELING
    sandbox.control.verify({"operation": "casjobs.CancelJob", "job": job.id}, count=1)
