"""Virtual domains: which one a request speaks of, and what can be seen from it.

"API requests will scoped by the "default" domain … It is possible to switch to an alternative domain in a session,
provided always that the user has permissions to view that new domain" (Getting Started, references 2.2 and 3.0). The
name of the parameter is piapi's. How a domain is refused, and that the root sees everything, is inferred.
"""

from __future__ import annotations

from mockserver.apis.prime.accounts import Account
from mockserver.apis.prime.errors import PrimeError
from mockserver.apis.prime.site import PrimeContext
from mockserver.core.job import Job

PARAMETER = "_ctx.domain"


def asked_domain(context: PrimeContext, user: Account) -> str:
    """Return the domain that a user's request is about: the one it names, else the user's first.

    Raises:
        PrimeError: there is no such domain, or it is not the user's to see.
    """
    settings = context.settings
    own = user.domains or (settings.domain,)
    wanted = context.parameters.get(PARAMETER)
    if wanted is None or wanted in own:
        return own[0] if wanted is None else str(wanted)
    if settings.domain in own and isinstance(wanted, str) and wanted in context.site.domains:
        return wanted
    if settings.foreign_domain == "ignored":
        return own[0]
    raise PrimeError(int(settings.foreign_domain), f"User {user.username} cannot access the virtual domain {wanted}")


def sees(context: PrimeContext, domain: str, owned_by: str | None) -> bool:
    """Tell whether what belongs to a domain (None: the root) can be seen from another."""
    root = context.settings.domain
    return domain == root or domain == (root if owned_by is None else owned_by)


def sees_job(context: PrimeContext, domain: str, job: Job) -> bool:
    """Tell whether a job can be seen from a domain."""
    return sees(context, domain, job.data.get("domain"))
