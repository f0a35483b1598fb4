// The same client of ArcGIS in JavaScript: it submits, asks, gives up, and says how it ended.
const planted = process.env.PLANTED ?? "";
const pause = Number(process.env.PAUSE ?? "0.2") * 1000;
const patience = Number(process.env.LIMIT ?? "4") * 1000;
// Where nothing will ever come, patience is waiting time of whoever runs the tests.
const limit = process.env.MOCKSERVER_SCENARIO === "stuck" && process.env.STUCK ? Math.min(patience, process.env.STUCK * 1000) : patience;
const task = `${process.env.MOCKSERVER_ARCGIS_URL}/services/${process.env.MOCKSERVER_TASK}`;
const final = ["esriJobSucceeded", "esriJobFailed", "esriJobCancelled", "esriJobTimedOut", "esriJobDeleted"];
const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

class Refused extends Error {}

async function ask(path, form) {
  const options = { signal: AbortSignal.timeout(5000), ...(form && { method: "POST", body: new URLSearchParams(form) }) };
  const answer = await fetch(task + path, options); // a broken connection throws TypeError
  if ([429, 502, 503].includes(answer.status)) throw new Error(`busy: ${answer.status}`);
  const value = JSON.parse(await answer.text()); // half an answer throws SyntaxError
  if (value.error) throw new Refused(JSON.stringify(value.error));
  return value;
}

async function main() {
  const deadline = Date.now() + limit;
  let id;
  try {
    id = (await ask("/submitJob", { f: "json", Input_Text: "x" })).jobId;
  } catch (error) {
    if (planted !== "submits-again-blindly" || error instanceof Refused) return 3;
    id = (await ask("/submitJob", { f: "json", Input_Text: "x" })).jobId;
  }
  let troubles = 0;
  for (;;) {
    if (Date.now() > deadline && planted !== "never-gives-up") return 5;
    await sleep(pause);
    let state;
    try {
      state = (await ask(`/jobs/${id}?f=json`)).jobStatus;
      troubles = 0;
    } catch (error) {
      if (error instanceof Refused) return 7;
      if (planted === "throws-away-errors") continue;
      if (++troubles > 3 || planted === "no-second-try") return 6;
      continue;
    }
    console.log(state);
    if (planted === "waits-for-success-only" && state !== "esriJobSucceeded") continue;
    if (!final.includes(state)) continue;
    if (state !== "esriJobSucceeded") return planted === "failure-is-success" ? 0 : 10;
    try {
      await ask(`/jobs/${id}/results/Output_Text?f=json`);
    } catch (error) {
      return 9;
    }
    return 0;
  }
}

process.exitCode = await main();
