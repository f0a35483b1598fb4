"""What happens while a list is on its way to the page: a list is older than what was told meanwhile."""

from __future__ import annotations

import pytest

from mockserver import MockServer
from mockserver.client import Control
from tests.control.console.conftest import Page
from tests.control.console.test_console import ask

# Holds back the answers of a path until `args.change` was done and seen to have been; says how often it was asked.
HELD_BACK = """
let asked = 0;
await page.route(args.list, async (route) => {
  asked += 1;
  const answer = await route.fetch();
  if (asked === 1) {
    await page.locator(args.shown).first().waitFor();
    await fetch(args.server + args.change.path, { method: args.change.method, body: args.change.body });
    await page.locator(args.seen).first().waitFor({ state: args.state });
  }
  await route.fulfill({ response: answer });
});
const after = page.waitForResponse((response) => response.url().includes(args.after));
await page.goto(args.url + args.view);
await after;
await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));
return page.locator(args.seen).count();
"""


def _while_the_jobs_are_read(page: Page, server: MockServer, seen: str, state: str, **change: object) -> int:
    found: int = page.run(
        HELD_BACK,
        list="**/jobs?brief=true&limit=150",
        # The journal is read after the jobs: once it is asked for, the list has been taken in.
        after="/requests?bodies=false",
        view="#/jobs?api=casjobs",
        shown='[data-job="casjobs/1001"]',
        server=server.url,
        seen=seen,
        state=state,
        change=change,
    )
    return found


def test_a_job_that_is_deleted_while_the_list_is_read_leaves_no_ghost(page: Page, server: MockServer) -> None:
    path = "/_control/jobs/casjobs/1001"
    assert (
        _while_the_jobs_are_read(page, server, '[data-job="casjobs/1001"]', "detached", method="DELETE", path=path) == 0
    )
    assert page.run("return page.locator('[data-job=\"casjobs/1004\"]').count()") == 1


def test_a_job_that_moves_while_the_list_is_read_stays_where_it_is(page: Page, server: MockServer) -> None:
    moved = '[data-job="casjobs/1001"][data-state="Canceling"]'
    path, body = "/_control/jobs/casjobs/1001/state", '{"state": "Canceling"}'
    assert _while_the_jobs_are_read(page, server, moved, "attached", method="PUT", path=path, body=body) == 1


def test_a_journal_that_is_emptied_while_it_is_read_is_empty(page: Page, server: MockServer, control: Control) -> None:
    ask(server, "/CasJobs/services/jobs.asmx/GetJobStatus?wsId=1&pw=secret&jobId=1001")
    page.open("#/requests")
    page.run("await page.locator('[data-request=\"1\"]').waitFor()")
    left = page.run(
        """
        const reads = [];
        await page.route('**/requests?bodies=false*', async (route) => {
          const answer = await route.fetch();
          reads.push(answer);
          if (reads.length === 1) {
            await fetch(args.server + '/_control/requests', { method: 'DELETE' });
            await page.locator('[data-request="1"]').waitFor({ state: 'detached' });
          }
          await route.fulfill({ response: answer });
        });
        const again = page.waitForResponse((response) => response.url().includes('/requests?bodies=false') && reads.length > 1);
        await fetch(args.server + '/_control/reset', { method: 'POST', body: '{"keep": ["requests"]}' });
        await again;
        await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));
        return page.locator('[data-request="1"]').count();
        """,
        server=server.url,
    )
    assert left == 0
    assert control.requests() == []


@pytest.mark.parametrize("address", ["?sandbox=t1#/jobs?q=1001", "#/jobs?sandbox=t1&q=1001"])
def test_a_sandbox_named_in_the_address_is_shown_and_stays(page: Page, control: Control, address: str) -> None:
    control.create_sandbox("t1")
    control.sandbox("t1").force("casjobs", "1001", "Failed")
    row = '[data-job="casjobs/1001"][data-state="Failed"]'
    page.open()
    # From a page that shows another one: where only what follows the # differs, the browser reloads nothing.
    page.run(
        "await page.goto(args.url + args.address); await page.locator(args.row).waitFor()", address=address, row=row
    )
    page.run(
        """
        await page.getByRole('link', { name: 'Requests', exact: true }).click();
        await page.getByRole('heading', { name: 'Requests', exact: true }).waitFor();
        await page.reload();
        await page.getByRole('link', { name: 'Jobs', exact: true }).click();
        await page.getByRole('link', { name: 'casjobs/1001' }).click();
        await page.locator('section[data-state="Failed"]').waitFor();
        """
    )
    curl = page.run("return page.locator('code').filter({ hasText: 'curl' }).allTextContents()")
    assert all("/_control/sandboxes/t1/jobs/casjobs/1001" in one for one in curl)
    assert len(curl) == 4
