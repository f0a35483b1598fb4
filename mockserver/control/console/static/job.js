// One job: its machine, the way it came, what comes next, what it says, who asked about it.
import { html, useEffect, useRef, useState } from "./vendor/htm-preact.js";
import { curl, get, jobPath } from "./api.js";
import { keyOf, learn, now, state } from "./store.js";
import { Badge, Copy, Empty, Icon, Next, Time, here, jobLink, span, useTick } from "./ui.js";
import { Actions } from "./jobs.js";
import { RequestLine } from "./requests.js";
import { Json } from "./body.js";

const COMMON = new Set(["api", "kind", "id", "parent", "state", "phase", "shown", "possible_states", "held", "owner", "plan", "on_cancel", "next",
  "created", "started", "ended", "messages", "error", "progress", "history", "runs"]);
const RESULTS = /^(results?|output.*|result_.*|exports)$/i;

export function Job() {
  const [, api, id, below, run] = here().parts;
  const asked = below === "runs" ? { api, id: run, parent: id, kind: "run" } : { api, id, kind: "job" };
  const place = `${asked.api}/${asked.parent ?? ""}/${asked.id}`;
  const [seen, setSeen] = useState({});
  const found = seen.place === place ? seen : {};
  const row = state.jobs.get(`${asked.api}/${asked.kind}/${asked.id}`) ?? state.jobs.get(`${asked.api}/run/${asked.id}`);
  const busy = useRef({});
  // The row is a new object whenever an event has told of the job.
  const runs = asked.kind === "job" ? [...state.jobs.values()].filter((one) => one.api === asked.api && one.kind === "run" && one.parent === asked.id) : [];
  useEffect(() => {
    let over = false;
    const read = async () => {
      const path = jobPath(asked);
      try {
        const [record, drawing] = await Promise.all([get(path), get(`${path}/diagram`)]);
        if (!over) setSeen({ place, record, drawing });
      } catch (error) {
        if (!over) setSeen({ place, error });
      }
    };
    // Many moves in a row are read once.
    const wait = performance.now() - (busy.current.at ?? -1e9) < 300 ? 300 : 0;
    busy.current.at = performance.now();
    const timer = setTimeout(read, wait);
    return () => { over = true; clearTimeout(timer); };
  }, [place, row, state.connection === "live"]);
  if (found.error && !found.record) return html`<section class="view"><${Empty} title=${found.error.status === 404 ? "No such job" : "The job cannot be read"}>${found.error.message}. <a href="#/jobs">All jobs</a></${Empty}></section>`;
  if (!found.record) return html`<section class="view"><div class="skeleton" aria-hidden="true">${Array.from({ length: 5 }, () => html`<div></div>`)}</div></section>`;
  const { record, drawing } = found;
  const kind = record.parent != null || asked.kind === "run" ? "run" : "job";
  const job = row ?? { ...record, kind, key: keyOf({ ...record, kind }), final: ["SUCCEEDED", "FAILED", "CANCELED", "TIMED_OUT"].includes(record.phase) };
  const own = Object.entries(record).filter(([name, value]) => (!COMMON.has(name) || (name === "kind" && value !== kind)) && value !== null && value !== "");
  const results = own.filter(([name]) => RESULTS.test(name));
  const others = own.filter(([name]) => !RESULTS.test(name));
  const exchanges = state.requests.filter((one) => one.api === record.api && one.job === record.id);
  const path = jobPath(job);
  return html`<section class="view" aria-labelledby="title" data-job=${`${record.api}/${record.id}`} data-state=${job.state}>
    <nav class="crumbs" aria-label="Where you are"><a href="#/jobs">Jobs</a> / ${record.parent != null ? html`<a href=${jobLink({ ...record, id: record.parent, kind: "job", parent: null })}>${record.parent}</a> / ` : null}<span>${record.api}</span></nav>
    <div class="bar head"><h1 id="title" class="mono">${record.id}</h1><${Badge} job=${job} big/></div>
    <p class="lead">${others.filter(([, value]) => typeof value === "string").slice(0, 5).map(([, value]) => value).join(" · ")}</p>
    <div class="bar actions"><${Actions} job=${job} onForgotten=${() => { location.hash = "#/jobs"; }}/>
      <${Copy} name="Copy as curl" text=${() => curl(path)}/></div>
    <div class="panel"><h2>State machine</h2><${Drawing} drawing=${drawing} job=${record}/></div>
    <div class="columns">
      <div class="panel"><h2>History</h2><${History} record=${record}/></div>
      <div class="panel"><h2>Plan</h2><${Plan} record=${record} job=${job}/></div>
    </div>
    ${runs.length ? html`<div class="panel"><h2>Runs</h2><ul class="plain">${runs.map((one) => html`<li key=${one.key} class="line" data-job=${`${one.api}/${one.id}`} data-state=${one.state}><${Badge} job=${one}/><a href=${jobLink(one)}>${one.id}</a><span class="spring"></span><${Next} job=${one}/></li>`)}</ul></div>` : null}
    <div class="columns">
      <div class="panel"><h2>Messages</h2>${record.messages.length || record.error ? html`<ul class="plain messages">
        ${record.error && html`<li class="line bad"><${Icon} name="FAILED"/> ${record.error}</li>`}
        ${record.messages.map((one) => html`<li class="line"><span class="quiet">${one.level}</span> ${one.text}</li>`)}</ul>` : html`<p class="quiet">The job has said nothing.</p>`}
        ${record.progress && html`<${Json} value=${record.progress}/>`}</div>
      <div class="panel"><h2>Results</h2>${results.length ? results.map(([name, value]) => html`<${Field} name=${name} value=${value}/>`) : html`<p class="quiet">No results.</p>`}</div>
    </div>
    <div class="panel"><h2>Exchanges</h2>${exchanges.length ? html`<ul class="plain">${exchanges.slice(0, 100).map((one) => html`<${RequestLine} key=${one.number} entry=${one}/>`)}</ul>`
      : html`<p class="quiet">No request has touched this job.</p>`}${exchanges.length > 100 ? html`<p><a href=${`#/requests?q=${encodeURIComponent(record.id)}`}>All ${exchanges.length}</a></p>` : null}</div>
    <div class="panel"><h2>Fields</h2><dl class="facts">
      <dt>Owner</dt><dd>${record.owner ?? "nobody"}</dd><dt>Created</dt><dd><${Time} at=${record.created}/></dd>
      <dt>Started</dt><dd><${Time} at=${record.started}/></dd><dt>Ended</dt><dd><${Time} at=${record.ended}/></dd>
      ${others.map(([name, value]) => html`<dt>${name}</dt><dd>${typeof value === "object" ? html`<${Json} value=${value}/>` : String(value)}</dd>`)}</dl></div>
    <div class="panel"><h2>As curl</h2><ul class="plain">${commands(path, record).map(([name, text]) => html`<li class="line"><code class="mono">${text}</code><span class="spring"></span><${Copy} text=${text} label=${`Copy: ${name}`}/></li>`)}</ul></div>
  </section>`;
}

const Field = ({ name, value }) => html`<h3>${name}</h3>${typeof value === "object" ? html`<${Json} value=${value}/>` : html`<p class="mono">${String(value)}</p>`}`;

const commands = (path, record) => [
  ["the record", curl(path)],
  ["force", curl(`${path}/state`, "-X", "PUT", "-d", JSON.stringify({ state: record.state }))],
  ["release", curl(`${path}/release`, "-X", "POST")],
  ["wait", curl(`${path}?until=SUCCEEDED&timeout=30`)],
];

/** The machine as an SVG: everything but colours was laid out by the server. */
function Drawing({ drawing, job }) {
  const { nodes, edges, width, height } = drawing;
  const way = job.history.map((move) => move.to);
  const label = `State machine: now ${job.state}${way.length ? `, came by ${[job.history[0].from, ...way].join(", ")}` : ""}${job.next ? `, next ${job.next.state}` : ""}`;
  const box = useRef();
  useEffect(() => {
    const { x, width: wide } = nodes.find((node) => node.current) ?? nodes[0];
    box.current.scrollLeft = x + wide / 2 - box.current.clientWidth / 2;
  }, [job.state]);
  const rank = (edge) => (edge.walked ? 2 : 0) + (edge.next ? 1 : 0);
  return html`<div class="drawing" ref=${box} tabindex="0" role="group" aria-label="State machine, scrolls sideways"><svg role="img" aria-label=${label} viewBox=${`0 0 ${width} ${height}`} width=${width} height=${height}>
    <defs>${["", "walked", "next"].map((name) => html`<marker id=${`tip${name}`} viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" markerWidth="10" markerHeight="10" orient="auto"><path class=${`tip ${name}`} d="M0 0.5L8 4L0 7.5z"/></marker>`)}</defs>
    ${[...edges].sort((a, b) => rank(a) - rank(b)).map((edge) => { const kind = edge.next ? "next" : edge.walked ? "walked" : ""; return html`<g class=${`edge ${kind} ${edge.forced ? "forced" : edge.planned && !edge.events.length ? "planned" : ""}`}>
      <path d=${edge.path} marker-end=${`url(#tip${kind})`}><title>${`${edge.from} → ${edge.to}: ${edge.events.join(", ") || (edge.forced ? "forced by a test" : "by plan")}`}</title></path>
      ${(kind || edge.from === job.state) && edge.events.length ? html`<text class="event" x=${edge.label[0]} y=${edge.label[1] - 3}>${edge.events[0]}</text>` : null}</g>`; })}
    ${nodes.map((node) => html`<g class=${`node p-${node.phase} ${node.current ? "current" : node.next ? "coming" : node.visited ? "visited" : ""}`} transform=${`translate(${node.x} ${node.y})`}>
      <rect width=${node.width} height=${node.height} rx="7"/>
      <g transform=${`translate(10 ${node.height / 2 - 8})`}><${Icon} name=${node.phase}/></g>
      <text x="34" y=${node.height / 2 + 4.5}>${node.state.length > 19 ? `${node.state.slice(0, 18)}…` : node.state}<title>${node.state}</title></text></g>`)}
  </svg></div>
  <p class="legend quiet"><span class="key current">now</span><span class="key walked">the way it came</span><span class="key next">next by plan</span><span class="key forced">forced</span></p>`;
}

const CAUSES = { client: "a call of the API", clock: "the plan", control: "a test" };
function History({ record }) {
  if (!record.history.length) return html`<p class="quiet">It has been ${record.state} since <${Time} at=${record.created}/>.</p>`;
  return html`<ol class="timeline">${[...record.history].reverse().map((move, index) => html`<li key=${record.history.length - index} class=${`cause-${move.cause}`}>
    <div><span class="quiet mono">${move.from}</span> → <strong class="mono">${move.to}</strong></div>
    <div class="quiet"><${Time} at=${move.at}/> · <span class="cause">${move.cause}</span>: ${CAUSES[move.cause]}${move.request != null ? html`, <a href=${`#/requests/${move.request}`}>request ${move.request}</a>` : null}</div></li>`)}
    <li class="cause-begin"><div class="quiet"><${Time} at=${record.created}/> · made as <span class="mono">${record.history[0].from}</span></div></li></ol>`;
}

const wait = (value) => value === null ? "for ever" : typeof value === "object" ? `${value.looks} ${value.looks === 1 ? "look" : "looks"}` : span(value);
function Plan({ record, job }) {
  useTick();
  const { plan, next } = record;
  return html`<p class="line upcoming">${next ? html`<span>Next: <strong class="mono">${next.state}</strong> ${next.looks != null ? `after ${next.looks} more status ${next.looks === 1 ? "query" : "queries"}`
      : html`in <strong>${span((Date.parse(next.at) - now()) / 1000)}</strong> <span class="quiet">(<${Time} at=${next.at}/>)</span>`}</span>`
    : html`<span class="quiet">${record.held ? "Held: the clock does not move it." : job.final ? "It has ended." : "Nothing is planned."}</span>`}</p>
  <ol class="steps">${plan.steps.map((step) => html`<li class=${step.state === record.state ? "now" : ""}><span class="mono">${step.state}</span> <span class="quiet">${wait(step.for)}</span></li>`)}
    ${plan.end && html`<li class=${plan.end === record.state ? "now" : ""}><span class="mono">${plan.end}</span> <span class="quiet">the end</span></li>`}</ol>
  <p class="quiet">A cancel: ${record.on_cancel.mode}${record.on_cancel.after ? ` after ${wait(record.on_cancel.after)}` : ""}.</p>`;
}
