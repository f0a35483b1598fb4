#!/usr/bin/env bash
# XML Schema writes INF, -INF and NaN. For xsd:double zeep writes Python's inf and nan, for xsd:float NAN; no schema takes these,
# and zeep's own second half, lxml, says so.
source "$(dirname "$0")/lab"
package="zeep 4.3.3 (PyPI), judged by lxml 6.1.3"
behaviour="writes infinity as xsd:double, and not-a-number, in words that are not in their types"
python_with zeep==4.3.3 lxml==6.1.3
seen "double inf invalid, double nan invalid, float INF valid, float NAN invalid" "$("$python" - <<'PY'
from lxml import etree
from zeep.xsd.types.builtins import Double, Float


def valid(kind, text):
    schema = f'<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema"><s:element name="x" type="s:{kind}"/></s:schema>'
    return etree.XMLSchema(etree.fromstring(schema)).validate(etree.fromstring(f"<x>{text}</x>"))


told = []
for kind, writer in (("double", Double()), ("float", Float())):
    for value in (float("inf"), float("nan")):
        text = writer.xmlvalue(value)
        told.append(f"{kind} {text} {'valid' if valid(kind, text) else 'invalid'}")
print(", ".join(told))
PY
)"
