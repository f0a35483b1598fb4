// Drives the core of Huawei's Node SDK, unmodified; its GES client is not on npm.
// Usage: node huaweicloud.mjs http://host:port   → one JSON object on the last line of standard output.

import { BasicCredentials } from "@huaweicloud/huaweicloud-sdk-core";
import { ClientBuilder } from "@huaweicloud/huaweicloud-sdk-core/ClientBuilder.js";

const [base] = process.argv.slice(2);
const project = "0123456789abcdef0123456789abcdef";
const signed = (secret) =>
  new ClientBuilder((one) => one)
    .withCredential(new BasicCredentials().withAk("MOCKACCESSKEY").withSk(secret).withProjectId(project))
    .withEndpoint(base)
    .build();
const ask = (client, method, url) =>
  client.sendRequest({
    method, url, contentType: "application/json", pathParams: { project_id: project }, queryParams: {}, headers: {}, data: {},
  });
const good = signed("mock-secret-key");
const graphs = "/v2/{project_id}/graphs";

const steps = {
  graphs: async () => (await ask(good, "GET", graphs)).graphs.map((one) => one.name),
  stopped: async () => {
    const movie = (await ask(good, "GET", graphs)).graphs.find((one) => one.name === "movie");
    const { job_id } = await ask(good, "POST", `${graphs}/${movie.id}/stop`);
    return (await ask(good, "GET", `${graphs}/${movie.id}/jobs/${job_id}/status`)).job_name;
  },
  "an unknown job, v1": async () => ask(good, "GET", "/v1.0/{project_id}/graphs/g/jobs/nobody/status"),
  "an unknown job, v2": async () => ask(good, "GET", `${graphs}/g/jobs/nobody/status`),
  "a wrong secret": async () => ask(signed("wrong"), "GET", graphs),
};

const told = {};
for (const [name, step] of Object.entries(steps)) {
  try {
    told[name] = { value: await step() };
  } catch (error) {
    told[name] = { status: error.httpStatusCode, code: error.errorCode, text: error.errorMsg, id: Boolean(error.requestId) };
  }
}
console.log(JSON.stringify(told));
