// esri-leaflet-gp: a task, and its own wait. Started with `--import ../node/browser.mjs`, which stands in for a browser.
import L from "leaflet";

globalThis.L = L;
const { service } = await import("esri-leaflet-gp");
const url = `${process.env.MOCKSERVER_ARCGIS_URL}/services/${process.env.MOCKSERVER_TASK}`;
const task = service({ url, useCors: true }).createTask();
task.on("initialized", () => {
  task.setParam("Input_Text", "hello");
  task.setOutputParam("Output_Text");
  task.run((error) => process.exit(error ? 1 : 0));
});
