#!/usr/bin/env bash
# GES' service plane answers an error with errorCode and errorMessage (its pages show it so). The SDK's core knows error_code/error_msg,
# errorCode/errorMsg and code/message: with the fourth spelling the code is lost, and the message is the raw body.
source "$(dirname "$0")/lab"
package="huaweicloudsdkcore 3.1.219 (PyPI)"
behaviour="loses the code of an error that says errorCode and errorMessage"
python_with huaweicloudsdkcore==3.1.219
seen 'error_code, error_msg: GES.7007 "no such job"
errorCode, errorMsg: GES.7007 "no such job"
errorCode, errorMessage: 400 "{\"errorCode\": \"GES.7007\", \"errorMessage\": \"no such job\"}"' "$("$python" - <<'PY'
import json

import requests
from huaweicloudsdkcore.exceptions.exception_handler import DefaultExceptionHandler

for code, message in (("error_code", "error_msg"), ("errorCode", "errorMsg"), ("errorCode", "errorMessage")):
    response = requests.Response()
    response.status_code = 400
    response._content = json.dumps({code: "GES.7007", message: "no such job"}).encode()
    try:
        DefaultExceptionHandler().handle_exception(None, response)
    except Exception as error:
        print(f"{code}, {message}: {error.error_code} {json.dumps(error.error_msg)}")
PY
)"
