// strong-soap: submit, and ask for the status.
import { setTimeout } from "node:timers/promises";
import strong from "strong-soap";

const settled = (act) => new Promise((done, failed) => act((error, value) => (error ? failed(error) : done(value))));
const wsdl = `${process.env.MOCKSERVER_CASJOBS_URL}?WSDL`;
const client = await settled((back) => strong.soap.createClient(wsdl, {}, back));
const call = async (name, values) => (await settled((back) => client.Jobs.JobsSoap[name](values, back)))[`${name}Result`];
const query = { qry: process.env.MOCKSERVER_TASK, context: "DR7", taskname: "strong-soap", estimate: 30 };
const jobId = await call("SubmitJob", { wsid: 1, pw: "secret", ...query });
for (let look = 0; look < 60; look += 1) {
  const status = await call("GetJobStatus", { wsId: 1, pw: "secret", jobId });
  if (![0, 1, 2].includes(status)) process.exit(status === 5 ? 0 : 1);
  await setTimeout(1000);
}
process.exit(1);
