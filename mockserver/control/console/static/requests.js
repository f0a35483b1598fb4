// The journal, and one exchange of it.
import { html, useEffect, useMemo, useState } from "./vendor/htm-preact.js";
import { call, get, raw, text as textOf } from "./api.js";
import { REQUESTS, state, changed } from "./store.js";
import { Button, Copy, Empty, Icon, List, Search, Select, Time, attempt, here, say, setQuery } from "./ui.js";
import { Breach, Lines, linesOf, place, queryLines } from "./body.js";

const kindOf = (status) => status === null ? "open" : status === 0 ? "none" : `s${Math.floor(status / 100)}`;
const MARKS = { open: "SUBMITTED", none: "TIMED_OUT", s2: "SUCCEEDED", s3: "EXECUTING", s4: "CANCELING", s5: "FAILED", s1: "SUBMITTED" };
const WORDS = { open: "being answered", none: "no answer" };
export const Status = ({ status }) => { const kind = kindOf(status); return html`<span class="status ${kind}"><${Icon} name=${MARKS[kind]}/>${WORDS[kind] ?? status}</span>`; };
const Marks = ({ entry }) => html`${entry.fault && html`<span class="mark fault" title=${`fault ${entry.fault}`}>fault</span>`}
  ${entry.violations.length ? html`<span class="mark breach-count"><${Icon} name="warn"/>${entry.violations.length}<span class="sr"> violations</span></span>` : null}`;

export const RequestLine = ({ entry }) => html`<li class="line" data-request=${entry.number}><a href=${`#/requests/${entry.number}`}>${entry.number}</a><span class="quiet"><${Time} at=${entry.at}/></span>
  <span class="mono">${entry.method}</span><span class="cut">${entry.operation ?? entry.path}</span><${Marks} entry=${entry}/><span class="spring"></span>${entry.told && html`<span class="mono quiet">${entry.told.state}</span>`}<${Status} status=${entry.status}/></li>`;

const draw = (entry) => html`<span role="cell" class="c-number"><a href=${`#/requests/${entry.number}`} data-control="open">${entry.number}</a></span>
  <span role="cell" class="c-time"><${Time} at=${entry.at}/></span>
  <span role="cell" class="c-method mono">${entry.method}</span>
  <span role="cell" class="c-path mono" title=${entry.path}>${entry.path}</span>
  <span role="cell" class="c-operation">${entry.operation ?? "–"}</span>
  <span role="cell" class="c-job">${entry.job ? html`<a href=${`#/jobs/${encodeURIComponent(entry.api)}/${encodeURIComponent(entry.job)}`} data-control="job">${entry.job}</a>` : "–"}</span>
  <span role="cell" class="c-told mono">${entry.told?.state ?? ""}<${Marks} entry=${entry}/></span>
  <span role="cell" class="c-status"><${Status} status=${entry.status}/></span>
  <span role="cell" class="c-ms">${entry.status === null ? "" : `${entry.milliseconds.toFixed(1)} ms`}</span>`;

const narrow = matchMedia("(max-width: 52rem)");
narrow.addEventListener("change", changed);

export function Requests() {
  const { query } = here();
  const api = query.get("api") ?? "", status = query.get("status") ?? "", breaches = query.get("violations") ?? "", text = (query.get("q") ?? "").toLowerCase().trim();
  const shown = useMemo(() => state.requests.filter((one) => (!api || one.api === api) && (!status || kindOf(one.status) === status) && (!breaches || one.violations.length)
    && (!text || `${one.number} ${one.method} ${one.path} ${one.operation ?? ""} ${one.job ?? ""} ${one.status} ${one.told?.state ?? ""} ${one.fault ?? ""}`.toLowerCase().includes(text))),
  [state.version, state.requests, api, status, breaches, text]);
  const filtered = api || status || breaches || text;
  const har = () => attempt(async () => {
    const blob = await (await raw("GET", `requests?format=har&limit=1000${api && `&api=${encodeURIComponent(api)}`}${breaches && "&violations=true"}${/^s\d$/.test(status) ? `&status=${status[1]}xx` : ""}`)).blob();
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: "mockserver.har" });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
  const told = state.dropped + state.skipped;
  return html`<section class="view fill" aria-labelledby="title">
    <div class="bar"><h1 id="title">Requests</h1><span class="count" role="status">${filtered ? `${shown.length} of ${state.requests.length}` : state.requests.length}${told ? `, ${told} more not shown` : ""}</span>
      <span class="spring"></span><${Button} name="Download HAR" onClick=${har}/><${Button} name="Clear" onClick=${() => attempt(async () => { await call("DELETE", "requests"); state.requests = []; changed(); })}/></div>
    <div class="filters" role="search"><${Search} value=${query.get("q")} placeholder="path, operation, job, state told …" onInput=${(q) => setQuery({ q })}/>
      <${Select} label="API" all="All" value=${api} options=${state.apis.map((one) => one.name)} onPick=${(value) => setQuery({ api: value })}/>
      <${Select} label="Status" all="All" value=${status} options=${[["s2", "2xx"], ["s3", "3xx"], ["s4", "4xx"], ["s5", "5xx"], ["none", "no answer"], ["open", "being answered"]]} onPick=${(value) => setQuery({ status: value })}/>
      <label class="field check"><input type="checkbox" checked=${Boolean(breaches)} onChange=${(event) => setQuery({ violations: event.target.checked ? "1" : "" })}/><span>Violations only</span></label></div>
    ${shown.length ? html`<${List} items=${shown} scope=${`${api} ${status} ${breaches} ${text}`} height=${narrow.matches ? 76 : 36} keyOf=${(one) => one.number} label="Requests" draw=${draw}
        head=${["No.", "Time", "Method", "Path", "Operation", "Job", "Told", "Status", "Took"]} attributes=${(one) => ({ "data-request": one.number, class: `row request ${one.violations.length ? "broken" : ""}` })}/>`
      : filtered ? html`<${Empty} title="No request fits">Nothing matches these filters. <button type="button" class="button" onClick=${() => setQuery({ q: "", api: "", status: "", violations: "" })}>Clear filters</button></${Empty}>`
      : html`<${Empty} title="No requests yet">Point a client at this server; what it asks shows here as it happens.</${Empty}>`}
  </section>`;
}

export function Request() {
  const number = here().parts[1];
  const [seen, setSeen] = useState({});
  const [rawly, setRawly] = useState(false);
  const answered = state.requests.find((one) => String(one.number) === number)?.status;
  useEffect(() => {
    let over = false;
    get(`requests/${encodeURIComponent(number)}`).then((entry) => over || setSeen({ number, entry }), (error) => over || setSeen({ number, error }));
    return () => { over = true; };
  }, [number, answered]);
  if (seen.number !== number) return html`<section class="view"><div class="skeleton" aria-hidden="true">${Array.from({ length: 4 }, () => html`<div></div>`)}</div></section>`;
  if (seen.error) return html`<section class="view"><${Empty} title="No such request">${seen.error.message}; the journal keeps the last ${REQUESTS}. <a href="#/requests">All requests</a></${Empty}></section>`;
  const { entry } = seen;
  const ours = entry.violations.filter((one) => one.part === "response"), theirs = entry.violations.filter((one) => one.part !== "response");
  return html`<section class="view" aria-labelledby="title" data-request=${entry.number}>
    <nav class="crumbs" aria-label="Where you are"><a href="#/requests">Requests</a> / ${entry.number}</nav>
    <div class="bar head"><h1 id="title" class="mono wrap">${entry.method} ${entry.path}</h1></div>
    <div class="bar facts-line"><${Status} status=${entry.status}/><span>${entry.operation ?? "no operation"}</span><span class="quiet"><${Time} at=${entry.at}/> · ${entry.milliseconds.toFixed(1)} ms</span>
      ${entry.job && html`<span>Job <a href=${`#/jobs/${encodeURIComponent(entry.api)}/${encodeURIComponent(entry.job)}`}>${entry.job}</a></span>`}
      ${entry.told && html`<span>told <strong class="mono">${entry.told.state}</strong></span>`}
      ${entry.fault && html`<span class="mark fault">fault ${entry.fault}</span>`}
      ${entry.nearest && html`<span>nearest <code>${entry.nearest}</code></span>`}</div>
    ${entry.state_change.length ? html`<p>${entry.state_change.map((move) => html`<span class="line">moved <a href=${`#/jobs/${encodeURIComponent(move.api)}/${encodeURIComponent(move.id)}`}>${move.id}</a> <span class="mono">${move.from} → ${move.to}</span> (${move.cause}) </span>`)}</p>` : null}
    <div class="bar"><div class="segmented" role="group" aria-label="Bodies">${[["Pretty", false], ["Raw", true]].map(([name, value]) => html`<button type="button" class="button" aria-pressed=${String(rawly === value)} onClick=${() => setRawly(value)}>${name}</button>`)}</div>
      <span class="spring"></span><${Copy} name="Copy as curl" text=${() => textOf(`requests/${entry.number}?format=curl`)}/></div>
    ${entry.hint && html`<p class="hint">Hint: ${entry.hint}</p>`}
    ${entry.error && html`<div class="panel"><h2>A bug of ours</h2><pre class="lines" tabindex="0">${entry.error}</pre></div>`}
    <div class="columns even"><${Side} title="Request" message=${entry.request} breaches=${theirs} rawly=${rawly} line=${`${entry.method} ${entry.path}`} query=${queryLines(entry.path)}/>
      <${Side} title="Answer" message=${entry.answer} breaches=${ours} rawly=${rawly} line=${entry.status === null ? "not yet" : entry.status === 0 ? "none was sent" : `${entry.status} ${entry.response ?? ""}`}/></div>
  </section>`;
}

function Side({ title, message, breaches, rawly, line, query = [] }) {
  const headers = Object.entries(message.headers);
  const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  const parameters = place(query, breaches);
  const body = place(rawly ? message.body.split("\n").map((text) => ({ text, at: null, depth: 0 })) : linesOf(message.body, type), parameters.left);
  return html`<div class="panel side"><h2>${title}</h2><p class="mono wrap">${line}</p>
    ${body.left.length ? html`<div class="breaches">${body.left.map((one) => html`<${Breach} one=${one}/>`)}</div>` : null}
    ${query.length ? html`<h3>Query</h3><${Lines} lines=${parameters.marked} label="Query"/>` : null}
    <h3>Headers</h3><dl class="headers">${headers.map(([name, value]) => html`<div><dt>${name}</dt><dd class="mono">${value}</dd></div>`)}</dl>
    <h3>Body${message.size ? html` <span class="quiet">the first 64 KiB of ${message.size} bytes</span>` : null}</h3>
    ${message.body ? html`<${Lines} lines=${body.marked} label=${`Body of the ${title.toLowerCase()}`}/>` : html`<p class="quiet">No body.</p>`}</div>`;
}
