#!/usr/bin/env bash
# A parameter of type xsd:base64Binary cannot be sent from Python 3: bytes are taken for a list of numbers, a text is handed to
# base64, which wants bytes. Read from an answer, the same type is bytes.
source "$(dirname "$0")/lab"
package="osa 0.2.3 (PyPI)"
behaviour="has no value for a parameter of xsd:base64Binary that can be sent on Python 3"
python_with osa==0.2.3
seen "bytes: ValueError, a list of bytes: TypeError, str: TypeError, read: bytes" "$("$python" - <<'PY'
from xml.etree.ElementTree import Element, fromstring
from osa.xmltypes import ComplexTypeMeta, XMLBase64Binary, XMLType

child = {"name": "blob", "fullname": "blob", "min": 0, "max": 1, "type": XMLBase64Binary}
Upload = ComplexTypeMeta("Upload", (XMLType,), {"_children": [child]})
said = []
for name, value in {"bytes": b"ab", "a list of bytes": [b"ab"], "str": "YWI="}.items():
    upload = Upload()
    upload.blob = value
    try:
        upload.to_xml(Element("root"), "Upload")
        said.append(f"{name}: sent")
    except Exception as error:
        said.append(f"{name}: {type(error).__name__}")
said.append("read: " + type(XMLBase64Binary().from_xml(fromstring("<blob>YWI=</blob>"))).__name__)
print(", ".join(said))
PY
)"
