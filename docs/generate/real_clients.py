"""The page that says how real clients do in the scenarios of `mockserver exercise`, from a run kept beside this."""

from __future__ import annotations

import json
from pathlib import Path

from generate import markdown as md

RESULTS = Path(__file__).with_name("real_clients.json")
CHECKS = {
    "ended": "ends in time",
    "exit": "right status",
    "jobs": "no second job",
    "stopped": "stops polling",
    "pause": "keeps a pause",
    "contract": "no breach",
}


def page() -> str:
    """Write the page."""
    found = json.loads(RESULTS.read_text("utf-8"))
    parts = []
    for api in dict.fromkeys(one["api"] for one in found):
        rows = [
            (
                md.text(f"{one['name']} {one['version']}"),
                "the client" if one["waits"] else "a loop",
                _of(one["hold"]),
                *(_of(one["checks"][check]) for check in CHECKS),
            )
            for one in found
            if one["api"] == api
        ]
        parts.append(f"## {api}\n\n" + md.table(("Client", "Waits", "Scenarios that hold", *CHECKS.values()), rows))
    count = len({one["name"].split(",")[0] for one in found})
    intro = (
        f"{count} published clients, unmodified, each run once in every [scenario](scenarios.md) of its API that is "
        "not about cancelling. A thin script calls each as its documentation says, catches nothing, and ends with 0 "
        "when the job has succeeded. *Waits*: a library that has no wait of its own is asked by the script, in a loop, "
        "once a second and fifteen times at most."
    )
    notes = (
        "## How to read it\n\n"
        "A cell says in how many scenarios a check held, of those in which it was made: [what each check "
        "means](../how-to/make-your-client-survive.md#2-read-the-table). *Right status* counts a client that had to be "
        "ended as one without. Few clients promise to survive all of this: a number that is low says what a program "
        "around that client has to do itself, and nothing about its worth. In which scenario a client does what is not "
        "said here; `mockserver exercise` says it to whoever runs it.\n\n"
        "## Again\n\n"
        "```console setup\n$ make real-clients                         # all of them: about half an hour\n"
        "$ make real-clients ARGS=zeep_sync.py       # one\n```\n\n"
        "The scripts are in `tests/clients/exercise`, the numbers in `docs/generate/real_clients.json`. They were "
        f"taken with {', '.join(dict.fromkeys(one['runtime'] for one in found))}; clients have 60 s in a scenario."
    )
    return md.page("How real clients do", intro, *parts, notes)


def _of(pair: tuple[int, int]) -> str:
    return f"{pair[0]} of {pair[1]}"
