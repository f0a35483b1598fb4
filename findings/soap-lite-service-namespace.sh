#!/usr/bin/env bash
# The WSDL says elementFormDefault="qualified". A stub made from it qualifies the operation and not its parameters, so a service that
# reads by the schema finds none of them. lxml judges the request by the WSDL's own schema.
source "$(dirname "$0")/lab"
package="SOAP::Lite 1.27 (Debian libsoap-lite-perl)"
behaviour="sends the parameters of a qualified document/literal operation in no namespace"
python_with lxml==6.1.3
perl -MSOAP::Lite -e 1 2>/dev/null || { echo "needs Debian's libsoap-lite-perl 1.27"; exit 2; }
serve_soap <<'XML'
<id>1</id>
XML
perl -MSOAP::Lite -e 'SOAP::Lite->service("$ENV{url}/?wsdl")->Ask(7)' >/dev/null
seen "SOAP::Lite 1.27
{urn:t}Ask job
not valid: Element 'job': This element is not expected. Expected is ( {urn:t}job )." "$(perl -MSOAP::Lite -e 'print "SOAP::Lite $SOAP::Lite::VERSION\n"'; "$python" - <<'PY'
from lxml import etree

log = open("requests.log").read()
body = etree.fromstring(log[log.index("<?xml", log.index("POST")) :].strip().encode())
ask = next(body.iter("{urn:t}Ask"))
print(ask.tag, *(child.tag for child in ask))
wsdl = etree.parse("lab.wsdl")
schema = etree.XMLSchema(next(wsdl.iter("{http://www.w3.org/2001/XMLSchema}schema")))
print("valid" if schema.validate(ask) else f"not valid: {schema.error_log.last_error.message}")
PY
)"
