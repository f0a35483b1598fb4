// The control API from the page: calls, errors, the token, and the stream of events.
const root = new URL("..", import.meta.url);
const own = document.querySelector("meta[name=mockserver-sandbox]").content;
const inHash = () => new URLSearchParams(location.hash.split("?")[1] ?? "").get("sandbox");
/** This page's address for another sandbox, with the view that the hash names. */
const addressFor = (name) => `${location.pathname}?sandbox=${encodeURIComponent(name)}${location.hash}`;

export const sandbox = inHash() || new URLSearchParams(location.search).get("sandbox") || own;
// Views replace the hash; where the sandbox was named there it stays in the address, and a reload shows the same one.
if (inHash()) history.replaceState(null, "", addressFor(sandbox));
addEventListener("hashchange", () => { if (inHash() && inHash() !== sandbox) location.replace(addressFor(inHash())); });
export const version = document.querySelector("meta[name=mockserver-version]").content;
const base = sandbox === own ? root : new URL(`sandboxes/${encodeURIComponent(sandbox)}/`, root);

let kept = null;
const KEY = "mockserver-token";
try { kept = sessionStorage.getItem(KEY); } catch { /* kept in memory, then */ }
export const token = {
  get: () => kept,
  set(value) {
    kept = value;
    try { value ? sessionStorage.setItem(KEY, value) : sessionStorage.removeItem(KEY); } catch { /* as above */ }
  },
};

export class ApiError extends Error {
  constructor(status, error) {
    super(error.message);
    Object.assign(this, { status, code: error.code, hint: error.hint ?? "", allowed: error.allowed ?? null });
  }
}

const onLocked = new Set();
export const whenLocked = (call) => { onLocked.add(call); return () => onLocked.delete(call); };

/** Ask for a path below the sandbox's control API; `whole`: below the server's. */
export async function raw(method, path, { body, whole, signal } = {}) {
  const headers = {};
  if (kept) headers.Authorization = `Bearer ${kept}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(new URL(path.replace(/^\//, ""), whole ? root : base), {
      method, headers, signal, cache: "no-store", credentials: "same-origin",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { code: "unreachable", message: "the server does not answer", hint: "is it still running?" });
  }
  if (answer.ok) return answer;
  let error;
  try { ({ error } = await answer.json()); } catch { /* not ours */ }
  if (answer.status === 401) for (const call of onLocked) call();
  throw new ApiError(answer.status, error ?? { code: "odd", message: `the server answered ${answer.status}` });
}

/** The words of a curl that asks for a path below the sandbox's control API; the token stays in the asker's environment. */
export const curl = (path, ...more) => ["curl", "-sS", "--fail-with-body",
  ...(kept ? ["-H", '"Authorization: Bearer $MOCKSERVER_CONTROL_TOKEN"'] : []), ...more.map(quote), quote(new URL(path, base).href)].join(" ");
const quote = (text) => /^[\w./:@%+,=~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

export const call = async (method, path, body, more) => (await raw(method, path, { body, ...more })).json();
export const get = (path, more) => call("GET", path, undefined, more);
export const text = async (path) => (await raw("GET", path)).text();

/** The address of a job, or of a run of one, below the control API. */
export const jobPath = (job) => {
  const id = encodeURIComponent;
  return job.parent && job.kind === "run"
    ? `jobs/${id(job.api)}/${id(job.parent)}/runs/${id(job.id)}`
    : `jobs/${id(job.api)}/${id(job.id)}`;
};

/** Listen until `signal` ends it; calls back with lists of events, and with what becomes of the connection. */
export async function listen(onEvents, onState, signal) {
  for (let wait = 500; !signal.aborted; wait = Math.min(wait * 2, 5000)) {
    let gone = false;
    try {
      const answer = await raw("GET", "events?records=true", { signal });
      onState("live");
      wait = 250;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let left = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        const parts = (left + value).split("\n\n");
        left = parts.pop();
        const events = [];
        for (const part of parts) {
          const at = part.indexOf("data: ");
          if (at >= 0) events.push(JSON.parse(part.slice(at + 6)));
        }
        if (events.length) onEvents(events);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 401) return onState("locked");
      gone = error.status === 404;
    }
    if (signal.aborted) return;
    onState(gone ? "gone" : "lost");
    await new Promise((next) => setTimeout(next, wait));
  }
}
