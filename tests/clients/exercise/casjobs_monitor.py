"""casjobs: submit and monitor, its own wait."""

import os
import sys

import casjobs

jobs = casjobs.CasJobs(userid=1, password="secret", base_url=os.environ["MOCKSERVER_CASJOBS_URL"], context="DR7")
job = jobs.submit(os.environ["MOCKSERVER_TASK"])
status, word = jobs.monitor(job, timeout=1)
print(word)
sys.exit(0 if status == 5 else 1)
