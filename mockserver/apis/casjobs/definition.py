"""The service as Spyne defines it, made when CasJobs is first asked.

Rules a maintainer must keep:

1. Spyne is imported in here only, inside `defined`: a server that nobody asks for CasJobs never pays for it.
2. What comes out is immutable and the same for all sandboxes: it follows from the table of operations alone.
"""

from __future__ import annotations

import asyncio
import threading

from mockserver.apis.casjobs.operations import deployed
from mockserver.apis.casjobs.service_types import NAMESPACE, SERVICE
from mockserver.wire.soap_types import SoapService

SERVICES: dict[int, SoapService] = {}
"""The service by how many parameters UploadData has, for the deployments that have been asked for."""

_defining = threading.Lock()


def defined(uploads: int) -> SoapService:
    """Return the service of a deployment; the first call of a process takes some 0.2 s.

    Args:
        uploads: how many parameters UploadData has, 4 or 5.
    """
    with _defining:
        if uploads not in SERVICES:
            from mockserver.wire.soap import define

            SERVICES[uploads] = define(SERVICE, NAMESPACE, deployed(uploads))
        return SERVICES[uploads]


async def first_asked(uploads: int) -> SoapService:
    """As `defined`, in a thread: other requests are answered while Spyne is imported."""
    return await asyncio.to_thread(defined, uploads)
