#!/usr/bin/env bash
# Pages are asked for by one thread each and taken from a queue as they arrive: when the first page takes longer than the second,
# the list begins with the second, though the caller asked for a sorted one.
source "$(dirname "$0")/lab"
package="piapi 0.1.5 (PyPI)"
behaviour="returns the pages of a sorted list in the order in which they arrived"
python_with piapi==0.1.5 requests==2.34.2
serve <<'PY'
import json
import time
from urllib.parse import parse_qs, urlparse


def answer(method, path, headers, body):
    address = urlparse(path)
    if address.path.endswith("/data.json"):
        kind = {"$": "Devices", "@url": f"http://{headers['Host']}/webacs/api/v3/data/Devices"}
        return json.dumps({"queryResponse": {"entityType": [kind]}})
    first = parse_qs(address.query).get(".firstResult")
    if first is None:
        return json.dumps({"queryResponse": {"@count": "4"}})
    if first == ["0"]:
        time.sleep(1)
    entities = [{"id": int(first[0]) + n} for n in range(2)]
    return json.dumps({"queryResponse": {"@count": "4", "entity": entities}})
PY
seen "[2, 3, 0, 1]" "$("$python" - <<'PY'
import os

from piapi import PIAPI

prime = PIAPI(os.environ["url"], "nbi", "secret")
print([one["id"] for one in prime.request_data("Devices", {".sort": "id"}, paging_size=2, hold=0)])
PY
)"
