"""`mockserver openapi`."""

from __future__ import annotations

import click


@click.command()
@click.argument("api", required=False)
def openapi(api: str | None) -> None:
    """Print OpenAPI 3.1 of an API, or of all, on standard output."""
    raise click.UsageError("")
