#!/usr/bin/env bash
# Prime answers a wrong password with 302 to its login page. The code for 302 in the client is never reached, because its session
# follows the redirect by itself; the login page is then read as JSON.
source "$(dirname "$0")/lab"
package="piapi 0.1.5 (PyPI), requests 2.34.2"
behaviour="tells a wrong password as a JSON error, not as its own PIAPIRequestError"
python_with piapi==0.1.5 requests==2.34.2
serve <<'PY'
def answer(method, path, headers, body):
    if path.startswith("/webacs/api/"):
        return 302, {"Location": "/webacs/loginAction.do"}, ""
    return "<html><body>Log in</body></html>"
PY
seen "JSONDecodeError, a PIAPIError: False" "$("$python" - <<'PY'
import os

from piapi import PIAPI, PIAPIError

try:
    print(PIAPI(os.environ["url"], "nbi", "wrong").data_resources)
except Exception as error:
    print(f"{type(error).__name__}, a PIAPIError: {isinstance(error, PIAPIError)}")
PY
)"
