// Bodies, made readable, with breaches of contract where they are.
import { html } from "./vendor/htm-preact.js";
import { Icon } from "./ui.js";

const LIMIT = 2000;

/** Lines of a JSON value: { text, at: JSON pointer, depth }. */
function jsonLines(value, at = "", depth = 0, lead = "", tail = "", lines = []) {
  if (lines.length > LIMIT) return lines;
  const add = (text) => lines.push({ text, at, depth });
  if (value !== null && typeof value === "object") {
    const list = Array.isArray(value), entries = Object.entries(value);
    if (!entries.length) add(`${lead}${list ? "[]" : "{}"}${tail}`);
    else {
      add(`${lead}${list ? "[" : "{"}`);
      entries.forEach(([name, one], index) => jsonLines(one, `${at}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, depth + 1,
        list ? "" : `${JSON.stringify(name)}: `, index < entries.length - 1 ? "," : "", lines));
      lines.push({ text: `${list ? "]" : "}"}${tail}`, at: null, depth });
    }
  } else add(`${lead}${JSON.stringify(value)}${tail}`);
  return lines;
}

/** Lines of an XML text, an element each; never parsed into a document. */
function xmlLines(text) {
  const lines = [];
  let depth = 0;
  const path = [];
  for (const [token] of text.replace(/>\s+</g, "><").matchAll(/<[^>]*>[^<]*/g)) {
    if (lines.length > LIMIT) break;
    const closes = token.startsWith("</"), name = /^<\/?(?:[\w.-]+:)?([\w.-]+)/.exec(token)?.[1];
    if (closes) { depth = Math.max(0, depth - 1); path.pop(); }
    const last = lines.at(-1);
    if (closes && last && last.open === name) last.text += token.trim();
    else lines.push({ text: token.trim(), at: name && !closes ? [...path, name].join("/") : null, depth, name });
    if (lines.at(-1)) lines.at(-1).open = !closes && !/^<[?!]/.test(token) && !/\/>/.test(token) ? name : null;
    if (name && !closes && !/^<[?!]/.test(token) && !/\/>/.test(token)) { depth += 1; path.push(name); }
  }
  return lines;
}

const pairs = (text) => [...new URLSearchParams(text)].map(([name, value]) => ({ text: `${name} = ${value}`, at: `/${name}`, depth: 0, name }));

export function linesOf(text, type) {
  if (!text) return [];
  if (/json/i.test(type) || /^\s*[[{]/.test(text)) { try { return jsonLines(JSON.parse(text)); } catch { /* cut, or none */ } }
  if (/xml|html/i.test(type) || /^\s*<\?xml|^\s*<[\w:]+[\s>]/.test(text)) return xmlLines(text);
  if (/form-urlencoded/i.test(type)) return pairs(text);
  return text.split("\n").slice(0, LIMIT).map((line) => ({ text: line, at: null, depth: 0 }));
}
export const queryLines = (path) => pairs(path.split("?")[1] ?? "");

const same = (line, pointer) => {
  if (line.at === null || line.at === undefined) return false;
  const last = pointer.split("/").at(-1).toLowerCase();
  return line.at === pointer || (line.name && last && line.name.toLowerCase() === last);
};

/** Put each breach at its line; returns the lines and the breaches that belong to none. */
export function place(lines, breaches) {
  const left = [];
  const marked = lines.map((line) => ({ ...line }));
  for (const one of breaches) {
    const line = one.pointer ? marked.find((candidate) => same(candidate, one.pointer)) : null;
    line ? (line.breaches ??= []).push(one) : left.push(one);
  }
  return { marked, left };
}

export const Breach = ({ one }) => html`<span class="breach" role="note"><${Icon} name="warn"/><span><span class="sr">Violation: </span>${one.side === "server" ? "Ours: " : ""}<code>${`${one.part} ${one.pointer}`.trim()}</code> ${one.message}</span></span>`;
export const Lines = ({ lines, label }) => html`<pre class="lines" tabindex="0" role="group" aria-label=${label}>${lines.map((line) => html`<div class=${line.breaches ? "marked" : ""} style=${{ paddingLeft: `${line.depth * 1.25}em` }}>${line.text || " "}${line.breaches?.map((one) => html`<${Breach} one=${one}/>`)}</div>`)}</pre>`;
export const Json = ({ value }) => html`<${Lines} lines=${jsonLines(value)} label="JSON"/>`;
