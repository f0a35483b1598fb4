"""A scenario made ready: a sandbox of its own, with ports of its own, in which the scenario holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mockserver.api.errors import BadContent
from mockserver.core.clock import Clock, clock_moment
from mockserver.core.errors import DomainError
from mockserver.exercise.environment import Addresses
from mockserver.exercise.scenario import BadScenario, Scenario, Suite
from mockserver.sandbox.fixtures.schema import check_job
from mockserver.sandbox.sandbox import Sandbox
from mockserver.server import MockServer
from mockserver.settings import PREFIX


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedScenario:
    """Where one scenario is played.

    Attributes:
        job: the id of the job that was prepared.
        before: ids of the jobs that are there before the client comes.
        variables: of the client's environment, beside the addresses.
    """

    scenario: Scenario
    sandbox: Sandbox
    addresses: Addresses
    job: str
    before: frozenset[str]
    variables: Mapping[str, str]


async def staged(
    server: MockServer, suite: Suite, scenario: Scenario, name: str, ca_file: Path | None = None
) -> PreparedScenario:
    """Make a sandbox in which a scenario holds, whatever job the client submits.

    Args:
        name: the sandbox's.
        ca_file: the certificate that a client must trust.

    Raises:
        BadScenario: a field, setting or fault of it cannot be followed.
    """
    services = server.services
    api = next((one for one in services.apis if one.name == suite.api), None)
    if api is None:
        raise BadScenario(f"this server has no {suite.api}; leave out --apis, or name it there")
    sandbox = await services.sandboxes.create(name)
    try:
        if scenario.settings:
            await sandbox.change_settings(suite.api, scenario.settings)
        if scenario.clock is not None:
            await sandbox.set_clock(Clock(frozen_at=clock_moment(scenario.clock)))
        fields = {**suite.prepared, **scenario.job}
        check_job(api, fields)
        sandbox.submits = {suite.api: scenario.job}
        job = await sandbox.jobs.add(*await sandbox.build_job(suite.api, {"hold": False, **fields}))
        for fault in scenario.faults:
            await sandbox.faults.arm(fault)
    except (DomainError, BadContent, KeyError, ValueError) as error:
        await services.sandboxes.delete(name)
        raise BadScenario(f"{suite.api}: the scenario {scenario.name!r} cannot be made: {error}") from None
    sandbox.ports = ports = await server.open_port(name)
    host = server.url.rpartition(":")[0]
    url = f"{host}:{ports['http']}"
    addresses = Addresses(
        url=url,
        tls_url=f"{host.replace('http:', 'https:')}:{ports['https']}" if "https" in ports else None,
        control_url=f"{url}/_control",
        bases={one.name: one.bases[0] for one in services.apis},
        ca_file=ca_file,
        token=server.settings.control_token,
    )
    told = {"SCENARIO": scenario.name, "JOB": job.id, "TASK": suite.task}
    return PreparedScenario(
        scenario=scenario,
        sandbox=sandbox,
        addresses=addresses,
        job=job.id,
        before=frozenset([one.id async for one in sandbox.jobs.each(suite.api)]),
        variables={PREFIX + key: value for key, value in told.items()},
    )


async def struck(server: MockServer, stage: PreparedScenario) -> None:
    """End the sandbox of a scenario, and its ports."""
    await server.close_ports(stage.sandbox.name)
    stage.sandbox.ports = {}
    await server.services.sandboxes.delete(stage.sandbox.name)
