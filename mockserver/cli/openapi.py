"""`mockserver openapi`: the contracts as OpenAPI, read from the package; no server is asked."""

from __future__ import annotations

import click

from mockserver.cli.output import print_json
from mockserver.core.errors import unknown_name


@click.command()
@click.argument("api", required=False)
def openapi(api: str | None) -> None:
    """Print OpenAPI 3.1 of one API (or `control`), or of all faked ones."""
    from mockserver._resources import folder
    from mockserver.apis import APIS
    from mockserver.contracts import loader
    from mockserver.contracts.openapi import document

    titles = {one.name: one.title for one in APIS}
    known = [*titles, "control"]
    if api is not None and api not in known:
        raise click.UsageError(unknown_name("API", api, known))
    chosen = list(titles) if api is None else [api]
    found = loader.load(folder("contracts"), chosen)
    title = f"mockserver: {titles.get(api or '', api or 'all APIs')}"
    about = {name: found.description(name) for name in chosen}
    print_json(document(title, found.by_operation.values(), about, "http://127.0.0.1:8080"))
