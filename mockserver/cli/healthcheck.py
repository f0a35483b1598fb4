"""`python -m mockserver.cli.healthcheck`: exit 0 when the server of this machine is ready, 1 and a line when not.

For a container's HEALTHCHECK: the address comes from the same MOCKSERVER_* variables as the server's options.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from mockserver.client import Control, ControlError
from mockserver.settings import Settings, environment

PATIENCE = 3.0
"""Seconds the server has to answer."""


def address(environ: Mapping[str, str] | None = None) -> str:
    """Return where this machine's server answers control calls, by the environment's options."""
    default = Settings()
    host = environment("host", environ) or default.host
    port = environment("port", environ) or str(default.port)
    own_port = environment("control_port", environ)
    if own_port:
        host, port = environment("control_host", environ) or host, own_port
    if host in ("0.0.0.0", "::"):  # noqa: S104 - listening on all addresses includes this one
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def main() -> int:
    """Ask once."""
    try:
        ready = Control(address(), token=environment("control_token"), timeout=PATIENCE).ready()
    except (ControlError, ValueError) as error:
        return _unhealthy(str(error))
    return 0 if ready else _unhealthy("the fixtures are not loaded yet, or the store cannot be reached")


def _unhealthy(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
