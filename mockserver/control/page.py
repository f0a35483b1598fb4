"""The small page at `/`, for people who open the server in a browser."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from mockserver.api.context import Peer
from mockserver.api.response import Response

if TYPE_CHECKING:
    from jinja2 import Template

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>mockserver</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem }
  table { border-collapse: collapse } th, td { padding: .3rem 1rem .3rem 0; text-align: left; vertical-align: top }
</style>
<h1>mockserver {{ version }}</h1>
<p>A sandbox of real asynchronous job APIs. <a href="{{ console }}">Console</a> ·
  <a href="{{ control }}/apis">Control API</a> · <a href="{{ openapi }}">OpenAPI</a>
  (<a href="{{ docs }}">to read</a>)</p>
<table>
  <tr><th scope="col">API</th><th scope="col">Addresses</th><th scope="col">To look at</th>
    <th scope="col">Account</th></tr>
  {%- for api in apis %}
  <tr><th scope="row">{{ api.title }}</th>
    <td>{% for url in api.urls %}<code>{{ url }}</code><br>{% endfor %}</td>
    <td>{% for url in api.pages %}<a href="{{ url }}">{{ url }}</a><br>{% endfor %}
      <a href="{{ docs }}?api={{ api.name }}">its operations</a> ·
      <a href="{{ console }}#/jobs?api={{ api.name }}">its jobs</a></td>
    <td>{{ api.account }}</td></tr>
  {%- endfor %}
</table>
</html>
"""


def wants_html(peer: Peer) -> bool:
    """Tell whether a browser asks."""
    return "text/html" in peer.headers.get("Accept", "")


def start_page(known: Mapping[str, Any]) -> Response:
    """Return the page."""
    return Response(body=_template().render(known).encode(), content_type="text/html; charset=utf-8")


@cache
def _template() -> Template:
    # Imported late: a program never asks for the page, and Jinja2 costs a tenth of the start-up time.
    from jinja2 import Environment

    return Environment(autoescape=True).from_string(_PAGE)
