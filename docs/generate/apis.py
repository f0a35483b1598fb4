"""The pages about what is faked: settings, states and operations of each API."""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from generate import markdown as md
from mockserver._resources import folder
from mockserver.api.definition import Api
from mockserver.api.operation import Operation
from mockserver.api.settings import describe
from mockserver.apis import APIS
from mockserver.contracts import loader
from mockserver.contracts.model import Contract
from mockserver.core.machine import FINAL, Confidence, Machine
from mockserver.core.plan import describe_on_cancel, describe_plan

LABELS = (
    "Labels say how well a fact is known: **documented** – the vendor wrote it; **observed** – a capture or a client "
    "shows it; **inferred** – our best guess, to be replaced when somebody knows."
)


def settings() -> str:
    """Write the page of all settings."""
    parts = []
    for api in APIS:
        rows = [
            (
                md.code(row["name"]),
                _type(row),
                md.constant(row["default"]),
                row["confidence"],
                md.text(row["doc"]),
            )
            for row in describe(api.settings)
        ]
        body = md.table(("Setting", "Type", "Default", "Label", "Meaning"), rows)
        parts.append(f"## {api.name}\n\n{body or 'None.'}")
    return md.page(
        "Settings",
        "An API's settings: its version, security mode, dialect, and what no document settles. Set them in a fixture "
        '(`{"ges": {"settings": {…}}}`), or in a running sandbox with `PATCH /_control/apis/{api}/settings`.',
        LABELS,
        *parts,
    )


def states() -> str:
    """Write the page of all states, with a diagram of each machine."""
    parts = [_states(api, kind, machine) for api in APIS for kind, machine in api.machines.items()]
    return md.page(
        "States",
        "A job is in one state of its API, the API's own word; the phase is the portable word for it. Both can be "
        "forced, in either letter case. Solid names on arrows are calls of a client; `plan` is the clock, or a "
        "number of status queries; `honours`, `loses`, `fails` are what a job does with an accepted cancel "
        "([`on_cancel`](fixtures.md)). A test can move any job from any state to any other, which no arrow shows. "
        "A thick border marks final states.",
        LABELS,
        *parts,
    )


def operations() -> str:
    """Write the page of all operations."""
    contracts = load_contracts()
    parts = [_operations(api, contracts) for api in APIS]
    return md.page(
        "Operations",
        "What is faked, and how sure each answer is. `mockserver contracts show NAME` prints one contract whole: "
        "schemas, sources and examples.",
        LABELS,
        *parts,
    )


@functools.cache
def load_contracts() -> Mapping[str, Contract]:
    """Return the contracts of all APIs."""
    return loader.load(folder("contracts"), [api.name for api in APIS]).by_operation


def _type(row: Mapping[str, Any]) -> str:
    words = ", ".join(md.constant(choice) for choice in row["choices"]) if "choices" in row else str(row["type"])
    return f"{words}, {row['minimum']} to {row['maximum']}" if "minimum" in row else words


def _states(api: Api, kind: str, machine: Machine) -> str:
    heading = f"## {api.name}" if len(api.machines) == 1 else f"## {api.name}: {kind}"
    rows = [
        (
            md.code(state.name),
            state.phase + (", final" if state.phase in FINAL else ""),
            md.code(state.word) if state.word != state.name else "",
            state.confidence,
            md.text(state.source),
        )
        for state in machine.states
    ]
    plans = [(md.code(name), _plan_words(describe_plan(plan))) for name, plan in machine.plans.items()]
    cancel = describe_on_cancel(machine.on_cancel)
    return "\n\n".join(
        [
            heading,
            md.table(("State", "Phase", "Clients see", "Label", "Source"), rows),
            f"```mermaid\n{diagram(machine)}\n```",
            f"A new job is `{machine.initial}` and its plan `{machine.plan}`; unless it says otherwise it "
            f"takes a cancel so: {md.constant(cancel)}.",
            md.table(("Plan", "What happens"), plans),
        ]
    )


def diagram(machine: Machine) -> str:
    """Draw a machine as a Mermaid state diagram."""
    names = {state.name: f"s{number}" for number, state in enumerate(machine.states)}
    lines = ["stateDiagram-v2", "    direction LR"]
    lines += [f'    state "{state.name.replace(chr(34), chr(39))}" as {names[state.name]}' for state in machine.states]
    lines.append(f"    [*] --> {names[machine.initial]}")
    arrows: dict[tuple[str, str], list[str]] = {}
    for source, row in machine.rows.items():
        for event, to in row.items():
            arrows.setdefault((source, to), []).append(str(event))
    for plan in machine.plans.values():
        path = [step.state for step in plan.steps] + ([plan.end] if plan.end else [])
        for source, to in itertools.pairwise(path):
            arrows.setdefault((source, to), []).append("plan")
    canceling = [state.name for state in machine.states if state.phase == "CANCELING"]
    for mode, to in machine.cancelled.items():
        for source in canceling:
            if source != to:
                arrows.setdefault((source, to), []).append(str(mode))
    for (source, to), why in arrows.items():
        lines.append(f"    {names[source]} --> {names[to]} : {', '.join(dict.fromkeys(why))}")
    ends = ",".join(names[state.name] for state in machine.states if state.phase in FINAL)
    lines += ["    classDef final stroke-width:3px", f"    class {ends} final"]
    return "\n".join(lines)


def _plan_words(plan: Any) -> str:
    if not isinstance(plan, Mapping):
        return md.code(plan)
    words = []
    for step in plan.get("steps", ()):
        pause = step.get("for")
        if pause is None:
            words.append(f"`{step['state']}` for ever")
        elif isinstance(pause, Mapping):
            words.append(f"`{step['state']}` until the status was asked {pause['looks']} times")
        else:
            words.append(
                f"`{step['state']}` for {pause:g} s" if isinstance(pause, float) else f"`{step['state']}` {pause}"
            )
    if plan.get("end"):
        words.append(f"`{plan['end']}`")
    return " → ".join(words) or "nothing happens by itself"


def _operations(api: Api, contracts: Mapping[str, Contract]) -> str:
    own = {name: one for name, one in contracts.items() if name.startswith(f"{api.name}.")}
    shared = _shared(own.values())
    faked, missing = [], []
    for operation in api.operations:
        found = contracts.get(f"{api.name}.{operation.name}")
        if operation.paths and operation.handler is None:
            missing.append((md.code(operation.name), md.text(operation.title), _address(operation)))
            continue
        title = operation.title or (found.title if found else "")
        where = _address(operation) or (_address_of(found) if found else "")
        # The first answer is the one a client hopes for: it is shown, however many operations share it.
        first, *others = _answers_of(found) if found else [None]
        answers = [one for one in (first, *others) if one is not None and (one is first or one not in shared)]
        faked.append((f"`{operation.name}`<br>{md.text(title)}", where, _by_label(answers)))
    sources = {_source(source) for one in own.values() for source in one.sources}
    parts = [
        f"## {api.name}: {api.title}",
        f"Under {md.codes(api.bases)}; account to remember: {md.text(api.account) or 'none'}.",
        md.table(("Operation", "Address", "Answers"), faked),
    ]
    if shared:
        parts.append(f"Many operations may also answer:\n\n{_by_label(shared)}")
    if missing:
        parts += [
            f"### {api.name}: known and not faked",
            "These exist at the vendor; here they answer 501 and name themselves.",
            md.table(("Operation", "What it is", "Address"), missing),
        ]
    parts += [f"### {api.name}: sources", "\n".join(f"- {source}" for source in sorted(sources))]
    return "\n\n".join(parts)


def _address(operation: Operation) -> str:
    return _addresses(operation.methods, operation.paths)


def _address_of(found: Contract) -> str:
    return _addresses(found.methods, found.paths)


def _addresses(methods: Iterable[str], paths: Iterable[str]) -> str:
    return "<br>".join(md.code(f"{' '.join(methods)} {path}") for path in paths)


_Answer = tuple[Confidence, int, str]


def _answers_of(found: Contract) -> list[_Answer]:
    return [(response.confidence, response.status, response.name) for response in found.responses]


def _shared(contracts: Iterable[Contract]) -> list[_Answer]:
    """Return the answers that many of an API's operations have; they are listed once."""
    found = list(contracts)
    counted = Counter(answer for one in found for answer in _answers_of(one))
    return [answer for answer, times in counted.items() if times >= max(3, len(found) / 4)]


def _by_label(answers: Iterable[_Answer]) -> str:
    labels: dict[str, dict[int, list[str]]] = {}
    for label, status, name in answers:
        labels.setdefault(label, {}).setdefault(status, []).append(name)
    return "<br>".join(
        f"**{label}**: " + ", ".join(f"{status} {' '.join(names)}" for status, names in statuses.items())
        for label, statuses in labels.items()
    )


def _source(source: Mapping[str, str]) -> str:
    title = md.text(source["title"])
    if not source.get("url", "").startswith("http"):
        return title
    # A link holds no other: what stands in the title already leads somewhere.
    return f"{title} ([where]({source['url']}))" if "](" in title else f"[{title}]({source['url']})"
