// npm's soap.
import soap from "soap";
import { watch } from "./casjobs.mjs";

const client = await soap.createClientAsync(`${process.env.MOCKSERVER_CASJOBS_URL}?WSDL`);
await watch(async (name, values) => (await client[`${name}Async`](values))[0][`${name}Result`], "soap");
