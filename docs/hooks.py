"""What MkDocs does beside building: fences without their test words, and Mermaid from this machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

MERMAID = Path(__file__).resolve().parent.parent / "build" / "docs" / "mermaid.min.js"
"""Put there by `make docs`; without it diagrams stay text."""

_FENCE = re.compile(r"^(?P<open> *```[a-z]+) [^\n{]*$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Take away the words after a fence's language, which tell the tests how to run it."""
    return _FENCE.sub(r"\g<open>", markdown)


def on_files(files: Files, config: MkDocsConfig, **_: Any) -> Files:
    """Ship Mermaid with the site."""
    if MERMAID.is_file():
        name = "assets/mermaid.min.js"
        files.append(File.generated(config, name, abs_src_path=str(MERMAID)))
        config.extra_javascript.insert(0, name)
    return files
