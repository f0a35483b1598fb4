// Drives npm's esri-leaflet-gp; prints what came of each row as JSON.
import "./browser.mjs";

globalThis.L = (await import("leaflet")).default;
const GP = await import("esri-leaflet-gp");
const service = `${process.argv[2]}/arcgis/rest/services/Demo/GPServer`;
const rows = {};

// It calls back several times about a failure when the server is slower than its interval; the first is enough.
const run = (name, output) => new Promise((done) => {
  const task = GP.service({ url: `${service}/${name}`, useCors: true, asyncInterval: 0.05 }).createTask();
  task.on("initialized", () => {
    task.setParam("Input_Text", "hi");
    task.setOutputParam(output);
    task.run((error, result, raw) => done({ error: error ?? null, value: result?.[output] ?? null, type: raw?.dataType ?? null }));
  });
});

rows.success = await run("Echo", "Output_Text");
rows.failure = await run("Fail", "Output_Text");

console.log(JSON.stringify(rows));
process.exit(0);
