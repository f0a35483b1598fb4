#!/usr/bin/env bash
# An xsd:string keeps its white space by its type. Blanks and line ends around a text are gone, so a CSV loses its last line end
# and a query its indentation.
source "$(dirname "$0")/lab"
package="strong-soap 6.0.1 (npm)"
behaviour="trims the value of an xsd:string"
npm_with strong-soap@6.0.1
serve_soap <<'XML'
<text>  ra,dec
1,2
</text>
XML
seen '"ra,dec\n1,2"' "$(node --input-type=module - <<'JS'
import strong from "strong-soap";

strong.soap.createClient(`${process.env.url}/?wsdl`, {}, (error, client) => {
  client.Ask({ job: 1 }, (failed, told) => console.log(JSON.stringify(told.text)));
});
JS
)"
