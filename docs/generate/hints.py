"""The page of hints: what the header `X-Mockserver-Hint` says, API by API."""

from __future__ import annotations

from collections.abc import Sequence

from generate import markdown as md
from mockserver.api.hints import COMMON, Hint
from mockserver.apis import APIS
from mockserver.http.diagnosis import HINT

INTRO = f"""\
When an API refuses a request, its answer is the vendor's, byte for byte, and often says little. The header
`X-Mockserver-Hint` beside it says in one line why it was refused here and what to do about it; so do the request's
entry in the journal, `mockserver requests list`, the console, and the section `mockserver` of a failed test's report.

```bash run
status='http://127.0.0.1:8080/CasJobs/services/jobs.asmx/GetJobStatus?wsId=1&pw=wrong&jobId=1001'
curl -sS -D - "$status" | grep X-Mockserver-Hint
```

A hint is at most {HINT} ASCII characters and holds no secret. `mockserver serve --no-headers` (`MOCKSERVER_HEADERS=0`)
leaves this and all other headers of ours out, for runs whose bytes must be the vendor's alone; the journal has the hint
all the same. The answer that a fault gives carries none. Words in braces are filled in. The first row that
fits counts."""


def page() -> str:
    """Write the page."""
    parts = [f"## {api.name}\n\n{_table(api.hints)}" for api in APIS]
    return md.page("Hints", INTRO, *parts, f"## All APIs\n\nAfter the API's own.\n\n{_table(COMMON)}")


def _table(hints: Sequence[Hint]) -> str:
    rows = [(md.code(one.name), md.text(one.when), md.text(one.says.replace("!r}", "}"))) for one in hints]
    return md.table(("Name", "What a client meets", "Hint"), rows)
