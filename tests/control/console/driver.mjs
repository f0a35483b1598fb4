// Chromium by playwright-core, for tests in Python: a line of JSON asks, a line answers.
// { id, code, args, fresh }: `code` is the body of an async function of (page, args, tools).
import { createRequire } from "node:module";
import readline from "node:readline";

const [, , modules, program] = process.argv;
const require = createRequire(`${modules}/`);
const { chromium } = require("playwright-core");
const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox", "--disable-gpu"] });
const Body = Object.getPrototypeOf(async () => {}).constructor;
let context, page, errors;

async function fresh(options) {
  await context?.close();
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(30000);
  page = await context.newPage();
  errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error" && !/Failed to load resource/.test(message.text())) errors.push(message.text()); });
  page.on("dialog", (dialog) => { errors.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
}

const tools = {
  get context() { return context; },
  get errors() { return errors; },
  async axe() {
    // In a world of its own: the page's policy lets no foreign script in.
    const session = await context.newCDPSession(page);
    const { frameTree } = await session.send("Page.getFrameTree");
    const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id, worldName: "axe" });
    const ask = async (expression) => {
      const { result, exceptionDetails } = await session.send("Runtime.evaluate", { contextId: executionContextId, expression, awaitPromise: true, returnByValue: true });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    };
    await ask(require("node:fs").readFileSync(require.resolve("axe-core/axe.min.js"), "utf8") + ";1");
    const text = await ask("axe.run(document, { resultTypes: ['violations'] }).then((found) => JSON.stringify(found.violations.map((one) => [one.id, one.impact, one.nodes.slice(0, 3).map((node) => node.target.join(' ') + ': ' + node.failureSummary)])))");
    await session.detach();
    return JSON.parse(text).filter(([, impact]) => impact === "serious" || impact === "critical");
  },
};

console.log(JSON.stringify({ ready: true }));
for await (const line of readline.createInterface({ input: process.stdin })) {
  const { id, code, args, options } = JSON.parse(line);
  try {
    if (options) await fresh(options);
    const value = code ? await new Body("page", "args", "tools", code)(page, args, tools) : null;
    console.log(JSON.stringify({ id, value: value ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ id, error: String(error.stack ?? error), errors }));
  }
}
await browser.close();
