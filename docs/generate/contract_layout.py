"""`python -m generate.contract_layout [FOLDER]`: lay contract files out as they all are.

What they say stays as it is.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from mockserver.contracts.layout import laid_out


def main(folder: Path) -> None:
    """Write those that are laid out otherwise."""
    for file in sorted(folder.rglob("*.json")):
        text = file.read_text("utf-8")
        if (better := laid_out(json.loads(text))) != text:
            file.write_text(better, "utf-8")
            print(f"written: {file}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "contracts"))
