// What the two browser libraries want of a browser, from jsdom; the requests are Node's own.
import { JSDOM } from "jsdom";

const dom = new JSDOM("<!DOCTYPE html><body></body>", { url: "http://localhost/", pretendToBeVisual: true });

const TAKEN = ["document", "location", "Element", "HTMLElement", "HTMLCanvasElement", "HTMLImageElement", "HTMLVideoElement",
  "SVGElement", "Image", "Node", "Event", "CustomEvent", "MutationObserver", "DOMParser", "XMLHttpRequest", "customElements"];
for (const name of TAKEN) globalThis[name] ??= dom.window[name];
globalThis.window = globalThis;
globalThis.self = globalThis;
const navigator = { userAgent: "node", appVersion: "node", platform: "node", language: "en", maxTouchPoints: 0 };
Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
globalThis.screen ??= dom.window.screen;
globalThis.devicePixelRatio ??= 1;
globalThis.addEventListener ??= () => {};
globalThis.removeEventListener ??= () => {};
globalThis.matchMedia ??= () => ({ matches: false, addEventListener() {} });
globalThis.requestAnimationFrame ??= (call) => setTimeout(call, 0);
