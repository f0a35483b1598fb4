// Drives @esri/arcgis-rest-request, unmodified, through the outcome matrix of arcgis.md §7.
// Usage: node rest_request.mjs http://host:port   → one JSON object on standard output: row → what came of it.

import { Job, request } from "@esri/arcgis-rest-request";

const base = process.argv[2];
const demo = `${base}/arcgis/rest/services/Demo/GPServer`;

const control = async (method, path, body) => {
  const response = await fetch(`${base}/_control${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
};

const submit = (task, params = { Input_Text: "hi" }) =>
  Job.submitJob({ url: `${demo}/${task}/submitJob`, params });

const given = async (id, state) => {
  await control("POST", "/jobs", { api: "arcgis", id, service: "Demo.GPServer", task: "Echo", state });
  return Job.fromExistingJob({ url: `${demo}/Echo`, id });
};

const rows = {
  success: async () => (await submit("Echo")).getAllResults(),
  structured: async () =>
    (await submit("AllTypes", { A_Multi_Value: ["x", "y"], A_Linear_Unit: { distance: 2, units: "esriMiles" }, A_Boolean: false }))
      .getAllResults(),
  "feature output": async () => (await submit("AllTypes", {})).getResult("Out_A_Feature_Set"),
  failed: async () => (await submit("Fail")).waitForCompletion(),
  "timed out": async () => (await submit("TimedOut")).waitForCompletion(),
  "cancelled from elsewhere": async () => {
    const job = await submit("Stuck");
    const done = job.waitForCompletion();
    await control("PUT", `/jobs/arcgis/${job.id}/state`, { state: "CANCELED" });
    return done;
  },
  "cancel while executing": async () => (await given("jcancelexecuting", "esriJobExecuting")).cancelJob(),
  "cancel while submitted": async () => (await given("jcancelsubmitted", "esriJobSubmitted")).cancelJob(),
  "cancel of a finished job": async () => (await given("jcancelfinished", "esriJobSucceeded")).cancelJob(),
  "expected failure at the first poll": async () => (await given("jexpected", "expectedFailure")).waitForCompletion(),
  "results late": async () => (await submit("LateResults")).getAllResults(),
  "unknown job": async () => Job.fromExistingJob({ url: `${demo}/Echo`, id: "jnope" }),
  "HTTP 500 on submit": async () => {
    await control("POST", "/faults", {
      match: { operation: "arcgis.SubmitJob", path: "/arcgis/rest/services/Verbose/GPServer/Echo/submitJob" },
      effect: { status: 500, body: { error: { code: 500, message: "Internal", details: [] } } },
      times: 1,
    });
    return Job.submitJob({ url: `${base}/arcgis/rest/services/Verbose/GPServer/Echo/submitJob`, params: {} });
  },
  "token required": async () => request(`${base}/arcgis/rest/services/SecureDemo/GPServer`),
  "invalid token": async () => request(`${base}/arcgis/rest/services/SecureDemo/GPServer`, { params: { token: "nope" } }),
};

const outcome = async (row) => {
  try {
    const value = await row();
    return { value: value instanceof Job ? value.id : value };
  } catch (error) {
    return { error: error.name, message: error.message, code: error.code ?? null, status: error.jobInfo?.status ?? null };
  }
};

// All at once: the client polls every two seconds, whatever it is told.
const told = Object.fromEntries(
  await Promise.all(Object.entries(rows).map(async ([name, row]) => [name, await outcome(row)])),
);
console.log(JSON.stringify(told));
process.exit(0);
