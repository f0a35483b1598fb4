"""What a site holds besides jobs: accounts, folders, services and their tasks, built from the fixtures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockserver.api.errors import BadContent

ROOT = ""
"""The folder services are in when they are in none."""

_DIRECTIONS = {"input": "esriGPParameterDirectionInput", "output": "esriGPParameterDirectionOutput"}
_REQUIREMENTS = {
    "required": "esriGPParameterTypeRequired",
    "optional": "esriGPParameterTypeOptional",
    "derived": "esriGPParameterTypeDerived",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in.

    Attributes:
        role: `administrator`, `publisher` or `user`.
    """

    username: str
    password: str = field(repr=False)
    role: str = "user"
    full_name: str = ""

    @property
    def administrator(self) -> bool:
        """Whether the account has the default administrator role."""
        return self.role == "administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a task. `facts` are further keys shown as they are (choiceList, filter …)."""

    name: str
    data_type: str
    output: bool = False
    requirement: str = "required"
    display_name: str = ""
    description: str = ""
    category: str = ""
    default: Any = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def required(self) -> bool:
        """Whether a job cannot run without a value."""
        return self.requirement == "required" and not self.output

    def describe(self) -> dict[str, Any]:
        """Return it as the task resource does [gp-task]."""
        return {
            "name": self.name,
            "dataType": self.data_type,
            "displayName": self.display_name or self.name.replace("_", " "),
            "description": self.description,
            "direction": _DIRECTIONS["output" if self.output else "input"],
            "defaultValue": self.default,
            "parameterType": _REQUIREMENTS[self.requirement],
            "category": self.category,
            **self.facts,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One tool of a geoprocessing service, and what becomes of its jobs.

    Attributes:
        plan, on_cancel, run: how its jobs live, in the fixture's form; None: by the settings.
        messages: what the tool says while it runs, in the fixture's form.
        results: by output parameter, `{"dataType","value"}`; `"input"` names an input that is handed through.
        results_delay: a wait in the fixture's form after success, before the results show.
        scenario: what becomes of its jobs, by name (see `jobs.SCENARIOS`).
        error: what the tool fails with.
    """

    name: str
    display_name: str = ""
    description: str = ""
    category: str = ""
    parameters: tuple[Parameter, ...] = ()
    plan: str | Mapping[str, Any] | None = None
    on_cancel: str | Mapping[str, Any] | None = None
    run: float | str | None = None
    messages: Sequence[Any] = ()
    results: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    results_delay: Any = None
    scenario: str | None = None
    error: str | None = None

    @property
    def inputs(self) -> tuple[Parameter, ...]:
        """The input parameters."""
        return tuple(parameter for parameter in self.parameters if not parameter.output)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service.

    Attributes:
        flavour: `notebook` for a web tool of Notebook Server, whose jobs say more (seed 001).
        users: who may use a secured one; empty for everybody with a token.
        properties: further properties the Administrator shows.
        full_name: `Folder/Name`, as catalogues list it.
        key: `Folder/Name.Type`, as the Administrator and job records write it.
        rest_name: `Folder/Name/Type`, as REST paths and refusals write it.
    """

    name: str
    folder: str = ROOT
    type: str = "GPServer"
    synchronous: bool = False
    flavour: str = "geoprocessing"
    secured: bool = False
    users: tuple[str, ...] = ()
    started: bool = True
    description: str = ""
    message_level: str | None = None
    maximum_records: int = 1000
    capabilities: str = ""
    result_map_server: str = ""
    tasks: Mapping[str, Task] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    full_name: str = field(init=False)
    key: str = field(init=False)
    rest_name: str = field(init=False)

    def __post_init__(self) -> None:
        # Worked out once: each poll of a job asks for them.
        full_name = f"{self.folder}/{self.name}" if self.folder else self.name
        object.__setattr__(self, "full_name", full_name)
        object.__setattr__(self, "key", f"{full_name}.{self.type}")
        object.__setattr__(self, "rest_name", f"{full_name}/{self.type}")

    @property
    def execution_type(self) -> str:
        """The word of REST for how tasks run."""
        return "esriExecutionTypeSynchronous" if self.synchronous else "esriExecutionTypeAsynchronous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site: accounts by name, folders in order, services by key."""

    accounts: Mapping[str, Account]
    folders: tuple[str, ...]
    services: Mapping[str, Service]

    def service(self, folder: str, name: str, service_type: str = "GPServer") -> Service | None:
        """Return a service; names are compared as they are written."""
        return self.services.get(f"{folder}/{name}.{service_type}" if folder else f"{name}.{service_type}")

    def in_folder(self, folder: str) -> tuple[Service, ...]:
        """Return the services of a folder in order."""
        return tuple(service for service in self.services.values() if service.folder == folder)


def read_site(section: Mapping[str, Any]) -> Site:
    """Build a site from its fixture section.

    Raises:
        BadContent: a part cannot be used.
    """
    accounts = {
        one["username"]: Account(
            username=one["username"],
            password=one["password"],
            role=one.get("role", "user"),
            full_name=one.get("fullName", one["username"]),
        )
        for one in section.get("accounts", ())
    }
    services: dict[str, Service] = {}
    for number, fields in enumerate(section.get("services", ())):
        service = _service(fields, number)
        if service.key in services:
            raise BadContent(["services", number, "name"], f"a second service {service.key}; give each its own name")
        services[service.key] = service
    folders = dict.fromkeys([*section.get("folders", ()), *(one.folder for one in services.values() if one.folder)])
    return Site(accounts=accounts, folders=tuple(folders), services=services)


def _service(fields: Mapping[str, Any], number: int) -> Service:
    tasks: dict[str, Task] = {}
    for position, one in enumerate(fields.get("tasks", ())):
        if one["name"] in tasks:
            pointer: list[str | int] = ["services", number, "tasks", position, "name"]
            raise BadContent(pointer, f"a second task {one['name']!r}; give each its own name")
        tasks[one["name"]] = _task(one, ["services", number, "tasks", position])
    return Service(
        name=fields["name"],
        folder=fields.get("folder") or ROOT,
        type=fields.get("type", "GPServer"),
        synchronous=fields.get("execution_type", "asynchronous") == "synchronous",
        flavour=fields.get("flavour", "geoprocessing"),
        secured=fields.get("secured", False),
        users=tuple(fields.get("users", ())),
        started=fields.get("status", "started") == "started",
        description=fields.get("description", ""),
        message_level=fields.get("message_level"),
        maximum_records=fields.get("maximumRecords", 1000),
        capabilities=fields.get("capabilities", ""),
        result_map_server=fields.get("resultMapServerName", ""),
        tasks=tasks,
        properties=fields.get("properties", {}),
    )


def _task(fields: Mapping[str, Any], pointer: list[str | int]) -> Task:
    parameters = tuple(_parameter(one) for one in fields.get("parameters", ()))
    outputs = {parameter.name for parameter in parameters if parameter.output}
    inputs = {parameter.name for parameter in parameters if not parameter.output}
    for name, result in fields.get("results", {}).items():
        if outputs and name not in outputs:
            message = f"{name!r} is no output of {fields['name']}; list it among the parameters"
            raise BadContent([*pointer, "results", name], message)
        if "input" in result and result["input"] not in inputs:
            message = f"{result['input']!r} is no input of {fields['name']}"
            raise BadContent([*pointer, "results", name, "input"], message)
    # An output that only the results know is a derived parameter all the same: clients read the list.
    derived = tuple(
        Parameter(
            name=name, data_type=result.get("dataType", "GPString"), output=True, requirement="derived", default=""
        )
        for name, result in fields.get("results", {}).items()
        if name not in outputs
    )
    return Task(
        name=fields["name"],
        display_name=fields.get("displayName", fields["name"]),
        description=fields.get("description", ""),
        category=fields.get("category", ""),
        parameters=(*parameters, *derived),
        plan=fields.get("plan"),
        on_cancel=fields.get("on_cancel"),
        run=fields.get("run"),
        messages=fields.get("messages", ()),
        results=fields.get("results", {}),
        results_delay=fields.get("results_delay"),
        scenario=fields.get("scenario"),
        error=fields.get("error"),
    )


_PARAMETER = {
    "name", "dataType", "direction", "parameterType", "displayName", "description", "category", "defaultValue",
}  # fmt: skip


def _parameter(fields: Mapping[str, Any]) -> Parameter:
    output = fields.get("direction", "input") == "output"
    return Parameter(
        name=fields["name"],
        data_type=fields.get("dataType", "GPString"),
        output=output,
        requirement=fields.get("parameterType", "derived" if output else "required"),
        display_name=fields.get("displayName", ""),
        description=fields.get("description", ""),
        category=fields.get("category", ""),
        default=fields.get("defaultValue", "" if output else None),
        facts={name: value for name, value in fields.items() if name not in _PARAMETER},
    )
