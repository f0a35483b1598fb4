"""The page of the scenarios that `mockserver exercise` runs a client in."""

from __future__ import annotations

import json

from generate import markdown as md
from mockserver._resources import folder
from mockserver.exercise.scenario import FOLDER, Expects, Scenario, apis, suite


def page() -> str:
    """Write the page."""
    parts = []
    for api in apis():
        found = suite(api)
        rows = [
            (
                md.code(one.name),
                md.text(one.does + (" Run with `--cancels`." if one.for_cancels else "")),
                md.text(one.good),
                md.text(_expected(one.expects)),
                md.text(", ".join(_faults(one)) or "none"),
            )
            for one in found.scenarios
        ]
        parts.append(
            f"## {api}\n\n`MOCKSERVER_TASK` is {md.code(found.task)}; the prepared job is "
            f"{md.code(json.dumps(dict(found.prepared)))}. Source: {md.text(found.scenarios[0].source)}.\n\n"
            + md.table(("Scenario", "What happens", "A good client", "Checked", "Faults"), rows)
        )
    schema = json.loads((folder("fixtures") / FOLDER / "scenarios.schema.json").read_text("utf-8"))
    own = schema["$defs"]["expects"]["properties"]
    defaults = Expects()
    rows = [
        (md.code(name), md.code(json.dumps(getattr(defaults, name))), md.text(one.get("description", "")))
        for name, one in own.items()
    ]
    parts.append(
        "## Scenarios and expectations of your own\n\n"
        '`--scenarios FILE` adds scenarios: `{"api": "ges", "scenarios": [{"name", "does", "good", "job", '
        '"settings", "clock", "faults", "expects"}]}`, by the schema `fixtures/scenarios/scenarios.schema.json`. '
        '`--expect FILE` changes what a good client does: `{"stuck": {"exit": "any"}}`. Each expectation:\n\n'
        + md.table(("Name", "Unless given", "Meaning"), rows)
    )
    intro = (
        "`mockserver exercise --api API -- COMMAND` runs a client once in each of these. Jobs move by status queries "
        "(looks): what a table calls late is late by a number of them. "
        "[How to use it](../how-to/make-your-client-survive.md)."
    )
    return md.page("Scenarios", intro, *parts)


def _expected(expects: Expects) -> str:
    words = {"zero": "exit 0", "not-zero": "exit not 0", "any": "any exit"}
    found = [words[expects.exit], "ends in time"]
    for name, said in (
        ("jobs", "jobs"), ("polls", "status queries"),
        ("polls_after_end", "queries after the end"), ("cancels", "cancels"),
    ):  # fmt: skip
        value = getattr(expects, name)
        if value is not None:
            found.append(f"at most {value} {said}")
    return ", ".join([*found, "keeps the pause and the contract"])


def _faults(one: Scenario) -> list[str]:
    return list(dict.fromkeys(json.dumps(fault["effect"]) for fault in one.faults))
