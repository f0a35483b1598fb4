"""`python -m generate.fixture_schemas [FOLDER]`: write each API's settings into its fixture schema.

Editors complete from the file alone, so it holds literally what the rows of the settings say. All else in the file is
written by hand and left as it is.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from mockserver.api.definition import Api
from mockserver.api.settings import settings_schema
from mockserver.apis import APIS

_PLACE = re.compile(r'^(?P<indent> *)"settings": ', re.MULTILINE)


def with_settings(text: str, api: Api) -> str:
    """Return the text of an API's fixture schema with its settings as they are now."""
    place = next(_PLACE.finditer(text))
    _, length = json.JSONDecoder().raw_decode(text[place.end() :])
    schema, indent = settings_schema(api.settings), place["indent"]
    rows = [f"{indent}    {json.dumps(name)}: {json.dumps(row)}" for name, row in schema.pop("properties").items()]
    head = [f"{indent}  {json.dumps(key)}: {json.dumps(value)}," for key, value in schema.items()]
    lines = ["{", *head, f'{indent}  "properties": {{', ",\n".join(rows), f"{indent}  }}", f"{indent}}}"]
    return text[: place.end()] + "\n".join(lines) + text[place.end() + length :]


def main(folder: Path) -> None:
    """Write them all."""
    for api in APIS:
        file = folder / f"{api.name}.schema.json"
        file.write_text(with_settings(file.read_text("utf-8"), api), "utf-8")
        print(f"written: {file}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "fixtures"))
