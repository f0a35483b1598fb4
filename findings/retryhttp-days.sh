#!/usr/bin/env bash
# Retry-After may be a date (RFC 9110, 10.2.3), and the package says that it takes one. Of the time until then the whole days are lost:
# 25 hours are waited as one. So a wait beyond wait_max, for which its page promises the fallback, passes as a short one.
source "$(dirname "$0")/lab"
package="retryhttp 1.5.0 (PyPI)"
behaviour="waits for a Retry-After date without its whole days"
python_with retryhttp==1.5.0 requests==2.34.2
serve <<'PY'
import time
from email.utils import formatdate


def answer(method, path, headers, body):
    return 503, {"Retry-After": formatdate(time.time() + int(path[1:]), usegmt=True)}, "{}"
PY
seen "in 2 hours: 2.0 hours
in 25 hours: 1.0 hours
in a day and 30 seconds, wait_max 120, fallback 7: about 30 seconds" "$("$python" - <<'PY'
import os

import requests
from retryhttp import wait_retry_after
from tenacity import Retrying, stop_after_attempt, wait_fixed


def waited(seconds, **settings):
    def ask():
        requests.get(f"{os.environ['url']}/{seconds}").raise_for_status()

    naps = []
    try:
        Retrying(wait=wait_retry_after(**settings), stop=stop_after_attempt(2), sleep=naps.append)(ask)
    except Exception:
        pass
    return naps[0]


for hours in (2, 25):
    print(f"in {hours} hours: {waited(hours * 3600, wait_max=None) / 3600:.1f} hours")
nap = waited(86400 + 30, wait_max=120, fallback=wait_fixed(7))
print(f"in a day and 30 seconds, wait_max 120, fallback 7: about {round(nap, -1):.0f} seconds")
PY
)"
