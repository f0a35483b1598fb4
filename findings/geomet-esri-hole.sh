#!/usr/bin/env bash
# In Esri's JSON a ring that runs clockwise is an outer one, one that runs counter-clockwise a hole. The reader makes a polygon of each
# ring: of a square of 100 with a hole of 4 come two squares that cover each other, and of GeoJSON with a hole, written and read, as well.
source "$(dirname "$0")/lab"
package="geomet 1.1.0 (PyPI)"
behaviour="reads a hole of an Esri polygon as a polygon of its own"
python_with geomet==1.1.0
seen "Esri, read: MultiPolygon, rings of its parts [1, 1], area 104
GeoJSON, written and read: MultiPolygon, rings of its parts [1, 1], area 104" "$("$python" - <<'PY'
import json

from geomet import esri

outer = [[0, 0], [0, 10], [10, 10], [10, 0], [0, 0]]
hole = [[2, 2], [4, 2], [4, 4], [2, 4], [2, 2]]


def area(ring):
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(ring, ring[1:]))) / 2


def told(shape):
    parts = shape["coordinates"]
    covered = sum(area(rings[0]) - sum(map(area, rings[1:])) for rings in parts)
    return f"{shape['type']}, rings of its parts {[len(rings) for rings in parts]}, area {covered:.0f}"


print("Esri, read:", told(esri.loads(json.dumps({"rings": [outer, hole], "spatialReference": {"wkid": 4326}}))))
written = esri.dumps({"type": "Polygon", "coordinates": [outer[::-1], hole[::-1]]})
print("GeoJSON, written and read:", told(esri.loads(json.dumps(written))))
PY
)"
