#!/usr/bin/env bash
# The synchronous client calls a service's HTTP GET port; the asynchronous one, from the same WSDL, cannot: its bindings for HTTP
# have no asynchronous half.
source "$(dirname "$0")/lab"
package="zeep[async] 4.3.3 (PyPI)"
behaviour="offers the HTTP GET port in AsyncClient and cannot call it"
python_with 'zeep[async]==4.3.3'
serve <<'PY'
WSDL = """<?xml version="1.0"?>
<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:http="http://schemas.xmlsoap.org/wsdl/http/"
    xmlns:mime="http://schemas.xmlsoap.org/wsdl/mime/" xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t">
  <w:types><s:schema targetNamespace="urn:t" elementFormDefault="qualified"><s:element name="int" type="s:int"/></s:schema></w:types>
  <w:message name="In"><w:part name="job" type="s:string"/></w:message>
  <w:message name="Out"><w:part name="Body" element="t:int"/></w:message>
  <w:portType name="P"><w:operation name="Status"><w:input message="t:In"/><w:output message="t:Out"/></w:operation></w:portType>
  <w:binding name="B" type="t:P"><http:binding verb="GET"/>
    <w:operation name="Status"><http:operation location="/Status"/>
      <w:input><http:urlEncoded/></w:input><w:output><mime:mimeXml part="Body"/></w:output></w:operation></w:binding>
  <w:service name="S"><w:port name="Get" binding="t:B"><http:address location="URL"/></w:port></w:service>
</w:definitions>"""


def answer(method, path, headers, body):
    if path == "/?wsdl":
        return WSDL.replace("URL", f"http://{headers['Host']}")
    return '<?xml version="1.0"?><int xmlns="urn:t">5</int>'
PY
seen "Client: 5
AsyncClient: AttributeError 'HttpGetBinding' object has no attribute 'send_async'" "$("$python" - <<'PY'
import asyncio
import os

import zeep

wsdl = os.environ["url"] + "/?wsdl"
print("Client:", zeep.Client(wsdl).service.Status(job="1"))


async def main():
    async with zeep.AsyncClient(wsdl) as client:
        try:
            print("AsyncClient:", await client.service.Status(job="1"))
        except Exception as error:
            print(f"AsyncClient: {type(error).__name__} {error}")


asyncio.run(main())
PY
)"
