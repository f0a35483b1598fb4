#!/usr/bin/env bash
# The classes that it makes write an xsd:float with fifteen digits behind the point, and XML Schema's float goes down to 1.4E-45: a flux
# in erg/s/cm2, some 1E-17, is read as it is and written as zero. An xsd:double beside it is kept.
source "$(dirname "$0")/lab"
package="generateDS 2.44.3 (PyPI)"
behaviour="writes a small xsd:float as zero"
python_with generateDS==2.44.3
cat >spectrum.xsd <<'XML'
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="Line"><xs:complexType><xs:sequence>
    <xs:element name="flux" type="xs:float"/>
    <xs:element name="error" type="xs:double"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
XML
"$python" site/bin/generateDS.py -q -f -o spectrum.py spectrum.xsd
seen "read: 2.5e-17 2.5e-17
written: <flux>0.0</flux> <error>2.5e-17</error>" "$("$python" - <<'PY'
import io
import re

import spectrum

line = spectrum.parseString("<Line><flux>2.5E-17</flux><error>2.5E-17</error></Line>", silence=True)
print("read:", line.flux, line.error)
text = io.StringIO()
line.export(text, 0)
print("written:", *re.findall(r"<(?:flux|error)>.*", text.getvalue()))
PY
)"
