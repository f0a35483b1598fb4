// @esri/arcgis-rest-request: a Job, and its own wait.
import { Job } from "@esri/arcgis-rest-request";

const url = `${process.env.MOCKSERVER_ARCGIS_URL}/services/${process.env.MOCKSERVER_TASK}/submitJob`;
const job = await Job.submitJob({ url, params: { Input_Text: "hello" }, pollingRate: 1000 });
await job.getAllResults();
