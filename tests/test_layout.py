"""The tree is the one that ARCHITECTURE.md describes: few modules at the top, none too long, tests where their subject is."""

from __future__ import annotations

from pathlib import Path

import pytest

import mockserver
from mockserver.api.definition import Api
from mockserver.apis import APIS

PACKAGE = Path(mockserver.__file__).parent
TESTS = Path(__file__).parent
LONGEST = 350
"""Lines a module may have."""

TOP = 10
"""Modules that may lie directly in the package."""

KINDS = {
    "browser": "pages, looked at in a real browser",
    "clients": "the vendors' and the community's own clients, unmodified",
    "docs": "the documentation, run",
    "drivers": "what the tests drive the APIs with",
    "golden": "bytes on the wire, of all APIs",
}
"""Folders of tests that are about no single package."""

WHOLE = {
    "test_layout.py": "the tree itself",
    "test_imports.py": "who imports whom",
    "test_data.py": "whose data the fixtures, contracts and tests are",
}
"""Tests that are about the whole repository."""

ROLES = {
    "__init__.py", "machine.py", "operations.py", "handlers", "requests.py", "responses.py", "documents.py", "errors.py", "hints.py",
    "auth.py", "site.py", "jobs.py", "settings.py", "faults.py", "answers.py", "walk.py", "calls.py", "beginning.py", "whole.py", "listings.py", "NOTES.md",
}  # fmt: skip
"""What every API folder holds."""

EXTRAS = {
    "arcgis": {
        "addresses.py": "URLs of services, tasks and jobs, which answers and pages repeat",
        "admin_documents.py": "the Administrator's own documents, beside those of the Services Directory",
        "admin_pages.py": "the Administrator's pages",
        "admin_query.py": "the Administrator's query over jobs",
        "log_query.py": "the Administrator's log and the query over it",
        "messages.py": "a job's messages by level and version",
        "public_key.py": "the RSA key that sign-ins are encrypted with",
        "service_documents.py": "a service as the Administrator sees it beside its configuration",
        "templates": "the pages of both planes",
        "tokens.py": "tokens and what they are bound to",
        "values.py": "geoprocessing values by data type",
    },
    "casjobs": {
        "arguments.py": "arguments as ASMX reads them, from a SOAP element or a form",
        "conditions.py": "the language of GetJobs' conditions",
        "definition.py": "the service as Spyne defines it, made when it is first asked",
        "help_pages.py": "the help and error pages of ASP.NET",
        "protocols.py": "the four protocols and the names that both directions need",
        "quick_jobs.py": "typed CSV and DataSets",
        "service_types.py": "the types of the service",
        "soap.py": "which SOAP a message speaks and which operation it means",
        "templates": "the help and error pages",
        "wsdl.py": "the WSDL and the discovery document",
    },
    "ges": {
        "access_keys.py": "requests signed with an access key",
        "body_checks.py": "what the bodies of submitting calls must hold",
        "graph_records.py": "what became of graphs since the fixtures",
        "job_types.py": "one row per kind of job",
        "management_documents.py": "a job as the management plane shows it",
        "moments.py": "dates as IAM and the management plane write them",
        "results.py": "pages of what a job found",
        "signature.py": "SDK-HMAC-SHA256",
    },
    "prime": {
        "accounts.py": "who there is, immutable",
        "address.py": "version, path, suffix and Accept",
        "deployment.py": "a CLI template on its way to devices",
        "entity_types.py": "which seeded entity type shows what",
        "filters.py": "the language of filters",
        "inventory.py": "typed devices, templates and inventories",
        "job_search.py": "jobs and runs in the store",
        "job_selection.py": "filter and sort by the DTO's fields",
        "limits.py": "rate limits",
        "logins.py": "sessions, cookies and open connections of this process",
        "model.py": "typed answers",
        "moments.py": "dates as Prime writes them",
        "ordering.py": "the language of .sort",
        "paging.py": "pages of entities",
        "running.py": "requests at a time, of all servers",
        "serialization.py": "the layout of answers in XML and JSON",
        "state.py": "what one process remembers",
        "templates": "the page of a refused login",
        "virtual_domains.py": "what can be seen from where",
    },
}
"""What an API folder holds besides, and why no other needs it."""

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "_data" not in path.parts)


def test_a_module_can_be_read_in_one_go() -> None:
    lines = {str(path.relative_to(PACKAGE)): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}


def test_few_modules_lie_at_the_top() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= TOP


def test_each_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for path in MODULES}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_a_folder_of_tests_is_named_after_the_package_that_it_tests() -> None:
    strangers = []
    for test in TESTS.rglob("test_*.py"):
        folder = test.parent.relative_to(TESTS)
        if folder.parts and folder.parts[0] not in KINDS and not (PACKAGE / folder / "__init__.py").exists():
            strangers.append(str(test.relative_to(TESTS)))
    assert strangers == []


def test_a_test_beside_the_folders_is_about_a_module_at_the_top() -> None:
    subjects = {path.name: PACKAGE / path.name.removeprefix("test_") for path in TESTS.glob("test_*.py")}
    assert [name for name, subject in subjects.items() if name not in WHOLE and not subject.exists()] == []


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
def test_an_api_folder_has_one_file_a_role(api: Api) -> None:
    folder = PACKAGE / "apis" / api.name
    there = {path.name for path in folder.iterdir() if path.name != "__pycache__"}
    extras = EXTRAS[api.name]
    assert sorted(ROLES - there) == [], "roles without a file"
    assert sorted(there - ROLES - set(extras)) == [], "files that are no role: move them, or give EXTRAS a reason"
    assert sorted(set(extras) - there) == [], "extras that are gone"
    assert all(extras.values())
    assert (folder / "handlers" / "__init__.py").exists()


def test_every_api_folder_is_that_of_an_api() -> None:
    folders = {path.name for path in (PACKAGE / "apis").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == {api.name for api in APIS} == set(EXTRAS)
