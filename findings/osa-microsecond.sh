#!/usr/bin/env bash
# A dateTime with a fraction of 0.000249 s comes out as 248 microseconds: the fraction goes through a float and is cut.
source "$(dirname "$0")/lab"
package="osa 0.2.3 (PyPI)"
behaviour="reads xsd:dateTime 2014-06-03T12:34:56.000249 one microsecond early"
python_with osa==0.2.3
seen "56.000248" "$("$python" - <<'PY'
from xml.etree.ElementTree import fromstring
from osa.xmltypes import XMLDateTime

read = XMLDateTime().from_xml(fromstring("<when>2014-06-03T12:34:56.000249</when>"))
print(read.strftime("%S.%f"))
PY
)"
