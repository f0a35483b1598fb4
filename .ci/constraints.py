"""Write constraints.txt anew: the newest versions that pip would install now, on each supported Python.

    make constraints PYTHONS='python3.11 python3.12 python3.13'

Nothing is installed and no environment is touched. Run the tests on each Python before committing the result.
"""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ("build", "hatchling")
GROUPS = ("test", "clients", "lint", "docs", "mutation")
HEADER = """\
# Versions the tests last passed with. `pip install -c constraints.txt …` gives the same again.
# Made by `make constraints`.
"""


def resolve(python: str) -> tuple[str, dict[str, str]]:
    """Return a Python's version (`3.11`), and what pip would install on it: name -> version."""
    version = subprocess.run(
        [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], check=True, capture_output=True, text=True
    ).stdout.strip()
    groups = [word for group in GROUPS for word in ("--group", group)]
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "install", "-q"]
    report = subprocess.run(
        [*pip, "--dry-run", "--ignore-installed", "--report", "-", ".[redis]", *groups, *TOOLS],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ).stdout
    found = {one["metadata"]["name"]: one["metadata"]["version"] for one in json.loads(report)["install"]}
    del found["mockserver-jobs"]
    return version, found


def main(pythons: list[str]) -> None:
    """Resolve for each Python, and merge: a version that differs is pinned for each."""
    versions: dict[str, dict[str, str]] = defaultdict(dict)
    for python in pythons:
        minor, found = resolve(python)
        print(f"{python}: {len(found)} packages", file=sys.stderr)
        for name, version in found.items():
            versions[name][minor] = version
    lines = []
    for name in sorted(versions, key=str.lower):
        pins = versions[name]
        if len(set(pins.values())) == 1:
            lines.append(f"{name}=={next(iter(pins.values()))}\n")
        else:
            lines += [f'{name}=={version}; python_version == "{minor}"\n' for minor, version in sorted(pins.items())]
    (ROOT / "constraints.txt").write_text(HEADER + "".join(lines), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:] or [sys.executable])
