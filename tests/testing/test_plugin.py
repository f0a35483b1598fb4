"""The pytest plugin as a user of it meets it: test files run by a pytest of their own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mockserver import MockServer
from mockserver.client import Control
from tests.testing.conftest import Inside, Together
from tests.testing.inner import POLL


def test_a_test_gets_a_sandbox_and_forces_a_job(together: Together) -> None:
    done = together("forces")

    done.assert_outcomes(passed=2)


def test_sandboxes_do_not_see_each_other(together: Together) -> None:
    done = together("isolation")

    done.assert_outcomes(passed=20)


def test_it_works_under_xdist(inside: Inside) -> None:
    done = inside(
        POLL
        + """
import pytest

@pytest.mark.parametrize("n", range(8))
def test_in_parallel(sandbox, n):
    job = sandbox.ges.job(id="same", graph="movie", state="running")
    sandbox.ges.force("same", "SUCCEEDED" if n % 2 else "SUBMITTED")
    assert status(sandbox, "same") in (("success", "complete") if n % 2 else ("pending",))
""",
        "-n2",
    )

    done.assert_outcomes(passed=8)


def test_it_works_against_a_running_server_under_xdist(inside: Inside) -> None:
    with MockServer() as server:
        done = inside(
            POLL
            + f"""
import pytest

@pytest.mark.parametrize("n", range(8))
def test_over_there(sandbox, mockserver, n):
    assert mockserver.url == {server.url!r}
    job = sandbox.ges.job(id="same", graph="movie", state="running")
    assert status(sandbox, "same") == "running"
""",
            "-n2",
            "--mockserver-url",
            server.url,
        )
        left = Control(server.url).sandboxes()

    done.assert_outcomes(passed=8)
    assert [sandbox.name for sandbox in left] == ["default"]


def test_the_environment_names_the_server_too(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    with MockServer(control_token="s3cret") as server:
        monkeypatch.setenv("MOCKSERVER_URL", server.control_url)
        monkeypatch.setenv("MOCKSERVER_CONTROL_TOKEN", "s3cret")
        done = inside(f"def test_it(mockserver): assert mockserver.url == {server.url!r}")

    done.assert_outcomes(passed=1)


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "xdist"])
def test_a_server_that_is_not_there_ends_the_run_with_one_line(inside: Inside, workers: tuple[str, ...]) -> None:
    source = "def test_it(sandbox): pass\ndef test_more(sandbox): pass"
    done = inside(source, "--mockserver-url", "http://127.0.0.1:1", *workers)

    assert done.ret == pytest.ExitCode.USAGE_ERROR
    said = [line for line in (*done.outlines, *done.errlines) if "no server answers at http://127.0.0.1:1" in line]
    assert len(said) == 1
    assert not any("Traceback" in line for line in (*done.outlines, *done.errlines))


def test_a_server_of_the_environment_that_is_not_there_ends_the_run_when_a_test_asks_for_it(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKSERVER_URL", "http://127.0.0.1:1")
    done = inside("def test_a(): pass\ndef test_b(sandbox): pass\ndef test_c(sandbox): pass")

    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert sum("no server answers at http://127.0.0.1:1" in line for line in done.outlines) == 1
    done.assert_outcomes(passed=1)


def test_a_client_that_breaks_the_contract_fails_the_test_itself(together: Together) -> None:
    done = together("breach")

    done.assert_outcomes(failed=1)
    done.match("*the client broke the contract of ges.JobStatus in request 1 (GET *limit*")


def test_a_breach_is_expected_by_xfail(together: Together) -> None:
    together("expected_breach").assert_outcomes(skipped=1)


def test_a_breach_after_the_test_is_an_error_at_teardown(together: Together) -> None:
    done = together("late_breach")

    done.assert_outcomes(passed=1, errors=1)
    done.match("*ERROR at teardown of test_it*", "*the client broke the contract*", "*requests (1)*")


def test_the_marker_allows_violations(together: Together) -> None:
    done = together("allowed_breach")

    done.assert_outcomes(passed=2, failed=1)
    done.match("*FAILED at call of TestAll.test_the_nearest_marker_wins*")


def test_a_marker_that_asks_for_what_there_is_not_is_refused(together: Together) -> None:
    done = together("marker")

    done.assert_outcomes(errors=1)
    done.match("*the marker mockserver has no 'allow_voilations'; did you mean 'allow_violations'? it takes*")


def test_a_fault_that_never_fired_fails_the_test(together: Together) -> None:
    done = together("unused_fault")

    done.assert_outcomes(passed=3, failed=1)
    done.match("*FAILED at call of test_unused*", "*never fired*ges.JobStatus*tested nothing*")


def test_a_forced_state_that_no_client_saw_fails_the_test_that_asks(together: Together) -> None:
    done = together("unseen_state")

    done.assert_outcomes(passed=2, failed=1)
    done.match(
        "*FAILED at call of test_unseen*",
        "*in the forced state canceling*",
        "*running -> canceling  (control)",
    )


def test_a_job_that_a_client_left_before_its_end_fails_the_test_that_asks(together: Together) -> None:
    done = together("left_job")

    done.assert_outcomes(passed=2, failed=1)
    done.match(
        "*FAILED at call of test_left*", "*left ges job * while it was not final: it last saw it running in request 1*"
    )


def test_a_sandbox_may_have_its_own_port_and_fixtures(together: Together) -> None:
    done = together("port")

    done.assert_outcomes(passed=2)


def test_a_test_runs_once_in_each_scenario_that_it_names(together: Together) -> None:
    done = together("scenarios")

    done.assert_outcomes(passed=10, failed=2, errors=1)
    done.match("*FAILED at call of test_never_comes_to_it*busy-then-works*", "*no fault of the scenario fired*")
    done.match("*FAILED at call of test_a_fault_of_its_own*", "*never fired*ges.CancelJob*")
    done.match("*ERROR at setup of test_without_the_marker*", "*needs the marker: @pytest.mark.mockserver_scenarios*")


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ('("arcgi")', "no API 'arcgi'; did you mean 'arcgis'? there are arcgis, casjobs, ges, prime"),
        ('("ges", "succeed")', "ges has no scenario 'succeed'; did you mean 'succeeds'?"),
        ('("ges", cancel=True)', "it has no 'cancel'; did you mean 'cancels'? it takes scenarios, expect, cancels"),
        ("()", "name an API, then scenarios of it if not all are meant"),
        ('("ges", scenarios="none.json")', "none.json: No such file or directory; name a file that can be read"),
    ],
)
def test_scenarios_that_there_are_not_are_refused(pytester: pytest.Pytester, marker: str, said: str) -> None:
    module = pytester.makepyfile(
        f"import pytest\n@pytest.mark.mockserver_scenarios{marker}\ndef test_it(scenario): pass"
    )
    items, record = pytester.inline_genitems(module, "-p", "no:cacheprovider")

    assert items == []
    (failed,) = [one for one in record.getreports("pytest_collectreport") if one.failed]
    assert "test_it: the marker mockserver_scenarios: " in str(failed.longrepr)
    assert said in str(failed.longrepr)
    assert "Traceback" not in str(failed.longrepr)


def test_scenarios_need_a_test_that_takes_them(pytester: pytest.Pytester) -> None:
    module = pytester.makepyfile("import pytest\n@pytest.mark.mockserver_scenarios('ges')\ndef test_it(): pass")
    _, record = pytester.inline_genitems(module, "-p", "no:cacheprovider")

    (failed,) = [one for one in record.getreports("pytest_collectreport") if one.failed]
    assert "needs a test that takes `scenario` or `sandbox`" in str(failed.longrepr)


def test_settings_of_the_server_come_from_a_fixture(inside: Inside, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
import pytest

@pytest.fixture(scope="session")
def mockserver_settings():
    return {"clock": "2026-01-02T12:00:00Z", "seed": 7}
"""
    )

    done = inside(
        """
def test_it(sandbox, mockserver):
    assert sandbox.clock.now == "2026-01-02T12:00:00.000Z"
    assert mockserver.control.health().seed == 7
    assert mockserver.tls_url.startswith("https://")
    assert mockserver.ca_pem.startswith(b"-----BEGIN CERTIFICATE")
"""
    )

    done.assert_outcomes(passed=1)


def test_the_plugin_loads_nothing_until_it_is_used() -> None:
    code = (
        "import sys, mockserver.testing.pytest_plugin\n"
        "loaded = {name for name in sys.modules if name.startswith('mockserver.')} - {'mockserver._version', 'mockserver.testing', 'mockserver.testing.pytest_plugin'}\n"
        "sys.exit(repr(loaded) if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
