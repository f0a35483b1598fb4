// The list of jobs, and what can be done to one.
import { html, useMemo, useState, useRef, useEffect } from "./vendor/htm-preact.js";
import { call, get, jobPath } from "./api.js";
import { learn, rows, state, changed } from "./store.js";
import { Badge, Button, Copy, Empty, Icon, List, Menu, Next, PHASES, Search, Select, attempt, complain, here, jobLink, say, setQuery } from "./ui.js";

/** The states of the machine that moves a job, in the API's own words. */
export function statesOf(job) {
  const api = state.apis.find((one) => one.name === job.api);
  return api?.kinds[job.kind]?.states ?? api?.states ?? [];
}

export const force = (job, word, hold = true) => attempt(async () => learn(await call("PUT", `${jobPath(job)}/state`, { state: word, hold })));
const hold = (job) => attempt(async () => learn(await call("PATCH", jobPath(job), { hold: true })));
const release = (job) => attempt(async () => learn(await call("POST", `${jobPath(job)}/release`)));
const forget = (job) => attempt(async () => {
  await call("DELETE", jobPath(job));
  say(`${job.api}/${job.id} is forgotten`);
  return true;
});
const cancel = (job) => attempt(async () => {
  const seen = await call("POST", `${jobPath(job)}/cancel`);
  const answered = seen.problem ?? `answered ${seen.status}`;
  say(`${seen.method} ${seen.path} ${answered}`, seen.problem || seen.status >= 400 ? "error" : "info",
    { hint: seen.request ? `request ${seen.request} of the journal` : "" });
});

let holds = true;
export function ForceMenu({ job, describedby }) {
  const [, draw] = useState(0);
  const states = statesOf(job);
  const groups = PHASES.map((phase) => ({
    name: phase,
    items: states.filter((one) => one.phase === phase)
      .map((one) => ({ name: one.name, phase, current: one.name === job.state, run: () => force(job, one.name, holds) })),
  })).filter((group) => group.items.length);
  groups.push({ name: "AND THEN", items: [{ name: "Hold it there", checked: holds, run: () => { holds = !holds; draw((n) => n + 1); } }] });
  return html`<${Menu} name="Force" groups=${groups} describedby=${describedby}/>`;
}

export function Actions({ job, small, describedby, onForgotten }) {
  const described = { "aria-describedby": describedby };
  return html`<${ForceMenu} job=${job} describedby=${describedby}/>
    ${job.held ? html`<${Button} name="Release" control="hold" ...${described} onClick=${() => release(job)}/>`
      : html`<${Button} name="Hold" control="hold" ...${described} disabled=${job.final} onClick=${() => hold(job)}/>`}
    <${Button} name="Cancel as the client" icon=${small && "stop"} ...${described} onClick=${() => cancel(job)}/>
    <${Button} name="Delete" icon=${small && "bin"} ...${described} onClick=${async () => { if (await forget(job)) onForgotten?.(); }}/>`;
}

const narrow = matchMedia("(max-width: 52rem)");
narrow.addEventListener("change", changed);

const drawRow = (job) => {
  const id = `job-${job.key.replace(/[^\w-]/g, "_")}`;
  return html`<span role="cell" class="c-state"><${Badge} job=${job}/></span>
    <span role="cell" class="c-id">${job.kind === "run" && html`<span class="branch" aria-hidden="true">└</span>`}<a id=${id} href=${jobLink(job)} data-control="open"><span class="api">${job.api}/</span>${job.id}</a></span>
    <span role="cell" class="c-about" title=${job.label}>${job.kind === "run" ? html`<span class="quiet">run · </span>` : null}${job.label}</span>
    <span role="cell" class="c-owner">${job.owner ?? "–"}</span>
    <span role="cell" class="c-next"><${Next} job=${job}/></span>
    <span role="cell" class="c-actions"><${Actions} job=${job} small describedby=${id}/></span>`;
};
const attributes = (job) => ({ "data-job": `${job.api}/${job.id}`, "data-state": job.state, "data-kind": job.kind, class: `row ${job.kind === "run" ? "run" : ""}` });

export function Jobs() {
  const { query } = here();
  const api = query.get("api") ?? "", phase = query.get("phase") ?? "", text = (query.get("q") ?? "").toLowerCase().trim();
  const [adding, setAdding] = useState(false);
  const wanted = (job) => (!api || job.api === api) && (!phase || job.phase === phase) && (!text || text.split(/\s+/).every((word) => job.hay.includes(word)));
  const shown = useMemo(() => rows(wanted), [state.version, api, phase, text]);
  const filtered = api || phase || text;
  const jobs = state.jobs.size;
  return html`<section class="view fill" aria-labelledby="title">
    <div class="bar"><h1 id="title">Jobs</h1>
      <span class="count" role="status">${state.loading ? "reading…" : filtered ? `${shown.length} of ${jobs}` : `${jobs}`}${state.jobs.size < state.total ? ` (reading ${state.total})` : ""}</span>
      <span class="spring"></span><button type="button" class="button primary" onClick=${() => setAdding(true)}>Add job</button></div>
    <div class="filters" role="search">
      <${Search} value=${query.get("q")} placeholder="id, state, owner, service, graph …" onInput=${(q) => setQuery({ q })}/>
      <${Select} label="API" all="All" value=${api} options=${state.apis.map((one) => one.name)} onPick=${(value) => setQuery({ api: value })}/>
      <${Select} label="Phase" all="All" value=${phase} options=${PHASES} onPick=${(value) => setQuery({ phase: value })}/>
    </div>
    ${shown.length ? html`<${List} items=${shown} scope=${`${api} ${phase} ${text}`} height=${narrow.matches ? 92 : 44} keyOf=${(job) => job.key} extra=${state.apis} label="Jobs"
        head=${["State", "Job", "What it is", "Owner", "Next", "Actions"]} draw=${drawRow} attributes=${attributes}/>`
      : state.loading ? html`<div class="skeleton" aria-hidden="true">${Array.from({ length: 8 }, () => html`<div></div>`)}</div>`
      : filtered ? html`<${Empty} title="No job fits">Nothing matches these filters. <button type="button" class="button" onClick=${() => setQuery({ q: "", api: "", phase: "" })}>Clear filters</button></${Empty}>`
      : html`<${Empty} title="No jobs yet">Submit one with your client, or <button type="button" class="button" onClick=${() => setAdding(true)}>add a job</button> here.</${Empty}>`}
    ${adding && html`<${AddJob} onClose=${() => setAdding(false)}/>`}
  </section>`;
}

// What the usual job of an API needs beside its state, for those who do not know its fixture by heart.
function template(name) {
  const like = [...state.jobs.values()].find((job) => job.api === name && job.kind === "job" && Object.keys(job.about).length);
  const own = {};
  for (const field of ["service", "task", "graph", "kind", "algorithm", "context", "query", "taskname", "type", "name"]) {
    if (like?.about[field] !== undefined && like.about.plane === undefined) own[field] = like.about[field];
  }
  return JSON.stringify(own, null, 2);
}

function AddJob({ onClose }) {
  const dialog = useRef();
  const [api, setApi] = useState(state.apis[0]?.name ?? "");
  const [fields, setFields] = useState({ id: "", state: "", plan: "", owner: "", more: template(state.apis[0]?.name) });
  const [problem, setProblem] = useState(null);
  useEffect(() => { dialog.current.showModal(); }, []);
  const set = (name) => (event) => setFields({ ...fields, [name]: event.target.value });
  const machine = state.apis.find((one) => one.name === api)?.kinds.job;
  const submit = async (event) => {
    event.preventDefault();
    let more;
    try { more = JSON.parse(fields.more || "{}"); } catch (error) { return setProblem({ message: `The further fields are no JSON: ${error.message}` }); }
    const body = { ...more, api };
    for (const name of ["id", "state", "plan", "owner"]) if (fields[name]) body[name] = fields[name];
    try {
      const made = await call("POST", "jobs", body);
      dialog.current.close();
      location.hash = jobLink(made);
    } catch (error) { setProblem(error); }
    return undefined;
  };
  return html`<dialog ref=${dialog} aria-labelledby="add-title" onClose=${onClose}><form method="dialog" onSubmit=${submit}>
    <h2 id="add-title">Add job</h2>
    <div class="grid">
      <${Select} label="API" value=${api} options=${state.apis.map((one) => one.name)} onPick=${(value) => { setApi(value); setFields({ ...fields, state: "", plan: "", more: template(value) }); }}/>
      <${Select} label="State" all="by its plan" value=${fields.state} options=${machine?.states.map((one) => one.name) ?? []} onPick=${(value) => setFields({ ...fields, state: value })}/>
      <${Select} label="Plan" all="the usual one" value=${fields.plan} options=${Object.keys(machine?.plans ?? {})} onPick=${(value) => setFields({ ...fields, plan: value })}/>
      <label class="field"><span>Id</span><input value=${fields.id} onInput=${set("id")} placeholder="made up" autocomplete="off"/></label>
      <label class="field"><span>Owner</span><input value=${fields.owner} onInput=${set("owner")} placeholder="nobody" autocomplete="off"/></label>
    </div>
    <label class="field wide"><span>Further fields, as a fixture writes them (JSON)</span><textarea rows="7" spellcheck="false" class="code" value=${fields.more} onInput=${set("more")}></textarea></label>
    ${problem && html`<div class="notice error" role="alert"><div><strong>${problem.message}</strong>${problem.hint && html`<div class="quiet">${problem.hint}</div>`}</div></div>`}
    <div class="bar"><span class="spring"></span><button type="button" class="button" onClick=${() => dialog.current.close()}>Close</button><button class="button primary">Add</button></div>
  </form></dialog>`;
}
