"""Machine instructions of one request of each kind: `python benchmarks/instructions.py [--bare] [NAME]` (needs valgrind; minutes).

`in_process.py` runs under callgrind and marks where each kind begins and ends. All that the process does for a request
is counted, aiohttp's part and libraries in C too; two runs differ by a few in a thousand, however busy the machine is.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from in_process import MARKED
from scenarios import SCENARIOS
from servers import ENV, HERE


def totals(folder: Path) -> list[int]:
    """Return the instructions between one mark and the next, from the first on."""
    files = sorted(folder.glob("out.*.*"), key=lambda file: int(file.suffix[1:]))
    found = [re.search(r"^(?:totals|summary): (\d+)", file.read_text(), re.MULTILINE) for file in files]
    return [int(one[1]) for one in found if one]


def main(only: str, *more: str) -> None:
    """Measure and print."""
    if shutil.which("valgrind") is None:
        sys.exit("this needs valgrind (Debian: apt-get install valgrind)")
    with tempfile.TemporaryDirectory() as name:
        command = [
            "valgrind", "--tool=callgrind", "--dump-before=getpriority", f"--callgrind-out-file={name}/out.%p",
            sys.executable, str(HERE / "in_process.py"), "--mark", *more, *([only] if only else []),
        ]  # fmt: skip
        subprocess.run(
            command,
            check=True,
            env={**ENV, "PYTHONHASHSEED": "0"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        counts = totals(Path(name))
    chosen = [one for one in SCENARIOS if only.lower() in one.name.lower()]
    # Each kind has two marks: what lies before the first of them is no request.
    for scenario, count in zip(chosen, counts[1::2], strict=False):
        print(f"{scenario.name:46} {count // MARKED:>9,} instructions")


if __name__ == "__main__":
    bare = [one for one in sys.argv[1:] if one == "--bare"]
    names = [one for one in sys.argv[1:] if one != "--bare"]
    main(names[0] if names else "", *bare)
