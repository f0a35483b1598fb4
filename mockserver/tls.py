"""Certificates for the TLS port: the user's own, or one from a CA made for this run."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

import trustme

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
        authority = trustme.CA(organization_name="mockserver")
        names = dict.fromkeys(["localhost", "127.0.0.1", "::1", settings.host])
        authority.issue_cert(*(name for name in names if name not in ("0.0.0.0", "::"))).configure_cert(context)  # noqa: S104
        return Tls(context=context, ca_pem=authority.cert_pem.bytes())
    if settings.tls_cert is None or settings.tls_key is None:
        raise BadOption("--tls-cert and --tls-key go together")
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise BadOption(f"{settings.tls_cert}: {error}; name a PEM certificate and its key") from None
    return Tls(context=context, ca_pem=None)
