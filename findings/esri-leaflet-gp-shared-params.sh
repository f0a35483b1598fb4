#!/usr/bin/env bash
# What is set for fetching a result is kept in an object of the prototype: a second task, of another service, fetches its result with it.
source "$(dirname "$0")/lab"
package="esri-leaflet-gp 3.0.0 (npm), esri-leaflet 3.1.0"
behaviour="shares what gpAsyncResultParam sets among all tasks of a page"
npm_with esri-leaflet-gp@3.0.0 esri-leaflet@3.1.0 leaflet@1.9.4 jsdom@26.1.0
seen '{"returnZ":true}
{"returnZ":true}' "$(node --input-type=module - <<'JS'
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
globalThis.navigator ??= window.navigator;
const { default: L } = await import("leaflet");
globalThis.L = L;
const { task } = await import("esri-leaflet-gp");
const base = "http://gis.example.test/arcgis/rest/services";
const first = task({ url: `${base}/Demo/GPServer/Echo`, async: true });
const second = task({ url: `${base}/Other/GPServer/Echo`, async: true });
first.gpAsyncResultParam("returnZ", true);
console.log(JSON.stringify(first.resultParams));
console.log(JSON.stringify(second.resultParams));
process.exit(0);
JS
)"
