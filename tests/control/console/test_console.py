"""Each view and action of the console, with a real client talking to the same server at the same time."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from zeep import Client as SoapClient
from zeep import Settings as SoapSettings
from zeep.exceptions import Fault

from mockserver import MockServer
from mockserver.client import Control
from mockserver.control.console import files
from tests.control.console.conftest import Browser, Page

Meanwhile = Callable[..., None]
PROJECT = "0123456789abcdef0123456789abcdef"


def soap(server: MockServer) -> Any:
    """Return zeep's client of CasJobs."""
    client = SoapClient(f"{server.url}/CasJobs/services/jobs.asmx?WSDL", settings=SoapSettings(strict=False))
    return client.service


def ask(server: MockServer, path: str, method: str = "GET", body: object = None, **headers: str) -> int:
    """Ask as some client would; return the status."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.url + path, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


# --- jobs -----------------------------------------------------------------------------------------


def test_a_job_is_forced_held_released_cancelled_and_deleted_while_its_client_polls(
    page: Page, server: MockServer, control: Control, meanwhile: Meanwhile
) -> None:
    service = soap(server)
    told: list[int] = []
    over: list[str] = []

    def poll() -> None:
        try:
            told.append(service.GetJobStatus(wsId=1, pw="secret", jobId=1001))
        except Fault as error:  # once the job is forgotten
            over.append(error.message)

    meanwhile(poll)
    page.open()
    states = page.run(
        """
        const row = page.locator('[data-job="casjobs/1001"]');
        const seen = [];
        const force = async (word) => {
          await row.getByRole('button', { name: 'Force' }).click();
          await page.getByRole('menuitem', { name: word, exact: true }).click();
          await page.locator(`[data-job="casjobs/1001"][data-state="${word}"]`).waitFor();
          seen.push(await row.getAttribute('data-state'));
        };
        await force('Canceling');
        await force('Ready');
        await row.getByRole('button', { name: 'Release', exact: true }).click();
        await row.getByRole('button', { name: 'Hold', exact: true }).click();
        await row.getByRole('button', { name: 'Release', exact: true }).waitFor();
        await force('Started');
        await row.getByRole('button', { name: 'Cancel as the client' }).click();
        await page.locator('[data-job="casjobs/1001"][data-state="Canceling"]').waitFor();
        await page.locator('[data-job="casjobs/1001"][data-state="Cancelled"]').waitFor();
        await row.getByRole('button', { name: 'Delete' }).click();
        await row.waitFor({ state: 'detached' });
        return seen;
        """
    )
    assert states == ["Canceling", "Ready", "Started"]
    called = control.requests(operation="casjobs.CancelJob")
    assert [(one["status"], one["job"]) for one in called] == [(200, "1001")]
    # What zeep was told meanwhile: 0 Ready, 1 Started, 2 Canceling, 3 Cancelled.
    assert 2 in told
    assert 3 in told


def test_what_a_client_submits_shows_at_once_and_runs_show_under_their_job(page: Page, server: MockServer) -> None:
    page.open("#/jobs?api=ges")
    headers = {"X-Auth-Token": "mock-token", "Content-Type": "application/json"}
    path = f"/ges/v1.0/{PROJECT}/graphs/movie/action?action_id=execute-algorithm"
    before = page.run("const rows = page.locator('.list-body .row'); await rows.first().waitFor(); return rows.count()")
    assert ask(server, path, "POST", {"algorithmName": "pagerank", "parameters": {}}, **headers) == 200
    page.run(
        "await page.waitForFunction((n) => document.querySelectorAll('.list-body .row').length === n + 1, args.before)",
        before=before,
    )
    page.open("#/jobs?api=prime&q=282800294")
    kinds = page.run("return page.locator('.list-body .row').evaluateAll((all) => all.map((one) => one.dataset.job))")
    assert kinds == ["prime/15", "prime/282800294"]
    page.run(
        """
        const row = page.locator('[data-job="prime/282800294"]');
        await row.getByRole('button', { name: 'Force' }).click();
        await page.getByRole('menuitem', { name: 'PAUSED', exact: true }).click();
        await page.locator('[data-job="prime/282800294"][data-state="PAUSED"]').waitFor();
        await row.getByRole('button', { name: 'Cancel as the client' }).click();
        await page.locator('[data-job="prime/282800294"][data-state="CANCELING"]').waitFor();
        """
    )


@pytest.mark.parametrize(
    ("job", "operation"),
    [
        ({"api": "arcgis", "id": "jc", "service": "Demo.GPServer", "task": "Slow", "state": "esriJobExecuting"}, "arcgis.CancelJob"),
        ({"api": "ges", "id": "gc", "graph": "movie", "kind": "execute-algorithm", "state": "running"}, "ges.CancelJob"),
        ({"api": "prime", "id": "4242", "name": "c", "type": "t", "state": "SCHEDULED"}, "prime.Cancel"),
        ({"api": "casjobs", "id": "4242", "owner": "1", "query": "select 1", "context": "DR7", "state": "Started"}, "casjobs.CancelJob"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_cancel_as_the_client_is_the_apis_own_call(
    control: Control, server: MockServer, job: dict[str, Any], operation: str
) -> None:
    fields = {**job}
    control.change_settings("arcgis", {"secured": "standalone"})
    control.add(fields.pop("api"), **fields)
    assert ask(server, f"/_control/jobs/{job['api']}/{job['id']}/cancel", "POST") == 200
    called = control.requests(operation=operation)
    assert [(one["status"], one["job"], one["violations"]) for one in called] == [(200, job["id"], [])]
    assert control.job(job["api"], job["id"])["phase"] in ("CANCELING", "CANCELED")


def test_filters_stand_in_the_address(page: Page) -> None:
    page.open()
    found = page.run(
        """
        await page.getByLabel('API').selectOption('casjobs');
        await page.getByLabel('Phase').selectOption('FAILED');
        await page.getByLabel('Filter').fill('nowhere');
        await page.waitForFunction(() => document.querySelectorAll('.list-body .row').length === 1);
        const url = page.url();
        await page.goto('about:blank');
        await page.goto(url);
        await page.locator('.list-body .row').first().waitFor();
        return [url.split('#')[1], await page.locator('.list-body .row').evaluateAll((all) => all.map((one) => one.dataset.job))];
        """
    )
    assert found == ["/jobs?api=casjobs&phase=FAILED&q=nowhere", ["casjobs/1004"]]


def test_a_job_is_added(page: Page, control: Control) -> None:
    page.open()
    page.run(
        """
        await page.getByRole('button', { name: 'Add job' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('API').selectOption('ges');
        await dialog.getByLabel('State').selectOption('running');
        await dialog.getByLabel('Id', { exact: true }).fill('made-here');
        await dialog.getByRole('button', { name: 'Add', exact: true }).click();
        await page.locator('main [data-job="ges/made-here"][data-state="running"]').waitFor();
        """
    )
    assert control.job("ges", "made-here")["held"] is True


def test_a_job_has_its_machine_history_plan_and_exchanges(page: Page, server: MockServer, control: Control) -> None:
    control.force("casjobs", "1001", "Canceling")
    control.force("casjobs", "1001", "Ready", hold=False)
    control.freeze()
    ask(server, "/CasJobs/services/jobs.asmx/CancelJob?wsId=1&pw=secret&jobId=1001")
    page.open("#/jobs/casjobs/1001")
    seen = page.run(
        """
        await page.locator('svg[role=img] .node.current').waitFor();
        const texts = (selector) => page.locator(selector).evaluateAll((all) => all.map((one) => one.textContent));
        return {
          label: await page.locator('.drawing svg[role=img]').first().getAttribute('aria-label'),
          boxes: (await texts('.drawing .node text')).length,
          current: (await texts('.drawing .node.current text'))[0],
          causes: await texts('.timeline .cause'),
          plan: (await texts('.upcoming'))[0],
          exchanges: await page.locator('.panel [data-request]').count(),
          curl: (await texts('code')).filter((one) => one.startsWith('curl')),
        };
        """
    )
    assert seen["label"] == "State machine: now Canceling, came by Started, Canceling, Ready, Canceling, next Cancelled"
    assert (seen["boxes"], seen["exchanges"]) == (6, 1)
    assert seen["current"].startswith("Canceling")
    assert seen["causes"][0] == "client"
    assert seen["causes"][-1] == "control"
    assert "Cancelled" in seen["plan"]
    assert any(f"{server.url}/_control/jobs/casjobs/1001" in one for one in seen["curl"])


# --- requests -------------------------------------------------------------------------------------


def test_requests_come_live_and_breaches_stand_at_their_place(page: Page, server: MockServer, control: Control) -> None:
    page.open("#/requests")
    page.run("await page.getByText('No requests yet').waitFor()")
    ask(server, "/CasJobs/services/jobs.asmx/GetJobStatus?wsId=x&pw=secret&jobId=1001")
    headers = {"X-Auth-Token": "mock-token", "Content-Type": "application/json"}
    path = f"/ges/v1.0/{PROJECT}/graphs/movie/action?action_id=execute-algorithm"
    ask(server, path, "POST", {"algorithmName": 5, "parameters": {}}, **headers)
    seen = page.run(
        """
        await page.locator('[data-request="2"]').waitFor();
        await page.getByLabel('Violations only').click();
        await page.getByLabel('Filter').fill('GetJobStatus');
        await page.waitForFunction(() => document.querySelectorAll('.list-body [data-request]').length === 1);
        await page.locator('[data-request="1"] a').first().click();
        const query = page.locator('.lines .marked').first();
        await query.waitFor();
        const marked = [await query.textContent()];
        await page.goto(args.url + '#/requests/2');
        const body = page.locator('.side').first().locator('.lines .marked');
        await body.waitFor();
        marked.push(await body.textContent());
        await page.getByRole('button', { name: 'Raw' }).click();
        await page.getByText('{"algorithmName": 5').waitFor();
        await tools.context.grantPermissions(['clipboard-read', 'clipboard-write']);
        await page.getByRole('button', { name: 'Copy as curl' }).click();
        await page.getByText('Copied').first().waitFor();
        const curl = await page.evaluate(() => navigator.clipboard.readText());
        await page.goto(args.url + '#/requests');
        const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download HAR' }).click()]);
        const har = JSON.parse(require_text(await download.path()));
        return { marked, curl, har: har.log.entries.length };
        """.replace("require_text(", "(await import('node:fs')).readFileSync(")
    )
    assert "wsId = x" in seen["marked"][0]
    assert "'x' is not of type 'integer'" in seen["marked"][0]
    assert "algorithmName" in seen["marked"][1]
    assert seen["curl"].startswith("curl -X POST")
    assert "mock-token" not in seen["curl"]
    assert seen["har"] == 2
    page.run(
        "await page.getByRole('button', { name: 'Clear', exact: true }).click(); await page.getByText('No requests yet').waitFor()"
    )
    assert control.requests() == []


# --- faults, clock, sandboxes, APIs ---------------------------------------------------------------


def test_a_fault_is_armed_hit_and_removed(page: Page, server: MockServer, control: Control) -> None:
    page.open("#/faults")
    page.run(
        """
        const form = page.getByRole('form', { name: 'Arm a fault' });
        await form.getByLabel('API').selectOption('prime');
        await form.getByLabel('Effect').selectOption('named');
        await form.getByLabel('Failure').selectOption('rate-limit');
        await form.getByLabel('Times').fill('2');
        await form.getByRole('button', { name: 'Arm' }).click();
        await page.locator('[data-fault="fault-1"]').waitFor();
        """
    )
    assert control.faults()[0]["effect"] == {"named": "rate-limit"}
    basic = {"Authorization": "Basic bmJpOnNlY3JldA=="}
    assert ask(server, "/webacs/api/v1/op/jobService/runhistory.json?jobId=15", **basic) == 503
    page.run(
        """
        await page.locator('[data-fault="fault-1"] [data-hits="1"]').waitFor();
        await page.getByRole('button', { name: 'Remove fault-1' }).click();
        await page.getByText('No faults armed').waitFor();
        """
    )
    assert control.faults() == []


def test_the_clock_is_frozen_advanced_and_turned_to_the_next_change(page: Page, control: Control) -> None:
    control.add("ges", id="ticks", graph="movie", kind="execute-algorithm", plan={"steps": [{"state": "pending", "for": 3600}, {"state": "running", "for": 7200}], "end": "complete"})  # fmt: skip
    page.open("#/clock")
    page.run(
        """
        await page.getByRole('button', { name: 'Freeze' }).click();
        await page.getByRole('button', { name: 'Resume' }).waitFor();
        await page.getByLabel('Seconds').fill('3600');
        await page.getByRole('button', { name: 'Advance' }).click();
        await page.locator('.fired').getByText('pending → running').waitFor();
        await page.getByRole('button', { name: 'Until next' }).click();
        await page.locator('.fired').getByText('running → complete').waitFor();
        """
    )
    assert (control.clock()["frozen"], control.job("ges", "ticks")["state"]) == (True, "complete")


def test_a_sandbox_is_made_shown_and_deleted(page: Page, server: MockServer, control: Control) -> None:
    page.open("#/sandboxes")
    page.run(
        """
        await page.getByLabel('Name').fill('t1');
        await page.getByRole('button', { name: 'Create' }).click();
        const one = page.locator('[data-sandbox="t1"]');
        await one.getByRole('link', { name: 'Switch' }).click();
        await page.waitForURL(/sandbox=t1/);
        await page.locator('[data-job="casjobs/1001"]').waitFor();
        """
    )
    control.sandbox("t1").force("casjobs", "1001", "Failed")
    page.run('await page.locator(\'[data-job="casjobs/1001"][data-state="Failed"]\').waitFor()')
    assert control.job("casjobs", "1001")["state"] == "Started"
    inside = Page(page._browser, f"{server.url}/~t1/_control/")
    inside.open("#/jobs?q=1001")
    inside.run('await page.locator(\'[data-job="casjobs/1001"][data-state="Failed"]\').waitFor()')
    inside.open("#/sandboxes")
    inside.run(
        "await page.getByRole('button', { name: 'Delete t1' }).click(); await page.getByRole('alert').getByText('not there').waitFor()"
    )


def test_apis_show_addresses_states_and_settings(page: Page, control: Control) -> None:
    page.open("#/apis?api=casjobs")
    page.run(
        """
        await page.getByText('/CasJobs/services/jobs.asmx').first().waitFor();
        await page.locator('.badge', { hasText: 'Canceling' }).first().waitFor();
        await page.locator('.settings .quiet').first().waitFor();
        if ((await page.locator('.settings .quiet').allTextContents()).some((text) => !text)) throw new Error('a setting without its meaning');
        await page.getByLabel('error_details').click();  // shown as set once the server says so
        await page.getByText('error_details is set').waitFor();
        """
    )
    assert control.api("casjobs")["settings"]["error_details"] is False


# --- the token, the door, hostile text --------------------------------------------------------------


def test_with_a_token_the_page_asks_for_it_and_forgets_it_with_the_tab(browser: Browser) -> None:
    with MockServer(strict=True, control_token="a-token", control_port=0) as server:
        page = Page(browser, f"{server.control_url}/")
        page.run(
            """
            await page.goto(args.url);
            await page.getByLabel('Control token').fill('wrong');
            await page.getByRole('button', { name: 'Open' }).click();
            await page.getByRole('alert').waitFor();
            await page.getByLabel('Control token').fill('a-token');
            await page.getByRole('button', { name: 'Open' }).click();
            await page.locator('[data-job="casjobs/1001"]').waitFor();
            await page.reload();
            await page.locator('[data-job="casjobs/1001"]').getByRole('button', { name: 'Cancel as the client' }).click();
            await page.locator('[data-job="casjobs/1001"][data-state="Canceling"]').waitFor();
            """
        )
        assert page.errors() == []


HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'`{{7*7}}${1}\u202e"


def test_hostile_text_stays_text(page: Page, server: MockServer, control: Control) -> None:
    control.add("casjobs", id="666", owner="1", query=HOSTILE, context=HOSTILE, taskname=HOSTILE, state="Started", error=HOSTILE, messages=[HOSTILE])  # fmt: skip
    ask(server, "/%3Cscript%3Ealert(3)%3C/script%3E?q=%3Cimg%20src=x%20onerror=alert(4)%3E", **{"X-Odd": "<b>bold</b>"})
    ask(server, "/CasJobs/services/jobs.asmx", "POST", HOSTILE, **{"Content-Type": "text/xml"})
    for view, where in (
        ("#/jobs?q=666", ".c-about"),
        ("#/jobs/casjobs/666", ".lead"),
        ("#/requests", ".c-path"),
        ("#/requests/1", ".side"),
        ("#/requests/2", ".side"),
        ("#/jobs/casjobs/%3Cimg src=x onerror=alert(5)%3E", ".empty"),
        ("#/jobs?q=%3Cimg src=x onerror=alert(6)%3E", ".empty"),
    ):
        page.open(view)
        page.run("await page.locator(args.where).first().waitFor()", where=where)
        assert page.run("return page.locator('main img, main script, main b, main iframe').count()") == 0
    page.open("#/jobs/casjobs/666")
    assert page.run("return page.locator('.messages').textContent()").count("<script>alert(2)</script>") == 2


def test_a_page_of_another_site_changes_nothing(browser: Browser, server: MockServer, control: Control) -> None:
    other = Page(browser, f"{server.url}/_control/")
    with MockServer() as elsewhere:
        seen = other.run(
            """
            await page.goto(args.foreign + '/_control/apis');
            return page.evaluate(async (url) => {
              const seen = [];
              const tries = [['PUT', 'jobs/casjobs/1001/state', '{"state":"Failed"}'], ['POST', 'reset', '{}'], ['DELETE', 'jobs/casjobs/1001', undefined], ['POST', 'jobs/casjobs/1001/cancel', '{}'], ['GET', 'jobs', undefined]];
              for (const [method, path, body] of tries) {
                for (const mode of ['cors', 'no-cors']) {
                  try { seen.push((await fetch(url + path, { method, body, mode })).type); } catch { seen.push('refused'); }
                }
              }
              return seen;
            }, args.url);
            """,
            foreign=elsewhere.url.replace("127.0.0.1", "localhost"),
        )
    assert set(seen) <= {"refused", "opaque"}
    assert control.job("casjobs", "1001")["state"] == "Started"
    assert control.requests() == []


def test_the_page_lets_nothing_foreign_in_and_is_light(server: MockServer) -> None:
    request = urllib.request.Request(f"{server.url}/_control/", headers={"Accept": "text/html"})
    with urllib.request.urlopen(request) as answer:
        policy = answer.headers["Content-Security-Policy"]
        text = answer.read().decode()
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "<style" not in text
    assert " style=" not in text
    assert text.count("<script") == text.count('<script type="module" src=') == 1
    everything = sum(len((files.FILES.folder / name).read_bytes()) for name in [*files.FILES.names, "index.html"])
    assert everything < 150 * 1024


# --- keyboard, screen readers, states ---------------------------------------------------------------


def test_by_keyboard_alone(page: Page, control: Control) -> None:
    """Force, hold, release, arm a fault and freeze the clock without a mouse."""
    page.open("#/jobs?q=1001&api=casjobs")
    page.run(
        """
        const tabTo = async (name, role) => {
          for (let n = 0; n < 60; n++) {
            await page.keyboard.press('Tab');
            const found = await page.evaluate(() => [document.activeElement.getAttribute('aria-label') ?? document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent, getComputedStyle(document.activeElement).outlineStyle]);
            if (found[0].trim().startsWith(name)) { if (found[1] === 'none') throw new Error(`no focus ring on ${name}`); return; }
          }
          throw new Error(`${name} is not reached by Tab`);
        };
        const job = (state) => page.locator(`[data-job="casjobs/1001"][data-state="${state}"]`).waitFor();
        await tabTo('Force');
        await page.keyboard.press('Enter');
        await page.keyboard.press('Home');
        await page.keyboard.type('C');
        await page.keyboard.press('Enter');
        await job('Canceling');
        await tabTo('Release');
        await page.keyboard.press('Enter');
        await page.locator('[data-job="casjobs/1001"]').getByRole('button', { name: 'Hold', exact: true }).waitFor();
        await page.keyboard.press('Enter');
        await page.locator('[data-job="casjobs/1001"]').getByRole('button', { name: 'Release', exact: true }).waitFor();
        await page.keyboard.press('Shift+Tab');
        await page.keyboard.press('Enter');
        await page.keyboard.press('Escape');
        if (!(await page.evaluate(() => document.activeElement.textContent.startsWith('Force')))) throw new Error('focus is lost with the menu');
        await page.goto('about:blank');
        await page.goto(args.url);
        await page.getByText('Live', { exact: true }).waitFor();
        await tabTo('Faults');
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { name: 'Arm a fault' }).waitFor();
        await tabTo('Arm');
        await page.keyboard.press('Enter');
        await page.locator('[data-fault="fault-1"]').waitFor();
        await page.goto('about:blank');
        await page.goto(args.url);
        await page.getByText('Live', { exact: true }).waitFor();
        await tabTo('Clock');
        await page.keyboard.press('Enter');
        await tabTo('Freeze');
        await page.keyboard.press('Enter');
        await page.getByRole('button', { name: 'Resume' }).waitFor();
        """
    )
    assert control.job("casjobs", "1001")["held"] is True
    assert control.faults()[0]["effect"] == {"status": 503}
    assert control.clock()["frozen"] is True


VIEWS = (
    "#/jobs",
    "#/jobs/casjobs/1001",
    "#/requests",
    "#/requests/1",
    "#/faults",
    "#/clock",
    "#/sandboxes",
    "#/apis",
    "#/jobs?q=nothing-like-it",
)


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 360)])
def test_axe_finds_no_serious_fault(
    browser: Browser, server: MockServer, control: Control, theme: str, width: int
) -> None:
    control.add_fault({"status": 503}, {"api": "prime"})
    ask(server, "/CasJobs/services/jobs.asmx/GetJobStatus?wsId=x&pw=secret&jobId=1001")
    page = Page(
        browser,
        f"{server.url}/_control/",
        colorScheme=theme,
        reducedMotion="reduce",
        viewport={"width": width, "height": 800},
    )
    found = {}
    for view in VIEWS if width == 1280 else ("#/jobs", "#/requests", "#/jobs/casjobs/1001"):
        page.run(
            "await page.goto('about:blank'); await page.goto(args.url + args.view); await page.locator('main h1, main h2').first().waitFor(); await page.getByText('Live', { exact: true }).waitFor({ state: 'attached' })",
            view=view,
        )
        if problems := page.run("return tools.axe()"):
            found[view] = problems
        wide = page.run("return page.evaluate(() => document.documentElement.scrollWidth)")
        assert wide <= width, f"{view} is {wide} wide"
    page.open("#/jobs?q=1001&api=casjobs")
    page.run(
        "await page.getByRole('button', { name: 'Force' }).first().click(); await page.getByRole('menu').waitFor()"
    )
    if problems := page.run("return tools.axe()"):
        found["menu"] = problems
    assert found == {}


def test_every_view_fits_a_phone(browser: Browser, server: MockServer, control: Control) -> None:
    control.add_fault({"status": 503}, {"api": "prime"})
    ask(server, "/CasJobs/services/jobs.asmx/GetJobStatus?wsId=x&pw=secret&jobId=1001")
    page = Page(browser, f"{server.url}/_control/", viewport={"width": 360, "height": 720})
    page.run("await page.goto(args.url); await page.locator('.connection.live').waitFor()")
    wide = page.run(
        """
        const found = {};
        for (const view of args.views) {
          await page.evaluate((hash) => { location.hash = hash; }, view);
          await page.locator('main h1, main h2').first().waitFor();
          await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));
          found[view] = await page.evaluate(() => document.documentElement.scrollWidth);
        }
        return found;
        """,
        views=VIEWS,
    )
    assert wide == dict.fromkeys(VIEWS, 360)
    assert page.errors() == []


def test_a_server_that_goes_is_said_and_one_that_comes_back_is_found(browser: Browser) -> None:
    first = MockServer(strict=True)
    with first:
        page = Page(browser, f"{first.url}/_control/")
        page.open("#/jobs?q=1001")
        port = int(first.url.rpartition(":")[2])
    page.run(
        "await page.getByText('Disconnected').waitFor(); await page.getByRole('alert').getByText('tries again').waitFor(); await page.locator('[data-job=\"casjobs/1001\"]').waitFor()"
    )
    with MockServer(strict=True, port=port) as second:
        Control(second.url).force("casjobs", "1001", "Failed")
        page.run(
            "await page.getByText('Live', { exact: true }).waitFor(); await page.locator('[data-job=\"casjobs/1001\"][data-state=\"Failed\"]').waitFor()"
        )
    assert page.errors() == []


def test_live_updates_move_nothing_that_is_looked_at(page: Page, control: Control) -> None:
    page.open("#/jobs?api=casjobs")
    seen = page.run(
        """
        const row = page.locator('[data-job="casjobs/1004"]');
        await row.hover();
        return (await row.boundingBox()).y;
        """
    )
    control.add("casjobs", id="70001", owner="1", query="select 1", context="DR7", state="Started")
    later = page.run(
        """
        await page.locator('[data-job="casjobs/70001"]').waitFor();
        await page.getByRole('button', { name: '1 new' }).waitFor();
        return (await page.locator('[data-job="casjobs/1004"]').boundingBox()).y;
        """
    )
    assert later == seen
