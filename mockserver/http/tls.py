"""Certificates for the TLS port: the user's own, or one from a CA made for this run."""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from mockserver.settings import BadOption, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """A server context, and the CA (PEM) a client must trust; None when the certificate is the user's own."""

    context: ssl.SSLContext
    ca_pem: bytes | None


def prepare(settings: Settings) -> Tls:
    """Make the TLS context the options ask for.

    Raises:
        BadOption: certificate and key cannot be used.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    if settings.tls_cert is None and settings.tls_key is None:
        # Imported late: it brings half of `cryptography`, which a server without TLS never needs.
        import trustme

        authority = trustme.CA(organization_name="mockserver")
        authority.issue_cert(*_names(settings.host)).configure_cert(context)
        return Tls(context=context, ca_pem=authority.cert_pem.bytes())
    if settings.tls_cert is None or settings.tls_key is None:
        raise BadOption("--tls-cert and --tls-key go together")
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise BadOption(f"{settings.tls_cert}: {error}; name a PEM certificate and its key") from None
    return Tls(context=context, ca_pem=None)


def made_files(settings: Settings, folder: Path) -> tuple[Path, Path, bytes]:
    """Write a certificate from a CA made for this run, and its key, so that processes share it; return the CA, too."""
    import trustme

    authority = trustme.CA(organization_name="mockserver")
    issued = authority.issue_cert(*_names(settings.host))
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(b"".join(one.bytes() for one in issued.cert_chain_pems))
    key.touch(mode=0o600)
    key.write_bytes(issued.private_key_pem.bytes())
    return certificate, key, authority.cert_pem.bytes()


def _names(host: str) -> list[str]:
    """Return what the made certificate is for: this machine by its addresses, by `host`, and by its own name.

    The last is how another container of the same network calls it.
    """
    names = ["localhost", "127.0.0.1", "::1"]
    if host not in ("0.0.0.0", "::"):  # noqa: S104 - all addresses are none in particular
        names.append(host)
    own = socket.gethostname()
    # A machine may have a name that no certificate can bear (an underscore, for one).
    if re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", own):
        names.append(own)
    return list(dict.fromkeys(names))
