"""Sandboxes without pytest: a context manager, and a mixin for `unittest`, with the same checks as the plugin's."""

from __future__ import annotations

import atexit
import functools
import inspect
import unittest
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from mockserver.settings import environment
from mockserver.testing import artifacts
from mockserver.testing.asked import Asked
from mockserver.testing.handles import Sandbox, Server
from mockserver.testing.watch import Watch

__unittest = True
"""unittest leaves frames of such a module out of its tracebacks."""


@functools.cache
def server() -> Server:
    """Return the server that `MOCKSERVER_URL` names, or the one of this process, started now and ended with it.

    Raises:
        ControlError: none answers there.
    """
    url = environment("url")
    if url:
        return Server.reached(url)
    from mockserver.server import MockServer  # only where one is started

    started = MockServer(port=0, tls_port=0)
    started.__enter__()
    atexit.register(started.__exit__, None, None, None)
    return Server.of(started)


@contextmanager
def open_sandbox(at: Server | None = None, **options: Any) -> Iterator[Sandbox]:
    """Provide a fresh sandbox, and check at its end what it saw.

    An exception that comes out of the block gets what the sandbox saw as a note, which tracebacks show.

    Args:
        at: the server; none: that of `MOCKSERVER_URL`, or one in this process.
        options: those of the marker (`allow_violations`, `jobs_seen_to_the_end`, `fixtures` …).

    Raises:
        AssertionError: the client broke a contract, or a fault never fired.
        TypeError: there is no such option.
    """
    watch = Watch(at or server(), Asked.of(options, whose="open_sandbox"))
    try:
        yield watch.sandbox
        if found := watch.problems():
            raise AssertionError("\n".join(found))
    except Exception as error:
        _explain(error, watch, watch.sandbox.name)
        raise
    finally:
        watch.end()


class SandboxCase(unittest.TestCase):
    """A `unittest` test case whose tests each have a fresh sandbox, made when it is first asked for.

    A test fails by itself (and not in its clean-up) when its client broke a contract or a fault of it never fired;
    a failure shows what the sandbox saw. With `MOCKSERVER_ARTIFACTS` it is written to files, too.

    Attributes:
        mockserver_options: those of the marker (`allow_violations`, `jobs_seen_to_the_end`, `fixtures` …).
    """

    mockserver_options: ClassVar[Mapping[str, Any]] = {}
    _watch: Watch | None = None

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox of this test."""
        if self._watch is None:
            asked = Asked.of(self.mockserver_options, whose=f"{type(self).__name__}.mockserver_options")
            self._watch = Watch(server(), asked)
            self.addCleanup(self._forget)
        return self._watch.sandbox

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        """Run the test, with the checks as its last step."""
        name = self._testMethodName
        setattr(self, name, self._checked(getattr(self, name)))
        try:
            return super().run(result)
        finally:
            delattr(self, name)

    def _checked(self, method: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.iscoroutinefunction(method):

            @functools.wraps(method)
            async def checked(*values: Any, **named: Any) -> Any:
                try:
                    returned = await method(*values, **named)
                except Exception as error:
                    self._tell(error)
                    raise
                self._judge()
                return returned
        else:

            @functools.wraps(method)
            def checked(*values: Any, **named: Any) -> Any:
                try:
                    returned = method(*values, **named)
                except Exception as error:
                    self._tell(error)
                    raise
                self._judge()
                return returned

        return checked

    def _tell(self, error: BaseException) -> None:
        if self._watch is not None and not isinstance(error, unittest.SkipTest):
            _explain(error, self._watch, self.id())

    def _judge(self) -> None:
        if self._watch is not None and (found := self._watch.problems()):
            error = self.failureException("\n".join(found))
            self._tell(error)
            raise error

    def _forget(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.end()


def _explain(error: BaseException, watch: Watch, name: str) -> None:
    error.add_note(f"mockserver: {watch.report()}")
    folder = environment("artifacts")
    evidence = watch.evidence() if folder else None
    if folder and evidence is not None:
        artifacts.write(Path(folder), name, evidence)
