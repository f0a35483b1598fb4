"""huaweicloudsdkges: an import, and its job, by calls of its own (of the management plane)."""

import os

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkges import v2
from pace import until

PROJECT = "0123456789abcdef0123456789abcdef"
credentials = BasicCredentials("MOCKACCESSKEY", "mock-secret-key", PROJECT)
client = v2.GesClient.new_builder().with_credentials(credentials).with_endpoint(os.environ["MOCKSERVER_URL"]).build()

movie = next(one for one in client.list_graphs2(v2.ListGraphs2Request(limit=100)).graphs if one.name == "movie")
files = v2.ImportGraphReq(edgeset_path="bucket/edges", edgeset_format="csv", schema_path="bucket/schema.xml")
job = client.import_graph2(v2.ImportGraph2Request(graph_id=movie.id, body=files)).job_id
until(
    lambda: client.show_job2(v2.ShowJob2Request(graph_id=movie.id, job_id=job)).status,
    "success",
    "pending",
    "waiting",
    "running",
)
