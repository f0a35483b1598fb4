// The core of Huawei's Node SDK: an algorithm, and its status until it is over.
import { setTimeout } from "node:timers/promises";
import { BasicCredentials } from "@huaweicloud/huaweicloud-sdk-core";
import { ClientBuilder } from "@huaweicloud/huaweicloud-sdk-core/ClientBuilder.js";

const project = "0123456789abcdef0123456789abcdef";
const client = new ClientBuilder((one) => one)
  .withCredential(new BasicCredentials().withAk("MOCKACCESSKEY").withSk("mock-secret-key").withProjectId(project))
  .withEndpoint(process.env.MOCKSERVER_URL)
  .build();
const ask = (method, url, queryParams = {}, data = {}) =>
  client.sendRequest({
    method,
    url: `/ges/v1.0/{project_id}/graphs/movie/${url}`,
    contentType: "application/json",
    pathParams: { project_id: project },
    queryParams,
    headers: { "X-Auth-Token": "mock-token" },
    data,
  });

const { jobId } = await ask("POST", "action", { action_id: "execute-algorithm" }, { algorithmName: process.env.MOCKSERVER_TASK });
for (let look = 0; look < 15; look += 1) {
  const { status } = await ask("GET", `jobs/${jobId}/status`);
  if (!["pending", "waiting", "running"].includes(status)) process.exit(status === "complete" ? 0 : 1);
  await setTimeout(1000);
}
process.exit(1);
