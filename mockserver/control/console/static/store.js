// What the page knows of the sandbox: read once, then kept true by events.
import { get, listen } from "./api.js";

export const REQUESTS = 1000;
export const keyOf = (job) => `${job.api}/${job.kind}/${job.id}`;

const initial = () => ({
  connection: "opening", loading: true, error: null,
  jobs: new Map(), order: [], total: 0, version: 0,
  requests: [], skipped: 0, dropped: 0,
  apis: [], faults: [], hits: 0, clock: null, clockAt: 0, fired: [], notices: [],
});

export const state = initial();
const watchers = new Set();
let drawn = false;

/** Tell the page that something has changed: once a frame, however much has. */
export function changed() {
  if (drawn) return;
  drawn = true;
  const draw = () => { drawn = false; for (const watcher of watchers) watcher(); };
  document.hidden ? setTimeout(draw, 250) : requestAnimationFrame(draw);
}
export const watch = (call) => { watchers.add(call); return () => watchers.delete(call); };

// --- jobs -----------------------------------------------------------------------------------------

function put(job, isNew) {
  const key = keyOf(job);
  const before = state.jobs.get(key);
  const about = Object.values(job.about).join(" · ");
  const kept = {
    ...job, key, label: about, moved: before && before.state !== job.state ? performance.now() : (before?.moved ?? 0),
    hay: `${job.api} ${job.id} ${job.state} ${job.phase} ${job.owner ?? ""} ${about}`.toLowerCase(),
  };
  state.jobs.set(key, kept);
  if (!before && isNew) state.order.unshift(key);
  else if (!before) state.order.push(key);
  return kept;
}

function drop(key) {
  if (state.jobs.delete(key)) state.order = state.order.filter((one) => one !== key);
}

/** Take in a full record, as a change of a job is answered with. */
export function learn(record) {
  const runs = record.runs ?? [];
  const isRun = record.parent != null && state.jobs.has(`${record.api}/run/${record.id}`);
  const key = `${record.api}/${isRun ? "run" : "job"}/${record.id}`;
  const row = state.jobs.get(key);
  if (row) put({ ...row, state: record.state, phase: record.phase, shown: record.shown, held: record.held, owner: record.owner,
    next: record.next, ended: record.ended, final: FINAL.has(record.phase) });
  for (const run of runs) learn(run);
  state.version += 1;
  changed();
}
export const FINAL = new Set(["SUCCEEDED", "FAILED", "CANCELED", "TIMED_OUT"]);

/** Jobs in order, runs under their job; `wanted` tells which rows to show. */
export function rows(wanted) {
  const runs = new Map();
  for (const key of state.order) {
    const job = state.jobs.get(key);
    if (job.kind === "run" && job.parent) {
      const parent = `${job.api}/job/${job.parent}`;
      runs.has(parent) ? runs.get(parent).push(job) : runs.set(parent, [job]);
    }
  }
  const found = [];
  for (const key of state.order) {
    const job = state.jobs.get(key);
    if (job.kind === "run" && state.jobs.has(`${job.api}/job/${job.parent}`)) continue;
    const under = (runs.get(key) ?? []).filter(wanted);
    if (wanted(job) || under.length) found.push(job, ...under);
  }
  return found;
}

let reading = null;
export const isReading = () => reading !== null;
/** While a list is on its way: what was told of each job, true when it is there and false when it is gone. */
let told = null;
async function readJobs() {
  const jobs = [];
  const before = new Set(state.jobs.keys());
  told = new Map();
  let cursor = "";
  do {
    const page = await get(`jobs?brief=true&limit=${cursor ? 1000 : 150}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    jobs.push(...page.jobs);
    state.total = page.total;
    if (!state.jobs.size) { for (const job of page.jobs) take(job); state.loading = false; changed(); }
    cursor = page.cursor;
  } while (cursor);
  const there = new Set();
  for (const job of jobs) { there.add(keyOf(job)); for (const run of job.runs ?? []) there.add(keyOf(run)); }
  for (const key of before) if (!there.has(key) && !told.get(key)) state.jobs.delete(key);
  // Jobs that were told while the list was on its way are the newest.
  state.order = state.order.filter((key) => !there.has(key) && state.jobs.has(key));
  for (const job of jobs) take(job);
  told = null;
  state.loading = false;
}
/** Take in a job of a list; what was told meanwhile is newer, and a job that is gone stays gone. */
function take({ runs, ...job }) {
  const key = keyOf(job), known = state.jobs.has(key), news = told?.get(key);
  if (news === undefined) put(job);
  if (known) state.order.push(key);
  for (const run of runs ?? []) take(run);
}

let opening = null;
async function firstJobs() {
  const page = await get("jobs?brief=true&limit=100");
  if (state.jobs.size) return;
  for (const job of page.jobs) take(job);
  Object.assign(state, { total: page.total, loading: false });
  state.version += 1;
  changed();
}

let cleared = 0;
async function readRequests() {
  const before = new Set(state.requests), then = cleared;
  const page = await get(`requests?bodies=false&limit=${REQUESTS}`);
  if (then !== cleared) return readRequests();
  const listed = new Set(page.requests.map((one) => one.number));
  // What was told while the list was on its way may not stand in it.
  const meanwhile = state.requests.filter((one) => !before.has(one) && !listed.has(one.number));
  Object.assign(state, { requests: [...meanwhile, ...page.requests].slice(0, REQUESTS), dropped: page.dropped, skipped: 0 });
  return undefined;
}
let armed = 0;
export async function readFaults() {
  const then = armed;
  const { faults } = await get("faults");
  if (then !== armed) return readFaults();
  state.faults = faults;
  state.version += 1;
  changed();
  return undefined;
}
export async function readApis() { state.apis = (await get("apis")).apis; changed(); }
export function setClock(clock) {
  state.clock = clock;
  state.clockAt = performance.now();
  if (clock.fired?.length) state.fired = [...clock.fired.map((one) => ({ ...one })), ...state.fired].slice(0, 200);
  changed();
}
/** Sandbox time in epoch milliseconds, as far as the page can tell. */
export const now = () => state.clock === null ? Date.now()
  : Date.parse(state.clock.now) + (state.clock.frozen ? 0 : performance.now() - state.clockAt);

/** Read everything anew; one reading at a time, and once more when something was missed meanwhile. */
export async function refresh() {
  if (reading) { reading.again = true; return reading.done; }
  reading = { again: false };
  const mine = reading;
  mine.done = (async () => {
    try {
      do {
        mine.again = false;
        // The rows that are looked at first come first; the APIs' tables are what their menus need.
        await Promise.all([get("clock").then(setClock), opening ?? (state.jobs.size ? null : firstJobs())]);
        await Promise.all([state.apis.length ? null : readApis(), readJobs(), readFaults()]);
        await readRequests();
      } while (mine.again);
      state.error = null;
    } catch (error) {
      state.error = error;
      state.loading = false;
    } finally {
      reading = told = null;
      state.version += 1;
      changed();
    }
  })();
  return mine.done;
}

// --- events ---------------------------------------------------------------------------------------

let late = 0;
function soon(call, ms) { clearTimeout(late); late = setTimeout(call, ms); }

function hear(events) {
  const fresh = [];
  for (const one of events) {
    switch (one.event) {
      case "job": case "job-added": case "job-changed": {
        if (one.job) {
          const { key } = put(one.job, true);
          told?.set(key, true);
        }
        if (one.event === "job" && one.cause === "clock") {
          state.fired = [{ api: one.api, id: one.id, kind: one.kind, from: one.from, to: one.to, at: one.at }, ...state.fired].slice(0, 200);
        }
        break;
      }
      case "job-deleted": {
        const key = `${one.api}/${one.kind}/${one.id}`;
        told?.set(key, false);
        drop(key);
        break;
      }
      case "request": if (one.request) fresh.push(one.request); break;
      case "requests-cleared": cleared += 1; state.requests = []; state.skipped = 0; break;
      case "fault": {
        state.hits += 1;
        state.faults = state.faults.map((fault) => fault.id === one.id ? { ...fault, hits: fault.hits + 1 } : fault);
        break;
      }
      case "fault-armed": armed += 1; state.faults = [...state.faults.filter((fault) => fault.id !== one.fault.id), one.fault]; break;
      case "fault-removed": armed += 1; state.faults = state.faults.filter((fault) => fault.id !== one.id); break;
      case "clock": setClock({ now: one.now, frozen: one.frozen }); break;
      case "settings": readApis(); break;
      case "skipped": {
        state.skipped += one.requests + one.lost;
        // What was too much to be told is read when it is quiet again.
        if (one.jobs || one.lost) soon(refresh, 1500);
        else soon(readRequests, 2000);
        break;
      }
      case "reset": refresh(); break;
    }
  }
  if (fresh.length) {
    // An entry is told once, when it is answered; the newest number stands first.
    fresh.sort((a, b) => b.number - a.number);
    const told = new Set(fresh.map((one) => one.number));
    state.requests = [...fresh, ...state.requests.filter((one) => !told.has(one.number))].slice(0, REQUESTS);
  }
  state.version += 1;
  changed();
}

let stop = null;
/** Begin to listen and read; stops whatever went on before. */
export function start() {
  stop?.abort();
  stop = new AbortController();
  let wasLost = false;
  // Shown at once; what happens before the stream is open is read again when it is.
  opening = firstJobs().catch(() => {}).finally(() => { opening = null; });
  listen(hear, (connection) => {
    if (connection === "live" && (wasLost || state.connection !== "live")) refresh();
    if (connection === "lost" || connection === "gone") { wasLost = true; state.since ??= Date.now(); } else state.since = null;
    if (state.connection !== "locked" || connection === "live") state.connection = connection;
    if (connection === "live") wasLost = false;
    changed();
  }, stop.signal);
}
