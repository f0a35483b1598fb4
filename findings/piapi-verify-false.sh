#!/usr/bin/env bash
# verify=False is passed on with every request but one: the one that counts the entities of a list.
source "$(dirname "$0")/lab"
package="piapi 0.1.5 (PyPI), requests 2.34.2"
behaviour="verifies the certificate in the first request for data, though verify=False was given"
python_with piapi==0.1.5 requests==2.34.2
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=127.0.0.1 2>/dev/null
cat key.pem cert.pem >both.pem
serve both.pem <<'PY'
import json


def answer(method, path, headers, body):
    if path.endswith("/data.json"):
        kind = {"$": "Devices", "@url": f"https://{headers['Host']}/webacs/api/v3/data/Devices"}
        return json.dumps({"queryResponse": {"entityType": [kind]}})
    return json.dumps({"queryResponse": {"@count": "1", "entity": [{"id": 1}]}})
PY
seen "resources: ['Devices']
data: SSLError" "$("$python" - <<'PY'
import os

from piapi import PIAPI

prime = PIAPI(os.environ["url"].replace("http:", "https:"), "nbi", "secret", verify=False)
print("resources:", prime.data_resources)
try:
    print("data:", prime.request_data("Devices", {}, hold=0))
except Exception as error:
    print("data:", type(error).__name__)
PY
)"
