#!/usr/bin/env bash
# Its own page says that submitJob takes a pollingRate, and that setting job.pollingRate restarts the polling at the new rate. Waiting
# for the job puts the rate back to 2000 ms; setting it while events are watched ends the polling for good. (4.11.1 has the same job.js.)
source "$(dirname "$0")/lab"
package="@esri/arcgis-rest-request 4.10.2 (npm)"
behaviour="forgets the polling rate when it waits for a job, and ends the polling when the rate is set"
npm_with @esri/arcgis-rest-request@4.10.2
serve <<'PY'
import json

asked = 0


def answer(method, path, headers, body):
    global asked
    if "/submitJob" in path:
        return json.dumps({"jobId": "j1", "jobStatus": "esriJobSubmitted"})
    asked += 1
    state = "esriJobSucceeded" if asked == 2 else "esriJobExecuting"
    return json.dumps({"jobId": "j1", "jobStatus": state, "results": {}, "messages": []})
PY
seen "asked for 100 ms, after waiting 2000 ms, waited two seconds: true
watched at 100 ms: polled, then pollingRate = 50: 0 polls in a second, isMonitoring true" "$(node --input-type=module - <<'JS'
import { JOB_STATUSES, Job } from "@esri/arcgis-rest-request";

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const url = `${process.env.url}/arcgis/rest/services/Demo/GPServer/Echo`;
const job = await Job.submitJob({ url, params: { Input_Text: "a" }, pollingRate: 100 });
const asked = job.pollingRate;
const begun = Date.now();
await job.waitForCompletion();
console.log(`asked for ${asked} ms, after waiting ${job.pollingRate} ms, waited two seconds: ${Date.now() - begun > 1900}`);

const watched = await Job.submitJob({ url, params: { Input_Text: "b" } });
let polls = 0;
watched.on(JOB_STATUSES.Status, () => { polls += 1; });
watched.startEventMonitoring(100);
await pause(1000);
const before = polls > 0 ? "polled" : "not polled";
watched.pollingRate = 50;
await pause(300); // for a poll that was under way
polls = 0;
await pause(1000);
console.log(`watched at 100 ms: ${before}, then pollingRate = 50: ${polls} polls in a second, isMonitoring ${watched.isMonitoring}`);
process.exit(0);
JS
)"
