// Drives npm's @arcgis/core; prints what came of each row as JSON.
import "./browser.mjs";

const gp = await import("@arcgis/core/rest/geoprocessor.js");
const service = `${process.argv[2]}/arcgis/rest/services/Demo/GPServer`;
const rows = {};

async function row(name, act) {
  try {
    rows[name] = { value: await act() };
  } catch (error) {
    rows[name] = { refused: error.jobStatus ?? error.name, code: error.details?.httpStatus ?? null };
  }
}

const submit = (task, inputs = {}) => gp.submitJob(`${service}/${task}`, inputs);
const wait = (job) => job.waitForJobCompletion({ interval: 50 });

await row("success", async () => {
  const job = await submit("Echo", { Input_Text: "hi" });
  const first = job.jobStatus;
  await wait(job);
  return [first, job.jobStatus, (await job.fetchResultData("Output_Text")).value];
});
await row("failure", async () => wait(await submit("Fail")));
await row("cancel", async () => {
  const job = await submit("Slow");
  while ((await job.checkJobStatus()).jobStatus !== "job-executing") await new Promise((next) => setTimeout(next, 20));
  return (await job.cancelJob()).jobStatus;
});
await row("unknown task", async () => submit("Nope"));
await row("execute", async () => {
  const sync = `${process.argv[2]}/arcgis/rest/services/SyncDemo/GPServer/Sync`;
  return (await gp.execute(sync, { Input_Text: "now" })).results[0].value;
});

console.log(JSON.stringify(rows));
process.exit(0);
