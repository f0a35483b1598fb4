"""huaweicloudsdkges: the service plane by its general call, since it has none of its own for it."""

import json
import os

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkges.v2 import GesClient
from pace import until

PROJECT = "0123456789abcdef0123456789abcdef"
credentials = BasicCredentials("MOCKACCESSKEY", "mock-secret-key", PROJECT)
client = GesClient.new_builder().with_credentials(credentials).with_endpoint(os.environ["MOCKSERVER_URL"]).build()


def call(method, path, body=None, query=()):
    answer = client.do_http_request(
        method,
        f"/ges/v1.0/{PROJECT}/graphs/movie/{path}",
        query_params=list(query),
        header_params={"X-Auth-Token": "mock-token", "Authorization": "none", "Content-Type": "application/json"},
        body=None if body is None else json.dumps(body),
        response_type="ShowJob2Response",
    )
    return json.loads(answer.raw_content)


job = call("POST", "action", {"algorithmName": os.environ["MOCKSERVER_TASK"]}, [("action_id", "execute-algorithm")])[
    "jobId"
]
until(lambda: call("GET", f"jobs/{job}/status")["status"], "complete", "pending", "waiting", "running")
