"""`python -m generate [FOLDER]`: write the reference pages."""

import sys
from pathlib import Path

from generate import write

for file in write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference")):
    print(f"written: {file}")
