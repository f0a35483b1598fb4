// Faults, clock, sandboxes and APIs.
import { html, useEffect, useState } from "./vendor/htm-preact.js";
import { call, get, sandbox as chosen } from "./api.js";
import { changed, now, readApis, readFaults, setClock, state } from "./store.js";
import { Badge, Button, Copy, Empty, Icon, Select, Time, attempt, clockTime, here, jobLink, say, setQuery, span, useTick } from "./ui.js";
import { Json } from "./body.js";

const number = (text) => text.trim() === "" ? undefined : Number(text);

// --- faults ---------------------------------------------------------------------------------------

const KINDS = ["named", "status", "connection", "garble", "drip", "delay"];
const blank = { api: "", operation: "", job: "", kind: "status", named: "", status: "503", body: "", connection: "reset", garble: "truncate", bytes: "32", every: "50ms", delay: "", times: "1", after: "", probability: "" };

function effectOf(form) {
  const effect = {};
  if (form.kind === "named") effect.named = form.named;
  if (form.kind === "status") { effect.status = Number(form.status); if (form.body) effect.body = form.body; }
  if (form.kind === "connection") effect.connection = form.connection;
  if (form.kind === "garble") effect.garble = form.garble;
  if (form.kind === "drip") effect.drip = { bytes: Number(form.bytes), every: form.every };
  if (form.delay) effect.delay = form.delay;
  return effect;
}
const wording = (effect) => Object.entries(effect).map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`).join(", ");

export function Faults() {
  const [catalogue, setCatalogue] = useState(null);
  const [form, setForm] = useState(blank);
  useEffect(() => { readFaults().catch(() => {}); attempt(async () => setCatalogue(await get("faults/catalogue"))); }, []);
  const set = (name) => (event) => setForm({ ...form, [name]: event.target.value });
  const pick = (name) => (value) => setForm({ ...form, [name]: value });
  const api = state.apis.find((one) => one.name === form.api);
  const named = catalogue === null ? [] : form.api ? catalogue.named[form.api] ?? [] : [];
  const arm = (event) => {
    event.preventDefault();
    const match = {};
    for (const name of ["api", "operation", "job"]) if (form[name]) match[name] = form[name];
    const body = { match, effect: effectOf({ ...form, named: form.named || named[0]?.name }) };
    for (const name of ["times", "after", "probability"]) if (number(form[name]) !== undefined) body[name] = number(form[name]);
    return attempt(async () => {
      const made = await call("POST", "faults", body);
      state.faults = [...state.faults.filter((one) => one.id !== made.id), made];
      changed();
      say(`${made.id} is armed`);
    });
  };
  const unused = state.faults.filter((one) => one.hits === 0).length;
  return html`<section class="view" aria-labelledby="title">
    <div class="bar"><h1 id="title">Faults</h1><span class="count" role="status">${state.faults.length} armed${unused ? `, ${unused} never hit` : ""}</span><span class="spring"></span>
      <${Button} name="Remove all" disabled=${!state.faults.length} onClick=${() => attempt(async () => { await call("DELETE", "faults"); state.faults = []; changed(); })}/></div>
    ${state.faults.length ? html`<div class="table-box" tabindex="0" role="group" aria-label="Armed faults, scrolls sideways"><table class="table"><caption class="sr">Armed faults</caption><thead><tr><th scope="col">Fault</th><th scope="col">What it hits</th><th scope="col">What it does</th><th scope="col">Times</th><th scope="col">Hits</th><th scope="col"><span class="sr">Actions</span></th></tr></thead><tbody>
      ${state.faults.map((one) => html`<tr key=${one.id} data-fault=${one.id}><th scope="row" class="mono">${one.id}</th><td class="mono">${Object.entries(one.match).map(([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`).join(" ") || "everything"}</td>
        <td>${wording(one.effect)}</td><td>${one.times ?? "always"}${one.after ? `, after ${one.after}` : ""}</td>
        <td><span class=${`hits ${one.hits ? "" : "quiet"}`} data-hits=${one.hits}>${one.hits}</span></td><td><${Button} name="Remove" aria-label=${`Remove ${one.id}`} onClick=${() => attempt(() => call("DELETE", `faults/${one.id}`))}/></td></tr>`)}</tbody></table></div>`
      : html`<${Empty} title="No faults armed">Everything works. Arm one below, and watch what your client makes of it.</${Empty}>`}
    <form class="panel" onSubmit=${arm} aria-labelledby="arm-title"><h2 id="arm-title">Arm a fault</h2>
      <div class="grid">
        <${Select} label="API" all="any" value=${form.api} options=${state.apis.map((one) => one.name)} onPick=${(value) => setForm({ ...form, api: value, operation: "", named: "", kind: form.kind === "named" && !value ? "status" : form.kind })}/>
        <${Select} label="Operation" all="any" value=${form.operation} options=${api?.operations.filter((one) => one.faked).map((one) => one.name) ?? []} onPick=${pick("operation")}/>
        <label class="field"><span>Job</span><input value=${form.job} onInput=${set("job")} placeholder="any" autocomplete="off"/></label>
        <${Select} label="Effect" value=${form.kind} options=${KINDS} onPick=${pick("kind")}/>
        ${form.kind === "named" && html`<${Select} label="Failure" value=${form.named} all=${form.api ? undefined : "choose an API first"} options=${named.map((one) => [one.name, one.name])} onPick=${pick("named")}/>`}
        ${form.kind === "status" && html`<label class="field"><span>Status</span><input inputmode="numeric" value=${form.status} onInput=${set("status")}/></label><label class="field"><span>Body</span><input value=${form.body} onInput=${set("body")}/></label>`}
        ${form.kind === "connection" && html`<${Select} label="Connection" value=${form.connection} options=${catalogue?.effects.connection ?? []} onPick=${pick("connection")}/>`}
        ${form.kind === "garble" && html`<${Select} label="Garble" value=${form.garble} options=${catalogue?.effects.garble ?? []} onPick=${pick("garble")}/>`}
        ${form.kind === "drip" && html`<label class="field"><span>Bytes</span><input inputmode="numeric" value=${form.bytes} onInput=${set("bytes")}/></label><label class="field"><span>Every</span><input value=${form.every} onInput=${set("every")}/></label>`}
        <label class="field"><span>Delay</span><input value=${form.delay} onInput=${set("delay")} placeholder=${form.kind === "delay" ? "250ms" : "none"} required=${form.kind === "delay"}/></label>
        <label class="field"><span>Times</span><input inputmode="numeric" value=${form.times} onInput=${set("times")} placeholder="always"/></label>
        <label class="field"><span>After</span><input inputmode="numeric" value=${form.after} onInput=${set("after")} placeholder="0"/></label>
        <label class="field"><span>Probability</span><input inputmode="decimal" value=${form.probability} onInput=${set("probability")} placeholder="1"/></label>
      </div>
      <div class="bar"><code class="mono cut">${JSON.stringify(effectOf(form))}</code><span class="spring"></span><button class="button primary">Arm</button></div></form>
    ${catalogue && html`<div class="panel"><h2>Catalogue</h2><p class="quiet">Failures that each API documents, in its own bytes.</p>
      ${Object.entries(catalogue.named).map(([name, list]) => html`<details><summary>${state.apis.find((one) => one.name === name)?.title ?? name} <span class="quiet">${list.length}</span></summary>
        <ul class="plain">${list.map((one) => html`<li class="line"><span class="mono">${one.name}</span><span class="grow">${one.title}</span><span class="quiet">${one.confidence}</span>
          <${Button} name="Use" aria-label=${`Use ${one.name}`} onClick=${() => { setForm({ ...form, api: name, operation: "", kind: "named", named: one.name }); document.getElementById("arm-title").scrollIntoView({ block: "start" }); }}/></li>`)}</ul></details>`)}</div>`}
  </section>`;
}

// --- clock ----------------------------------------------------------------------------------------

export function Clock() {
  useTick();
  const [seconds, setSeconds] = useState("30");
  const [moment, setMoment] = useState("");
  const turn = (method, path, body) => attempt(async () => setClock(await call(method, path, body)));
  const frozen = state.clock?.frozen;
  const coming = [...state.jobs.values()].filter((job) => job.next?.at).sort((a, b) => a.next.at < b.next.at ? -1 : 1);
  const fired = state.fired.filter((one, index, all) => index === all.findIndex((other) => other.api === one.api && other.id === one.id && other.at === one.at && other.to === one.to));
  return html`<section class="view" aria-labelledby="title">
    <div class="bar"><h1 id="title">Clock</h1><span class="count" role="status">${frozen ? "frozen" : "running"}</span></div>
    <div class="panel clock"><div class=${`face ${frozen ? "frozen" : ""}`}><${Icon} name=${frozen ? "SUSPENDED" : "EXECUTING"}/><time datetime=${new Date(now()).toISOString()}>${new Date(now()).toISOString().replace("T", " ").slice(0, 19)}</time><span class="quiet">UTC</span></div>
      <div class="bar wrap">
        ${frozen ? html`<${Button} name="Resume" onClick=${() => turn("PUT", "clock", { frozen: false })}/>` : html`<${Button} name="Freeze" onClick=${() => turn("PUT", "clock", { frozen: true })}/>`}
        <form class="inline" onSubmit=${(event) => { event.preventDefault(); turn("POST", "clock/advance", { seconds: Number(seconds) }); }}><label class="field"><span>Seconds</span><input inputmode="decimal" value=${seconds} onInput=${(event) => setSeconds(event.target.value)}/></label><button class="button">Advance</button></form>
        <${Button} name="Until next" disabled=${!coming.length} onClick=${() => turn("POST", "clock/advance", { until_next: true })}/>
        <form class="inline" onSubmit=${(event) => { event.preventDefault(); turn("PUT", "clock", { now: moment }); }}><label class="field"><span>Moment</span><input value=${moment} placeholder=${state.clock?.now ?? ""} onInput=${(event) => setMoment(event.target.value)}/></label><button class="button" disabled=${!moment}>Set</button></form>
      </div></div>
    <div class="columns"><div class="panel"><h2>Comes next</h2>${coming.length ? html`<ul class="plain">${coming.slice(0, 50).map((job) => html`<li class="line" key=${job.key}><${Badge} job=${job}/><a href=${jobLink(job)}>${job.api}/${job.id}</a><span class="spring"></span><span class="quiet">in ${span((Date.parse(job.next.at) - now()) / 1000)}</span><span>→ <span class="mono">${job.next.state}</span></span></li>`)}</ul>` : html`<p class="quiet">No job has anything planned.</p>`}</div>
      <div class="panel"><h2>What fired</h2>${fired.length ? html`<ul class="plain fired">${fired.slice(0, 100).map((one) => html`<li class="line"><span class="quiet"><${Time} at=${one.at}/></span><a href=${`#/jobs/${encodeURIComponent(one.api)}/${encodeURIComponent(one.id)}`}>${one.api}/${one.id}</a><span class="spring"></span><span class="mono">${one.from} → ${one.to}</span></li>`)}</ul>` : html`<p class="quiet">Nothing since this page was opened.</p>`}</div></div>
  </section>`;
}

// --- sandboxes ------------------------------------------------------------------------------------

export function Sandboxes() {
  const [list, setList] = useState(null);
  const [form, setForm] = useState({ name: "", ttl: "", port: false });
  const read = () => attempt(async () => setList((await get("sandboxes", { whole: true })).sandboxes));
  useEffect(() => { read(); const timer = setInterval(() => { if (!document.hidden && state.connection === "live") read(); }, 5000); return () => clearInterval(timer); }, []);
  const create = (event) => {
    event.preventDefault();
    const body = {};
    if (form.name) body.name = form.name;
    if (form.ttl) body.ttl = Number(form.ttl);
    if (form.port) body.port = true;
    return attempt(async () => { const made = await call("POST", "sandboxes", body, { whole: true }); say(`sandbox ${made.name} is there`); setForm({ ...form, name: "" }); await read(); });
  };
  const address = (name) => `${location.pathname}?sandbox=${encodeURIComponent(name)}#/jobs`;
  return html`<section class="view" aria-labelledby="title"><div class="bar"><h1 id="title">Sandboxes</h1><span class="count" role="status">${list?.length ?? ""}</span></div>
    <form class="panel" onSubmit=${create} aria-labelledby="make-title"><h2 id="make-title">Create a sandbox</h2><div class="grid">
      <label class="field"><span>Name</span><input value=${form.name} placeholder="made up" onInput=${(event) => setForm({ ...form, name: event.target.value })} autocomplete="off"/></label>
      <label class="field"><span>Ends when unused (s)</span><input inputmode="numeric" value=${form.ttl} placeholder="never" onInput=${(event) => setForm({ ...form, ttl: event.target.value })}/></label>
      <label class="field check"><input type="checkbox" checked=${form.port} onChange=${(event) => setForm({ ...form, port: event.target.checked })}/><span>A port of its own</span></label></div>
      <div class="bar"><span class="spring"></span><button class="button primary">Create</button></div></form>
    ${list === null ? html`<div class="skeleton" aria-hidden="true"><div></div><div></div></div>` : list.map((one) => html`<article class="panel" key=${one.name} data-sandbox=${one.name}><div class="bar"><h2>${one.name}</h2>${one.name === chosen ? html`<span class="mark">shown here</span>` : html`<a class="button" href=${address(one.name)}>Switch<span class="sr"> to ${one.name}</span></a>`}
        <span class="quiet">${one.ttl ? `ends ${span(one.ttl)} after its last use` : ""}</span><span class="spring"></span>
        ${one.name !== "default" && html`<${Button} name="Delete" aria-label=${`Delete ${one.name}`} onClick=${() => attempt(async () => { await call("DELETE", `sandboxes/${encodeURIComponent(one.name)}`, undefined, { whole: true }); await read(); })}/>`}</div>
      <${Addresses} rows=${[...Object.entries(one.apis), ["control", one.control], ...Object.entries(one.own_urls ?? {}).map(([name, url]) => [`own port, ${name}`, url]), ["header", `X-Mockserver-Sandbox: ${one.name}`]]}/></article>`)}
  </section>`;
}
const Addresses = ({ rows }) => html`<ul class="plain addresses">${rows.map(([name, url]) => html`<li class="line"><span class="quiet name">${name}</span><code class="mono wrap">${url}</code><span class="spring"></span><${Copy} text=${url} label=${`Copy ${name}`}/></li>`)}</ul>`;

// --- APIs -----------------------------------------------------------------------------------------

export function Apis() {
  const { query } = here();
  useEffect(() => { readApis().catch(() => {}); }, []);
  const name = query.get("api") || state.apis[0]?.name;
  const api = state.apis.find((one) => one.name === name);
  return html`<section class="view" aria-labelledby="title"><div class="bar"><h1 id="title">APIs</h1></div>
    <div class="segmented wrap" role="group" aria-label="API">${state.apis.map((one) => html`<button type="button" class="button" aria-pressed=${String(one.name === name)} onClick=${() => setQuery({ api: one.name })}>${one.name}</button>`)}</div>
    ${api && html`<div class="panel"><h2>${api.title}</h2><p>Account: <code>${api.account}</code></p><${Addresses} rows=${api.urls.map((url, index) => [index ? "also" : "base", url])}/></div>
    <div class="panel"><h2>States</h2>${Object.entries(api.kinds).map(([kind, machine]) => html`${Object.keys(api.kinds).length > 1 ? html`<h3>${kind}</h3>` : null}<ul class="plain chips">${machine.states.map((one) => html`<li title=${one.source || one.confidence}><${Badge} job=${{ state: one.name, phase: one.phase }}/></li>`)}</ul>`)}</div>
    <div class="panel"><h2>Settings</h2><${Settings} api=${api}/></div>
    <div class="panel"><h2>Operations</h2><div class="table-box" tabindex="0" role="group" aria-label="Operations, scrolls sideways"><table class="table"><caption class="sr">Operations</caption><thead><tr><th scope="col">Operation</th><th scope="col">Method</th><th scope="col">Path</th></tr></thead><tbody>
      ${api.operations.map((one) => html`<tr key=${one.name}><th scope="row">${one.name}${one.faked ? "" : html` <span class="mark">not faked</span>`}</th><td class="mono">${one.methods.join(" ")}</td><td class="mono">${one.paths[0] ?? ""}</td></tr>`)}</tbody></table></div></div>`}
  </section>`;
}
function Settings({ api }) {
  const change = (row, value) => attempt(async () => { await call("PATCH", `apis/${api.name}/settings`, { [row.name]: value }); say(`${row.name} is set`); await readApis(); });
  return html`<dl class="settings">${api.settings_described.map((row) => { const value = api.settings[row.name]; const id = `set-${row.name}`; return html`<div key=${`${api.name}-${row.name}`}><dt><label for=${id}>${row.name}</label></dt><dd>
    ${typeof value === "boolean" ? html`<input id=${id} type="checkbox" checked=${value} onChange=${(event) => change(row, event.target.checked)}/>`
      : row.choices?.length ? html`<select id=${id} value=${value} onChange=${(event) => change(row, event.target.value)}>${row.choices.map((one) => html`<option value=${one} selected=${one === value}>${one}</option>`)}</select>`
      : html`<input id=${id} value=${typeof value === "object" ? JSON.stringify(value) : String(value)} onChange=${(event) => { const text = event.target.value; let given = text; if (typeof value !== "string") { try { given = JSON.parse(text); } catch { /* as text, for the server to refuse */ } } change(row, given); }}/>`}
    <span class="quiet">${row.doc}</span></dd></div>`; })}</dl>`;
}
