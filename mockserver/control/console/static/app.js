// The frame around the views: header, navigation, login, what is said when the server is gone.
import { html, render, useEffect, useRef, useState } from "./vendor/htm-preact.js";
import { get, sandbox, token, version, whenLocked } from "./api.js";
import { isReading, now, refresh, start, state, watch } from "./store.js";
import { Icon, Notices, here, useTick } from "./ui.js";
import { Jobs } from "./jobs.js";
import { Job } from "./job.js";
import { Request, Requests } from "./requests.js";
import { Apis, Clock, Faults, Sandboxes } from "./panels.js";

const VIEWS = [["jobs", "Jobs", Jobs, Job], ["requests", "Requests", Requests, Request], ["faults", "Faults", Faults], ["clock", "Clock", Clock], ["sandboxes", "Sandboxes", Sandboxes], ["apis", "APIs", Apis]];

const THEME = "mockserver-theme";
const stored = () => { try { return localStorage.getItem(THEME); } catch { return null; } };
function paint(theme) {
  if (theme) document.documentElement.dataset.theme = theme; else delete document.documentElement.dataset.theme;
}
paint(stored());
function toggleTheme() {
  const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = dark ? "light" : "dark";
  try { localStorage.setItem(THEME, theme); } catch { /* for this page only, then */ }
  paint(theme);
}

const SIGNS = { live: ["Live", "SUCCEEDED"], opening: ["Connecting", "SUBMITTED"], lost: ["Disconnected", "FAILED"], gone: ["Gone", "FAILED"], locked: ["Locked", "lock"] };
function Connection() {
  const [word, icon] = SIGNS[state.connection] ?? SIGNS.lost;
  return html`<span class="connection ${state.connection}" role="status" title="The stream of events"><${Icon} name=${icon}/><span class="word">${word}</span></span>`;
}
function Watch() {
  useTick();
  if (!state.clock) return null;
  return html`<a class="watch ${state.clock.frozen ? "frozen" : ""}" href="#/clock" title="The sandbox's clock"><${Icon} name=${state.clock.frozen ? "SUSPENDED" : "EXECUTING"}/><span class="word">${new Date(now()).toISOString().slice(11, 19)}</span><span class="sr">${state.clock.frozen ? " frozen" : " running"}</span></a>`;
}

function Login() {
  const [wrong, setWrong] = useState("");
  const field = useRef();
  useEffect(() => { field.current.focus(); }, []);
  const submit = async (event) => {
    event.preventDefault();
    token.set(field.current.value.trim());
    try {
      await get("clock");
      state.connection = "opening";
      start();
    } catch (error) {
      setWrong(error.status === 401 ? "That is not this server's token." : error.message);
      token.set(null);
    }
  };
  return html`<main class="login"><form class="panel" onSubmit=${submit}><h1>mockserver</h1><p>This server asks for its control token: the value of <code>--control-token</code>.</p>
    <label class="field wide"><span>Control token</span><input ref=${field} type="password" autocomplete="off" required/></label>
    ${wrong && html`<p class="bad" role="alert"><${Icon} name="FAILED"/> ${wrong}</p>`}
    <div class="bar"><span class="quiet">Kept in this tab only.</span><span class="spring"></span><button class="button primary">Open</button></div></form></main>`;
}

function Banner() {
  if (state.connection === "lost") return html`<div class="banner" role="alert"><${Icon} name="warn"/> The server does not answer. What you see is how it was; this page tries again by itself.</div>`;
  if (state.connection === "gone" || state.error?.code === "unknown-sandbox") return html`<div class="banner" role="alert"><${Icon} name="warn"/> The sandbox ${sandbox} is not there. <a href=${location.pathname.replace(/^\/~[^/]+/, "")}>The default one</a></div>`;
  if (state.error && state.error.status !== 401) return html`<div class="banner" role="alert"><${Icon} name="warn"/> ${state.error.message} <button type="button" class="button" onClick=${refresh}>Try again</button></div>`;
  return null;
}

function App() {
  const [, draw] = useState(0);
  useEffect(() => watch(() => draw((n) => n + 1)), []);
  useEffect(() => whenLocked(() => { state.connection = "locked"; draw((n) => n + 1); }), []);
  const main = useRef();
  useEffect(() => {
    const moved = () => {
      draw((n) => n + 1);
      // Who follows a link by keyboard goes on in the view that it opened.
      if (main.current && !main.current.contains(document.activeElement)) return;
      main.current?.focus({ preventScroll: true });
      main.current?.scrollTo?.(0, 0);
    };
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  const { parts } = here();
  const [, name, Whole, Single] = VIEWS.find(([path]) => path === parts[0]) ?? VIEWS[0];
  const View = parts.length > 1 && Single ? Single : Whole;
  useEffect(() => { document.title = `${parts.length > 1 ? `${parts.slice(1).join("/")} · ` : ""}${name} · ${sandbox} · mockserver`; }, [location.hash]);
  if (state.connection === "locked") return html`<${Login}/>`;
  return html`<a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); main.current.focus(); }}>Skip to the view</a>
    <header><a class="brand" href="#/jobs" aria-label="mockserver console"><img src=${new URL("icon.svg", import.meta.url).href} alt="" width="24" height="24"/><span>mockserver</span></a>
      <a class="chosen" href="#/sandboxes" title="The sandbox shown"><span class="sr">Sandbox </span>${sandbox}</a><span class="spring"></span><${Watch}/><${Connection}/>
      <button type="button" class="button bare subtle" aria-label="Light or dark" title="Light or dark" onClick=${toggleTheme}><${Icon} name="sun"/></button></header>
    <nav class="tabs" aria-label="Views">${VIEWS.map(([path, word]) => html`<a href=${`#/${path}`} aria-current=${word === name ? "page" : undefined}>${word}</a>`)}</nav>
    <${Banner}/>
    <main id="main" ref=${main} tabindex="-1" aria-busy=${isReading()} class=${state.connection === "lost" ? "stale" : ""}><${View} key=${View === Whole ? name : location.hash.split("?")[0]}/></main>
    <footer class="sr">mockserver ${version}</footer><${Notices}/>`;
}

const home = document.getElementById("app");
home.replaceChildren();
render(html`<${App}/>`, home);
start();
