// strong-soap.
import strong from "strong-soap";
import { watch } from "./casjobs.mjs";

const settled = (act) => new Promise((done, failed) => act((error, value) => (error ? failed(error) : done(value))));
const wsdl = `${process.env.MOCKSERVER_CASJOBS_URL}?WSDL`;
const client = await settled((back) => strong.soap.createClient(wsdl, {}, back));
const call = async (name, values) => (await settled((back) => client.Jobs.JobsSoap[name](values, back)))[`${name}Result`];
await watch(call, "strong-soap");
