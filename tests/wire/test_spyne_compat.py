"""What Spyne loads, and what is left of it in the interpreter; the reasons stand in `wire/_spyne_compat.py`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import mockserver

LOADED = """
import json, sys
sys.modules["cgi"] = None  # as on Python 3.13 and later, whatever is installed
import mockserver.wire.soap
moves = "spyne.util.six.moves."
print(json.dumps({
    "moves": sorted(name.removeprefix(moves) for name in sys.modules if name.startswith(moves)),
    "hooks": [type(hook).__name__ for hook in sys.meta_path if type(hook).__module__.startswith("spyne")],
    "soap": [name for name in sys.modules if name.startswith(("spyne.protocol.soap", "spyne.server.wsgi"))],
}))
"""


def test_it_loads_nothing_that_a_new_python_lacks() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", LOADED], check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"moves": ["collections_abc"], "hooks": [], "soap": []}


def test_one_module_imports_spyne() -> None:
    package = Path(mockserver.__file__).parent
    importing = re.compile(r"^\s*(from|import) spyne\b", re.MULTILINE)

    found = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if importing.search(path.read_text("utf-8"))
    ]
    assert found == ["wire/soap.py"]
