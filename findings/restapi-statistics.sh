#!/usr/bin/env bash
# The answer of .../statistics is spread over keyword arguments of a function that takes one dictionary.
source "$(dirname "$0")/lab"
package="bmi-arcgis-restapi 2.4.19 (PyPI), munch 4.0.0"
behaviour="cannot return a service's statistics, whatever the server answers"
python_with bmi-arcgis-restapi==2.4.19 munch==4.0.0 requests==2.34.2
serve <<'PY'
import json
import time


def answer(method, path, headers, body):
    if "/rest/info" in path:
        address = f"http://{headers['Host']}/arcgis/tokens/generateToken"
        return json.dumps({"currentVersion": 11.3, "authInfo": {"isTokenBasedSecurity": True, "tokenServicesUrl": address}})
    if "/tokens" in path or "generateToken" in path:
        return json.dumps({"token": "t", "expires": int(time.time() * 1000) + 3600000})
    if "/statistics" in path:
        return json.dumps({"summary": {"folderName": "/", "serviceName": "Demo", "type": "GPServer"}, "perMachine": []})
    if "Demo.GPServer" in path:
        return json.dumps({"serviceName": "Demo", "type": "GPServer", "extensions": []})
    return json.dumps({"folders": [], "services": [{"folderName": "/", "serviceName": "Demo", "type": "GPServer"}]})
PY
seen "TypeError: munchify() got an unexpected keyword argument 'summary'" "$("$python" - <<'PY' | tail -n 1
import os

from restapi.admin import ArcServerAdmin

admin = ArcServerAdmin(os.environ["url"] + "/arcgis", "siteadmin", "secret")
service = admin.service("Demo.GPServer")
try:
    print(service.statistics())
except Exception as error:
    print(f"{type(error).__name__}: {error}")
PY
)"
