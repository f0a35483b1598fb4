#!/usr/bin/env bash
# Its own page watches a job with job.on("status", ...). The event that each poll sends has another name, Etatus, the value of
# JOB_STATUSES.Status, so a handler as on the page is never called. (4.11.1 has the same two files.)
source "$(dirname "$0")/lab"
package="@esri/arcgis-rest-request 4.10.2 (npm)"
behaviour="never sends the event status that its page says to wait for"
npm_with @esri/arcgis-rest-request@4.10.2
serve <<'PY'
import json

states = iter(["esriJobExecuting", "esriJobSucceeded"])


def answer(method, path, headers, body):
    state = "esriJobSubmitted" if "/submitJob" in path else next(states)
    return json.dumps({"jobId": "j1", "jobStatus": state, "results": {}, "messages": []})
PY
seen 'status: []
Etatus: ["Succeeded"]
JOB_STATUSES.Status: Etatus' "$(node --input-type=module - <<'JS'
import { JOB_STATUSES, Job } from "@esri/arcgis-rest-request";

const url = `${process.env.url}/arcgis/rest/services/Demo/GPServer/Echo`;
const job = await Job.submitJob({ url, params: { Input_Text: "a" } });
const came = { status: [], Etatus: [] };
for (const name of Object.keys(came)) job.on(name, (info) => came[name].push(info.status));
await job.waitForCompletion();
for (const [name, states] of Object.entries(came)) console.log(`${name}: ${JSON.stringify(states)}`);
console.log(`JOB_STATUSES.Status: ${JOB_STATUSES.Status}`);
JS
)"
