"""mastcasjobs: sign in, submit and monitor, its own wait."""

import os
import sys

from mastcasjobs import MastCasJobs

jobs = MastCasJobs(
    username="alice",
    password="secret",
    context="DR7",
    base_url=os.environ["MOCKSERVER_CASJOBS_URL"],
    wsid_url=os.environ["MOCKSERVER_URL"] + "/CasJobs/casusers.asmx/GetWebServiceId",
)
job = jobs.submit(os.environ["MOCKSERVER_TASK"])
status, word = jobs.monitor(job, timeout=1)
print(word)
sys.exit(0 if status == 5 else 1)
