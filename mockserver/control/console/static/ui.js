// The pieces that all views are made of: icons, badges, menus, lists, dialogs, notices.
import { Component, html, useEffect, useLayoutEffect, useRef, useState } from "./vendor/htm-preact.js";
import { changed, now, state } from "./store.js";

export const PHASES = ["SUBMITTED", "EXECUTING", "SUSPENDED", "CANCELING", "SUCCEEDED", "FAILED", "CANCELED", "TIMED_OUT"];

// Each phase has a shape of its own: colour is never the only sign. All on a field of 16 by 16.
const SHAPES = {
  SUBMITTED: html`<circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="2"/>`,
  EXECUTING: html`<path d="M4 2.5l9.5 5.5L4 13.5z" fill="currentColor"/>`,
  SUSPENDED: html`<path d="M4 3h3v10H4zM9 3h3v10H9z" fill="currentColor"/>`,
  CANCELING: html`<path d="M8 1.5L14.5 8 8 14.5 1.5 8z" fill="none" stroke="currentColor" stroke-width="2"/><path d="M5.5 8h5" stroke="currentColor" stroke-width="2"/>`,
  SUCCEEDED: html`<path d="M2.5 8.5l3.5 4 7.5-9" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"/>`,
  FAILED: html`<path d="M3.5 3.5l9 9m0-9l-9 9" stroke="currentColor" stroke-width="2.5" stroke-linecap="round"/>`,
  CANCELED: html`<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2"/><path d="M4 12l8-8" stroke="currentColor" stroke-width="2"/>`,
  TIMED_OUT: html`<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2"/><path d="M8 4.5V8l2.5 2" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>`,
};
const ICONS = {
  bin: html`<path d="M3 4.5h10M6.5 4V2.5h3V4M4.5 4.5l.6 9h5.8l.6-9" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/>`,
  stop: html`<rect x="3.5" y="3.5" width="9" height="9" rx="1.5" fill="none" stroke="currentColor" stroke-width="1.7"/>`,
  lock: html`<rect x="3" y="7" width="10" height="7" rx="1.5" fill="currentColor"/><path d="M5 7V5a3 3 0 016 0v2" fill="none" stroke="currentColor" stroke-width="1.7"/>`,
  down: html`<path d="M4 6.5l4 4 4-4" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round"/>`,
  up: html`<path d="M8 13V3.5M4 7.500l4-4 4 4" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round"/>`,
  copy: html`<rect x="5.5" y="5.5" width="8" height="8" rx="1.5" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M3 10.500V3.500a1 1 0 011-1h6.5" fill="none" stroke="currentColor" stroke-width="1.5"/>`,
  sun: html`<circle cx="8" cy="8" r="3" fill="currentColor"/><path d="M8 1v2m0 10v2M1 8h2m10 0h2M3 3l1.5 1.500m7 7L13 13M13 3l-1.5 1.500m-7 7L3 13" stroke="currentColor" stroke-width="1.5"/>`,
  warn: html`<path d="M8 1.500l7 12.500H1z" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/><path d="M8 6v4m0 1.500v1.2" stroke="currentColor" stroke-width="1.6"/>`,
};
export const Icon = ({ name, label }) => html`<svg class="icon" viewBox="0 0 16 16" width="16" height="16"
  role=${label ? "img" : undefined} aria-label=${label} aria-hidden=${label ? undefined : "true"}>${SHAPES[name] ?? ICONS[name]}</svg>`;

/** A state: the API's word, its phase as colour and shape; a padlock where the job is held. */
export function Badge({ job, big }) {
  const moved = job.moved && performance.now() - job.moved < 900;
  return html`<span class="badge p-${job.phase} ${big ? "big" : ""} ${moved ? "moved" : ""}" key=${job.state + (job.moved ?? "")} title=${`${job.phase}${job.held ? ", held" : ""}`}>
    <${Icon} name=${job.phase}/><span class="word">${job.state}</span><span class="sr"> (${job.phase})</span>
    ${job.held && html`<span class="held"><${Icon} name="lock" label="held"/></span>`}</span>`;
}

// --- time -----------------------------------------------------------------------------------------

const two = (n) => String(n).padStart(2, "0");
export function clockTime(iso) {
  const at = new Date(iso);
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  const today = new Date(now());
  const same = at.toISOString().slice(0, 10) === today.toISOString().slice(0, 10);
  return same ? time : `${at.toISOString().slice(0, 10)} ${time}`;
}
export const Time = ({ at }) => at ? html`<time datetime=${at} title=${at}>${clockTime(at)}</time>` : "–";

export function span(seconds) {
  const s = Math.max(0, seconds);
  if (s < 10) return `${Math.round(s * 10) / 10} s`;
  if (s < 120) return `${Math.round(s)} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  if (s < 172800) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86400)} d`;
}

const tickers = new Set();
setInterval(() => { if (!document.hidden) for (const tick of tickers) tick(); }, 1000);
/** Draw a component anew each second. */
export function useTick() {
  const [, draw] = useState(0);
  useEffect(() => { const tick = () => draw((n) => n + 1); tickers.add(tick); return () => tickers.delete(tick); }, []);
}

/** What comes next for a job: to which state, and when. */
export function Next({ job }) {
  useTick();
  if (!job.next) return html`<span class="quiet">${job.held ? "held" : job.final ? "ended" : "nothing planned"}</span>`;
  const { next } = job;
  const when = next.looks != null ? `after ${next.looks} ${next.looks === 1 ? "look" : "looks"}`
    : `in ${span((Date.parse(next.at) - now()) / 1000)}`;
  return html`<span class="next" title=${`${next.state} ${when}`}><span class="quiet">${when}</span> <span aria-hidden="true">→ </span><span class="word">${next.state}</span></span>`;
}

// --- buttons and menus ----------------------------------------------------------------------------

export const Button = ({ name, icon, quiet, control, children, ...rest }) => html`<button type="button" class=${`button ${icon ? "bare" : ""} ${quiet ? "subtle" : ""}`}
  aria-label=${icon ? name : undefined} title=${icon ? name : rest.title} data-control=${control ?? name} ...${rest}>${icon ? html`<${Icon} name=${icon}/>` : children ?? name}</button>`;

/** A button that opens a menu. `groups`: [{ name, items: [{ name, icon, checked, run }] }]. */
export function Menu({ name, groups, disabled, describedby }) {
  const [open, setOpen] = useState(false);
  const button = useRef(), list = useRef();
  const close = (back) => { setOpen(false); if (back) button.current?.focus(); };
  useLayoutEffect(() => {
    if (!open) return undefined;
    const box = list.current, at = button.current.getBoundingClientRect();
    box.showPopover?.();
    const { offsetWidth: w, offsetHeight: h } = box;
    const below = innerHeight - at.bottom - 8, above = at.top - 8;
    box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - w - 8))}px`;
    box.style.top = `${below >= h || below >= above ? Math.min(at.bottom + 4, Math.max(8, innerHeight - h - 8)) : Math.max(8, at.top - h - 4)}px`;
    (box.querySelector("[data-current]") ?? box.querySelector("[role^=menuitem]"))?.focus();
    const away = (event) => { if (!box.contains(event.target) && !button.current.contains(event.target)) close(false); };
    const scrolled = (event) => { if (!box.contains(event.target)) close(false); };
    addEventListener("pointerdown", away, true);
    addEventListener("wheel", scrolled, { capture: true, passive: true });
    addEventListener("resize", scrolled);
    return () => {
      removeEventListener("pointerdown", away, true);
      removeEventListener("wheel", scrolled, { capture: true });
      removeEventListener("resize", scrolled);
    };
  }, [open]);
  const onKey = (event) => {
    const items = [...list.current.querySelectorAll("[role^=menuitem]")];
    const at = items.indexOf(document.activeElement);
    const go = (to) => { event.preventDefault(); event.stopPropagation(); items[(to + items.length) % items.length]?.focus(); };
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(items.length - 1);
    else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(true); }
    else if (event.key === "Tab") close(true);
    else if (event.key.length === 1 && /\S/.test(event.key) && !event.ctrlKey && !event.metaKey) {
      const folded = event.key.toLowerCase();
      const ordered = [...items.slice(at + 1), ...items.slice(0, at + 1)];
      ordered.find((one) => one.dataset.word.toLowerCase().startsWith(folded))?.focus();
    }
  };
  return html`<span class="menu-home"><button type="button" class="button" ref=${button} aria-haspopup="menu" aria-expanded=${String(open)} disabled=${disabled}
      aria-describedby=${describedby} data-control=${name} onClick=${() => setOpen(!open)}
      onKeyDown=${(event) => { if (!open && event.key === "ArrowDown" && event.altKey) { event.preventDefault(); event.stopPropagation(); setOpen(true); } }}>${name}<${Icon} name="down"/></button>
    ${open && html`<div class="menu" role="menu" aria-label=${name} popover="manual" ref=${list} onKeyDown=${onKey}>
      ${groups.map((group) => html`<div role="group" aria-label=${group.name}><div class="menu-title" aria-hidden="true">${group.name}</div>
        ${group.items.map((item) => html`<button type="button" role=${item.checked === undefined ? "menuitem" : "menuitemcheckbox"} tabindex="-1" data-word=${item.name}
          aria-checked=${item.checked === undefined ? undefined : String(item.checked)} data-current=${item.current || undefined} class=${item.phase ? `p-${item.phase}` : ""}
          onClick=${() => { if (item.checked === undefined) close(true); item.run(); }}>
          ${item.phase ? html`<${Icon} name=${item.phase}/>` : html`<span class="check" aria-hidden="true">${item.checked ? "✓" : ""}</span>`}<span>${item.name}</span></button>`)}</div>`)}
    </div>`}</span>`;
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without TLS on another host there is no clipboard; the old way works everywhere.
    const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true, className: "sr" });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
export function Copy({ text, name = "Copy", label }) {
  const [done, setDone] = useState(false);
  const click = async () => {
    try { await copy(typeof text === "function" ? await text() : text); } catch (error) { return complain(error); }
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return html`<button type="button" class="button copy ${label ? "bare subtle" : ""}" aria-label=${label} title=${label} onClick=${click}>
    ${label ? html`<${Icon} name=${done ? "SUCCEEDED" : "copy"}/>` : html`<span class="swap"><span data-on=${!done}>${name}</span><span data-on=${done} aria-hidden=${!done}>Copied</span></span>`}
    <span class="sr" role="status">${done ? "Copied" : ""}</span></button>`;
}

// --- notices --------------------------------------------------------------------------------------

let numbers = 0;
export function say(text, kind = "info", more) {
  const notice = { id: ++numbers, text, kind, ...more };
  state.notices = [...state.notices.slice(-3), notice];
  changed();
  setTimeout(() => dismiss(notice.id), kind === "error" ? 12000 : 4000);
}
const dismiss = (id) => { state.notices = state.notices.filter((one) => one.id !== id); changed(); };
export const complain = (error) => say(error.message, "error", { hint: error.hint, allowed: error.allowed });
/** Do something that may be refused; a refusal is said. */
export async function attempt(work) {
  try { return await work(); } catch (error) { complain(error); return undefined; }
}
const Notice = ({ one }) => html`<div class="notice ${one.kind}"><div><strong>${one.text}</strong>
  ${one.hint && html`<div class="quiet">${one.hint}</div>`}${one.allowed?.length ? html`<div class="quiet">Allowed: ${one.allowed.slice(0, 20).join(", ")}</div>` : null}</div>
  <button type="button" class="button bare subtle" aria-label="Dismiss" onClick=${() => dismiss(one.id)}>×</button></div>`;
export const Notices = () => html`<div class="notices">
  <div role="status">${state.notices.filter((one) => one.kind !== "error").map((one) => html`<${Notice} key=${one.id} one=${one}/>`)}</div>
  <div role="alert">${state.notices.filter((one) => one.kind === "error").map((one) => html`<${Notice} key=${one.id} one=${one}/>`)}</div></div>`;

export const Empty = ({ title, children }) => html`<div class="empty"><svg viewBox="0 0 48 32" width="72" height="48" aria-hidden="true"><rect x="2" y="3" width="44" height="7" rx="2"/><rect x="2" y="13" width="44" height="7" rx="2"/><rect x="2" y="23" width="28" height="7" rx="2"/></svg>
  <h2>${title}</h2><div>${children}</div></div>`;

// --- a list of any length -------------------------------------------------------------------------

const ALL = 300, OVER = 40;

class Row extends Component {
  shouldComponentUpdate(next) {
    return next.item !== this.props.item || next.top !== this.props.top || next.extra !== this.props.extra || next.index !== this.props.index;
  }
  render({ item, top, index, height, draw, attributes }) {
    return html`<div class="row" role="row" aria-rowindex=${index + 2} style=${{ transform: `translateY(${top}px)`, height: `${height}px` }} ...${attributes(item)}>${draw(item)}</div>`;
  }
}

/** Rows of one height, of which those in view (and some around them) are in the document. Rows that come in above do
 *  not move what is looked at or pointed at. */
export class List extends Component {
  constructor(props) {
    super(props);
    this.state = { top: 0, height: 600, fresh: 0 };
    this.onScroll = () => {
      const { scrollTop } = this.box;
      if (scrollTop < 4 && this.state.fresh) this.setState({ fresh: 0 });
      if (Math.abs(scrollTop - this.state.top) > (this.props.items.length > ALL ? 8 * this.props.height : 1e9) || scrollTop === 0) this.setState({ top: scrollTop });
    };
    this.onKey = (event) => {
      const down = event.key === "ArrowDown", up = event.key === "ArrowUp";
      if (!(down || up) || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
      const row = event.target.closest(".row");
      const at = this.props.items.findIndex((item) => String(this.props.keyOf(item)) === row?.dataset.key);
      const to = this.props.items[at + (down ? 1 : -1)];
      if (at < 0 || !to) return;
      event.preventDefault();
      const beside = this.box.querySelector(`[data-key="${CSS.escape(String(this.props.keyOf(to)))}"]`);
      const same = event.target.dataset.control;
      const target = beside?.querySelector(same ? `[data-control="${CSS.escape(same)}"]:not(:disabled)` : "a") ?? beside?.querySelector("a");
      target?.focus({ preventScroll: true });
      beside?.scrollIntoView({ block: "nearest" });
    };
  }
  componentDidMount() {
    this.watcher = new ResizeObserver(() => this.setState({ height: this.box.clientHeight }));
    this.watcher.observe(this.box);
  }
  componentWillUnmount() { this.watcher.disconnect(); }
  getSnapshotBeforeUpdate() { return null; }
  componentWillUpdate() {
    const { items, height, keyOf } = this.props;
    const index = Math.floor(this.box.scrollTop / height);
    this.anchor = items[index] ? { key: keyOf(items[index]), index, at: this.box.scrollTop } : null;
  }
  componentDidUpdate(before) {
    const { items, height, keyOf } = this.props;
    if (before.items === items || before.scope !== this.props.scope) { if (before.scope !== this.props.scope) this.box.scrollTop = 0; return; }
    const anchor = this.anchor;
    if (!anchor || (anchor.at < 4 && !this.box.matches(":hover, :focus-within"))) return;
    const place = items.findIndex((item) => keyOf(item) === anchor.key);
    if (place >= 0 && place !== anchor.index) {
      this.box.scrollTop = anchor.at + (place - anchor.index) * height;
      if (place > anchor.index) this.setState({ fresh: this.state.fresh + place - anchor.index, top: this.box.scrollTop });
    }
  }
  render({ items, height, keyOf, draw, attributes, label, head, extra }, { top, height: view, fresh }) {
    let first = 0, last = items.length;
    if (items.length > ALL) {
      first = Math.max(0, Math.floor(top / height) - OVER);
      last = Math.min(items.length, Math.ceil((top + view) / height) + OVER);
    }
    const shown = [];
    const focused = this.box?.contains(document.activeElement) && document.activeElement.closest(".row")?.dataset.key;
    for (let index = first; index < last; index++) shown.push(index);
    if (focused && items.length > ALL) {
      const at = items.findIndex((item) => String(keyOf(item)) === focused);
      if (at >= 0 && (at < first || at >= last)) shown.push(at);
    }
    return html`<div class="list" role="table" aria-label=${label} aria-rowcount=${items.length + 1}>
      <div class="list-head" role="rowgroup"><div class="row" role="row" aria-rowindex="1">${head.map((name) => html`<span role="columnheader">${name}</span>`)}</div></div>
      <div class="list-body" role="rowgroup" ref=${(box) => { if (box) this.box = box; }} onScroll=${this.onScroll} onKeyDown=${this.onKey} tabindex="-1">
        <div class="list-size" style=${{ height: `${items.length * height}px` }}>
          ${shown.map((index) => html`<${Row} key=${keyOf(items[index])} item=${items[index]} index=${index} top=${index * height} height=${height} draw=${draw} extra=${extra}
            attributes=${(item) => ({ "data-key": keyOf(item), ...attributes(item) })}/>`)}
        </div>
      </div>
      ${fresh > 0 && html`<button type="button" class="button fresh" onClick=${() => { this.box.scrollTop = 0; this.setState({ fresh: 0 }); }}><${Icon} name="up"/>${fresh} new</button>`}
    </div>`;
  }
}

// --- the address ----------------------------------------------------------------------------------

export function here() {
  const [path, query = ""] = location.hash.replace(/^#/, "").split("?");
  const parts = path.split("/").filter(Boolean).map((part) => { try { return decodeURIComponent(part); } catch { return part; } });
  return { parts, query: new URLSearchParams(query) };
}
/** Keep a view's filters in the address, without a step in the history for each letter. */
export function setQuery(changes) {
  const { query } = here();
  for (const [name, value] of Object.entries(changes)) value ? query.set(name, value) : query.delete(name);
  const path = location.hash.split("?")[0] || "#/jobs";
  history.replaceState(null, "", `${location.pathname}${location.search}${path}${query.size ? `?${query}` : ""}`);
  changed();
}
export const jobLink = (job) => job.parent && job.kind === "run"
  ? `#/jobs/${encodeURIComponent(job.api)}/${encodeURIComponent(job.parent)}/runs/${encodeURIComponent(job.id)}`
  : `#/jobs/${encodeURIComponent(job.api)}/${encodeURIComponent(job.id)}`;

export const Select = ({ label, value, options, onPick, all }) => html`<label class="field"><span>${label}</span>
  <select value=${value ?? ""} onChange=${(event) => onPick(event.target.value)}>${all && html`<option value="">${all}</option>`}
  ${options.map((one) => { const [word, shown] = Array.isArray(one) ? one : [one, one]; return html`<option value=${word} selected=${word === value}>${shown}</option>`; })}</select></label>`;
export const Search = ({ label = "Filter", value, onInput, placeholder }) => html`<label class="field grow"><span>${label}</span>
  <input type="search" value=${value ?? ""} placeholder=${placeholder} autocomplete="off" spellcheck="false" onInput=${(event) => onInput(event.target.value)}/></label>`;
