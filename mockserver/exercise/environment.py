"""What a command is told of the server it runs against: variables of its environment, and words of its own.

Rules a maintainer must keep:

1. Every address that a command could take from its environment is set or taken away: none of a server that was there
   before is left.
2. Names here are the interface (`MOCKSERVER_ARCGIS_URL`, `{arcgis}`); they never change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mockserver.settings import PREFIX

_ADDRESS = re.compile(rf"{PREFIX}(\w+_)?(URL|CA_FILE|SCENARIO|JOB|TASK)")
"""Variables that say where a server is, or what a scenario has prepared in it."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where a server, or one sandbox of it, is to be found.

    Attributes:
        url: without a trailing slash; `tls_url` is None when there is no TLS.
        control_url: of the control API.
        bases: API -> the path of its base below `url`.
        ca_file: the certificate a client must trust for `tls_url`; None: it was not made here.
        token: what the control API asks for.
    """

    url: str
    control_url: str
    bases: Mapping[str, str]
    tls_url: str | None = None
    ca_file: Path | None = None
    token: str | None = field(default=None, repr=False)

    def variables(self) -> dict[str, str]:
        """Return the variables of a command's environment."""
        found = {"URL": self.url, "CONTROL_URL": self.control_url}
        found |= {f"{api.upper()}_URL": self.url + base for api, base in self.bases.items()}
        if self.tls_url is not None:
            found["TLS_URL"] = self.tls_url
            found |= {f"{api.upper()}_TLS_URL": self.tls_url + base for api, base in self.bases.items()}
        if self.ca_file is not None:
            found["CA_FILE"] = str(self.ca_file)
        if self.token is not None:
            found["CONTROL_TOKEN"] = self.token
        return {PREFIX + name: value for name, value in found.items()}

    def placeholders(self) -> dict[str, str]:
        """Return what stands for `{url}`, `{arcgis}` … `{ca}` in the words of a command."""
        found = {"url": self.url, "control": self.control_url}
        found |= {api: self.url + base for api, base in self.bases.items()}
        if self.tls_url is not None:
            found["tls"] = self.tls_url
            found |= {f"{api}_tls": self.tls_url + base for api, base in self.bases.items()}
        if self.ca_file is not None:
            found["ca"] = str(self.ca_file)
        return found


def environment(
    inherited: Mapping[str, str], addresses: Addresses, more: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the environment of a command: what it inherits, but for addresses of other servers, and what it is told.

    Args:
        more: variables that a scenario adds, with their whole names.
    """
    kept = {name: value for name, value in inherited.items() if not _ADDRESS.fullmatch(name)}
    told = {**addresses.variables(), **(more or {})}
    # A proxy of the outside world cannot reach this server, and would answer for it.
    host = addresses.url.partition("://")[2].rpartition(":")[0].strip("[]")
    for name in ("NO_PROXY", "no_proxy"):
        before = kept.get(name, "")
        told[name] = ",".join(dict.fromkeys([*filter(None, before.split(",")), host, "localhost"]))
    return {**kept, **told}


def filled(command: Sequence[str], words: Mapping[str, str]) -> list[str]:
    """Return a command with `{arcgis}` and the like replaced; braces around any other word are left as they are."""
    return [_PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), word) for word in command]
