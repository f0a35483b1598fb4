#!/usr/bin/env bash
# An xsd:long beyond 2^53 is made a JavaScript number without a word: another id than the one the service gave.
source "$(dirname "$0")/lab"
package="soap 1.13.0 (npm)"
behaviour="changes the last digit of an xsd:long"
npm_with soap@1.13.0
serve_soap <<'XML'
<id>9007199254740993</id>
XML
seen "9007199254740992 number" "$(node --input-type=module - <<'JS'
import soap from "soap";

const client = await soap.createClientAsync(`${process.env.url}/?wsdl`);
const [told] = await client.AskAsync({ job: 1 });
console.log(told.id, typeof told.id);
JS
)"
