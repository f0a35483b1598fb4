#!/usr/bin/env bash
# With hasM and without hasZ, the third number of an Esri vertex is its measure, such as the distance along a road. In GeoJSON the third
# number is the height (RFC 7946, 3.1.1). The measure is passed on as that, and on the way back it comes as hasZ.
source "$(dirname "$0")/lab"
package="@terraformer/arcgis 2.2.2 (npm)"
behaviour="makes a measure a height"
npm_with @terraformer/arcgis@2.2.2
seen '{"type":"LineString","coordinates":[[8,47,1250],[9,48,1375]]}
{"paths":[[[8,47,1250],[9,48,1375]]],"hasZ":true,"spatialReference":{"wkid":4326}}' "$(node --input-type=module - <<'JS'
import { arcgisToGeoJSON, geojsonToArcGIS } from "@terraformer/arcgis";

const road = { hasZ: false, hasM: true, paths: [[[8, 47, 1250], [9, 48, 1375]]], spatialReference: { wkid: 4326 } };
const told = arcgisToGeoJSON(road);
console.log(JSON.stringify(told));
console.log(JSON.stringify(geojsonToArcGIS(told)));
JS
)"
