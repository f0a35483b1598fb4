"""Contracts out of their files: `<folder>/<api>/<Operation>.json`, with what an API's contracts share beside them.

Rules a maintainer must keep:

1. Whatever is wrong with a file is a `BadContract` of one line that names file, place and remedy.
2. A user's files are read when `Contracts` is made, and never again: neither a file that vanishes nor a process that
   has run out of file descriptors can break a request. Those of the package are read as its modules are: when they
   are needed, through descriptors that connections leave free.
3. What a contract takes from `definitions.json` stands in it, once loaded, as if it were written there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.contracts.checker import BadSchema, Compiler, Schema, Validator, pointer
from mockserver.contracts.model import Contract, ResponseClause
from mockserver.contracts.sharing import DESCRIPTION, SHARED, BadContract, Shared, Written
from mockserver.core.machine import Confidence
from mockserver.wire.json_document import BadJson, read_document

if TYPE_CHECKING:
    import jsonschema_rs

    from mockserver.contracts.description import Description

VARIANTS = "variants.json"
"""How examples of one answer become examples of another (see `variants`)."""

LAYOUT = "contract.schema.json"
"""The JSON Schema of a contract, in the folder itself; `#/$defs/definitions` is that of `definitions.json`."""


class Contracts:
    """All contracts, by operation (`<api>.<Name>`).

    Each contract is checked and compiled when it is first asked for, in whatever thread asks: a first request to an
    operation waits for that, about a millisecond. Call `load_all` to have it behind you.

    Attributes:
        folder: where they lie.
        files: each one's, by operation.

    Raises:
        BadContract: a file cannot be read.
    """

    def __init__(self, folder: Path, apis: Sequence[str], *, at_once: bool = True) -> None:
        """Open a folder.

        Args:
            at_once: read all files now.
        """
        self._layout_file = folder / LAYOUT
        if not self._layout_file.exists():
            raise BadContract(f"{folder}: no {LAYOUT} there; name a folder laid out as contracts/ is")
        files = [file for api in apis for file in sorted((folder / api).glob("*.json"))]
        self._there = frozenset(files)
        self._texts = {file: _bytes(file) for file in (self._layout_file, *files)} if at_once else {}
        no_contracts = (SHARED, VARIANTS, DESCRIPTION)
        self.files = {f"{file.parent.name}.{file.stem}": file for file in files if file.name not in no_contracts}
        self.folder = folder
        self._apis = tuple(apis)
        self._loaded: dict[str, Contract] = {}
        self._shared: dict[Path, Shared] = {}
        self._shared_answers: dict[tuple[Path, str], Validator] = {}
        self._compiler = Compiler()

    def get(self, operation: str) -> Contract | None:
        """Return the contract of an operation, or None.

        Raises:
            BadContract: its file is not JSON, does not fit `contract.schema.json`, names what `definitions.json`
                has not, or holds a schema that is none.
        """
        found = self._loaded.get(operation)
        if found is None and operation in self.files:
            file = self.files[operation]
            with _taken_for_good(file):
                found = self._loaded[operation] = self._contract(file)
            self._texts.pop(file, None)  # it is not asked for again
        return found

    def load_all(self) -> None:
        """Check and compile all that is not yet, and the files beside them: half a second for those of the package.

        May run in a thread of its own while requests are served: what two threads compile at once is equal, and
        either is kept.

        Raises:
            BadContract: as `get` does.
        """
        _ = self._contract_layout, self._definitions_layout
        for api in self._apis:
            with _taken_for_good(self.folder / api / SHARED):
                self._shared_of(self.folder / api)
        for operation in self.files:
            self.get(operation)
        for api in self._apis:
            with _taken_for_good(self.folder / api / DESCRIPTION):
                self.description(api)

    @property
    def by_operation(self) -> Mapping[str, Contract]:
        """All of them, loaded. Raises as `get` does."""
        self.load_all()
        return {operation: self._loaded[operation] for operation in self.files}

    def description(self, api: str) -> Description:
        """Return what OpenAPI wants to know of an API besides its contracts; nothing where there is no such file.

        Raises:
            BadContract: the file is not JSON, or not laid out as `contract.schema.json` says.
        """
        from mockserver.contracts.description import Description, described

        file = self.folder / api / DESCRIPTION
        if file not in self._there:
            return Description()
        document = self._json(file)
        _fit(file, document, self._part("description"))
        return described(document)

    @cached_property
    def _layout(self) -> Mapping[str, Any]:
        layout = self._json(self._layout_file)
        if not isinstance(layout, Mapping):
            raise BadContract(f"{self._layout_file}: no JSON object; take the one of the package")
        return layout

    @cached_property
    def _contract_layout(self) -> jsonschema_rs.Draft202012Validator:
        return _layout_validator(self._layout_file, self._layout)

    @cached_property
    def _definitions_layout(self) -> jsonschema_rs.Draft202012Validator:
        return self._part("definitions")

    def _part(self, name: str) -> jsonschema_rs.Draft202012Validator:
        layout = {"$ref": f"#/$defs/{name}", "$defs": self._layout.get("$defs", {})}
        return _layout_validator(self._layout_file, layout)

    def _contract(self, file: Path) -> Contract:
        document = self._json(file)
        _fit(file, document, self._contract_layout)
        expected = f"{file.parent.name}.{file.stem}"
        if document["operation"] != expected:
            raise BadContract(f"{file}: operation is {document['operation']!r}; name it {expected!r}, as the file")
        shared = self._shared_of(file.parent)
        written = list(shared.clauses_of(file, document["responses"]))
        twice = [name for name, count in Counter(one.name for one in written).items() if count > 1]
        if twice:
            raise BadContract(f"{file}: at /responses: {twice[0]!r} stands there twice; rename it, or leave one out")
        own = document.get("$defs", {})
        definitions = {**shared.definitions, **own} if own else shared.definitions
        parameters, body = shared.parameters_of(file, document.get("parameters", True)), document.get("body")
        document = {
            **document,
            "sources": shared.sources_of(file, document["sources"]),
            **({"parameters": parameters} if "parameters" in document else {}),
            "responses": {one.name: one.clause for one in written},
            "examples": shared.examples_of(file, document["examples"]),
            "$defs": definitions,
        }
        responses = [self._response(one, definitions) for one in written]
        return Contract(
            operation=document["operation"],
            title=document["title"],
            sources=document["sources"],
            methods=document["methods"],
            paths=[document["path"]] if isinstance(document["path"], str) else document["path"],
            parameters=parameters,
            body=body,
            responses=responses,
            anywhere=[self._response(one, definitions) for one in shared.anywhere()],
            examples=document["examples"],
            document=document,
            file=str(file),
            check_parameters=self._compile(file, "/parameters", parameters, definitions),
            check_body=None if body is None else self._compile(file, "/body", body, definitions),
            by_status={
                status: tuple(one for one in responses if one.status == status)
                for status in dict.fromkeys(one.status for one in responses)
            },
        )

    def _response(self, written: Written, definitions: Mapping[str, Any]) -> ResponseClause:
        clause = written.clause
        schema = clause.get("schema", True)
        return ResponseClause(
            name=written.name,
            status=clause["status"],
            content_type=clause["content_type"],
            confidence=Confidence(clause["confidence"]),
            schema=schema,
            source=clause.get("source", ""),
            title=clause.get("title", ""),
            validator=self._validator(written, schema, definitions),
        )

    def _validator(self, written: Written, schema: Schema, definitions: Mapping[str, Any]) -> Validator:
        """Compile an answer; a shared one once for all contracts that add no definitions of their own."""
        place = f"{written.place}/schema"
        shared = self._shared.get(written.file)
        if shared is None or shared.definitions is not definitions:
            return self._compile(written.file, place, schema, definitions)
        found = self._shared_answers.get((written.file, place))
        if found is None:
            found = self._compile(written.file, place, schema, definitions)
            self._shared_answers[written.file, place] = found
        return found

    def _compile(self, file: Path, place: str, schema: Schema, definitions: Mapping[str, Any]) -> Validator:
        try:
            return self._compiler.compile(schema, definitions)
        except BadSchema as error:
            raise BadContract(f"{file}: at {place}: not a usable JSON Schema ({error}); mend it") from None

    def _shared_of(self, folder: Path) -> Shared:
        file = folder / SHARED
        found = self._shared.get(file)
        if found is None:
            document = self._json(file) if file in self._there else {}
            _fit(file, document, self._definitions_layout)
            found = self._shared[file] = Shared(
                file=file,
                definitions=document.get("$defs", {}),
                clauses=document.get("clauses", {}),
                groups=document.get("groups", {}),
                responses=document.get("responses", {}),
                sources=document.get("sources", {}),
                parameters=document.get("parameters", {}),
                examples=document.get("examples", {}),
            )
        return found

    def _json(self, file: Path) -> Any:
        try:
            text = self._texts.get(file)
            return read_document(_bytes(file) if text is None else text)
        except BadJson as error:
            raise BadContract(f"{file}:{error}") from None


def load(folder: Path, apis: Sequence[str], *, check: bool = True) -> Contracts:
    """Open `folder/<api>/*.json` for some APIs.

    Args:
        check: read, check and compile all of them now.

    Raises:
        BadContract: a file cannot be read; or, of those that are checked, is not JSON, does not fit
            `contract.schema.json`, or holds a schema that is none.
    """
    contracts = Contracts(folder, apis, at_once=check)
    if check:
        contracts.load_all()
    return contracts


def _bytes(file: Path) -> bytes:
    try:
        if file.exists() and not file.is_file() and not file.is_dir():  # a pipe nobody writes to, a device without end
            raise BadContract(f"{file}: no file; name a folder laid out as contracts/ is")
        return file.read_bytes()
    except OSError as error:
        raise BadContract(f"{file}: {error.strerror}; name a folder laid out as contracts/ is") from None


@contextmanager
def _taken_for_good(file: Path) -> Iterator[None]:
    """Name a file that a user's own layout lets pass, and that cannot be used all the same."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise BadContract(f"{file}: not usable ({reason}), though {LAYOUT} lets it pass; mend both") from None


def _layout_validator(file: Path, layout: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs

    try:
        return jsonschema_rs.Draft202012Validator(dict(layout))
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        reason = str(error).splitlines()[0]
        raise BadContract(f"{file}: not a usable JSON Schema ({reason}); take the one of the package") from None


def _fit(file: Path, document: object, layout: jsonschema_rs.Draft202012Validator) -> None:
    problem = next(iter(layout.iter_errors(document)), None)
    if problem is not None:
        place = pointer(problem.instance_path) or "/"
        raise BadContract(f"{file}: at {place}: {problem.message}; see {LAYOUT}")
