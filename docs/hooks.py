"""What MkDocs does beside building: fences without their test words, pages from beside the code, and Mermaid."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
MERMAID = ROOT / "build" / "docs" / "mermaid.min.js"
"""Put there by `make docs`; without it diagrams stay text."""

NOTES = "explanation/notes"
"""Where pages go that lie beside the code: an API's NOTES.md, ARCHITECTURE.md, and the README of the contracts."""

_VERSION = re.compile(r'"([^"]+)"$', re.MULTILINE)
_FENCE = re.compile(r"^(?P<open> *```[a-z]+) (?P<words>[^\n{]*)$", re.MULTILINE)
_FILE = re.compile(r"\bfile=(\S+)")
_NOTE = re.compile(r"\]\((?:\.\./)+mockserver/apis/(?P<api>[a-z]+)/NOTES\.md\)")
_ARCHITECTURE = re.compile(r"\]\((?:\.\./)+ARCHITECTURE\.md\)")
_CONTRACTS = re.compile(r"\]\(\.\./\.\./contracts/README\.md\)")


def on_config(config: MkDocsConfig, **_: Any) -> MkDocsConfig:
    """Say at the foot of each page which version it is about."""
    version = _VERSION.search((ROOT / "mockserver" / "_version.py").read_text("utf-8"))
    config.copyright = f"mockserver {version[1] if version else ''}"
    return config


def on_files(files: Files, config: MkDocsConfig, **_: Any) -> Files:
    """Add what lies outside docs/."""
    for notes in sorted(ROOT.glob("mockserver/apis/*/NOTES.md")):
        files.append(File.generated(config, f"{NOTES}/{notes.parent.name}.md", abs_src_path=str(notes)))
    files.append(File.generated(config, f"{NOTES}/architecture.md", abs_src_path=str(ROOT / "ARCHITECTURE.md")))
    files.append(File.generated(config, f"{NOTES}/contracts.md", abs_src_path=str(ROOT / "contracts" / "README.md")))
    files.append(File.generated(config, "changelog.md", abs_src_path=str(ROOT / "CHANGELOG.md")))
    if MERMAID.is_file():
        name = "assets/mermaid.min.js"
        files.append(File.generated(config, name, abs_src_path=str(MERMAID)))
        config.extra_javascript.insert(0, name)
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Turn the words after a fence's language, which tell the tests how to run it, into a title; mend links."""
    markdown = _FENCE.sub(_fence, markdown)
    markdown = _NOTE.sub(r"](notes/\g<api>.md)", markdown)
    # Pages of the documentation, as ARCHITECTURE.md names them from where it lies.
    markdown = markdown.replace("](docs/", "](../../")
    markdown = _CONTRACTS.sub(f"](../{NOTES}/contracts.md)", markdown)
    return _ARCHITECTURE.sub("](notes/architecture.md)", markdown)


def _fence(found: re.Match[str]) -> str:
    file = _FILE.search(found["words"])
    return found["open"] if file is None else f'{found["open"]} title="{file[1]}"'
