// Drives npm's soap through submit, poll, list, cancel and an error, in SOAP 1.1 or 1.2; prints JSON.
import soap from "soap";

const [url, version] = process.argv.slice(2);
const options = version === "1.2" ? { forceSoap12Headers: true } : {};
const client = await soap.createClientAsync(`${url}?WSDL`, options);
const told = { services: Object.keys(client.describe().Jobs) };
const login = { wsid: 1, pw: "secret" };
const call = async (name, values) => (await client[`${name}Async`](values))[0];

const query = { qry: "select 1", context: "DR7", taskname: "npm soap" };
const submitted = await call("SubmitJob", { ...login, ...query, estimate: 30 });
const job = { wsId: 1, pw: "secret", jobId: submitted.SubmitJobResult };
told.submitted = Number(job.jobId);
told.ready = (await call("GetJobStatus", job)).GetJobStatusResult;
told.cancelled = await call("CancelJob", job);
told.canceling = (await call("GetJobStatus", job)).GetJobStatusResult;
const owner = { owner_wsid: 1, owner_pw: "secret", includeSystem: false };
told.listed = (await call("GetJobs", { ...owner, conditions: `jobid : ${job.jobId}` })).GetJobsResult.CJJob[0];
told.none = (await call("GetJobs", { ...owner, conditions: "jobid : 77" })).GetJobsResult;
told.quick = (await call("ExecuteQuickJob", { ...login, ...query, isSystem: false })).ExecuteQuickJobResult;
try {
  await call("CancelJob", { ...job, pw: "wrong" });
} catch (error) {
  const fault = error.root.Envelope.Body.Fault;
  told.fault = version === "1.2" ? fault.Reason.Text.$value ?? fault.Reason.Text : fault.faultstring;
  told.status = error.response.status;
}
console.log(JSON.stringify(told));
