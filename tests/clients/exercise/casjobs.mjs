// How the SOAP clients of Node go on once they can call: submit, and ask for the status.
import { setTimeout } from "node:timers/promises";

export async function watch(call, taskname) {
  const query = { qry: process.env.MOCKSERVER_TASK, context: "DR7", taskname, estimate: 30 };
  const jobId = await call("SubmitJob", { wsid: 1, pw: "secret", ...query });
  for (let look = 0; look < 15; look += 1) {
    const status = await call("GetJobStatus", { wsId: 1, pw: "secret", jobId });
    if (![0, 1, 2].includes(status)) process.exit(status === 5 ? 0 : 1);
    await setTimeout(1000);
  }
  process.exit(1);
}
