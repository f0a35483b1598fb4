"""The recorder: what passes through it unchanged, what is rewritten, what is kept and what is written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from mockserver.drift.addresses import Rewriter
from mockserver.drift.exchange import Exchange
from mockserver.drift.recorder import KEPT, Recorder, Upstream, recorder

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def upstream(handler: Handler) -> AsyncIterator[str]:
    runner = web.ServerRunner(web.Server(handler))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def between(handler: Handler, **facts: Any) -> AsyncIterator[tuple[Recorder, str, list[Exchange], Any]]:
    """Yield a recorder before a handler, the handler's address, what was kept, and a client."""
    kept: list[Exchange] = []

    async def keep(exchange: Exchange) -> None:
        kept.append(exchange)

    async with (
        upstream(handler) as root,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        recorder(Upstream(root=root, **facts), keep) as made,
    ):
        yield made, root, kept, session


OLD, NEW = "http://real.example:8080", "https://127.0.0.1:1"


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("see http://real.example:8080/a", "see https://127.0.0.1:1/a"),
        (r'{"url":"http:\/\/real.example:8080\/a"}', r'{"url":"https:\/\/127.0.0.1:1\/a"}'),
        ("?next=http%3A%2F%2Freal.example%3A8080%2Fa", "?next=https%3A%2F%2F127.0.0.1%3A1%2Fa"),
        ("HTTP://REAL.example:8080/", "https://127.0.0.1:1/"),
        ("http://real.example:80801/ http://real.example/", "http://real.example:80801/ http://real.example/"),
        ("http://unreal.example:8080/", "http://unreal.example:8080/"),
        ("http://real.example:8080.evil.example/", "http://real.example:8080.evil.example/"),
    ],
)
def test_an_address_is_rewritten_however_it_is_written(text: str, rewritten: str) -> None:
    assert Rewriter(OLD, NEW).text(text) == rewritten


@pytest.mark.parametrize("text", ["https://real.example/a", "https://real.example:443/a"])
def test_the_usual_port_may_be_written_or_not(text: str) -> None:
    assert Rewriter("https://real.example", NEW).text(text) == f"{NEW}/a"


@given(st.lists(st.sampled_from([OLD, OLD[:16], "/a", "ü", " ", '"', r"\/", OLD[:9]])), st.data())
def test_pieces_are_rewritten_as_the_whole_is(parts: list[str], pieces: Any) -> None:
    text = "".join(parts).encode()
    rewriter, made, at = Rewriter(OLD, NEW), b"", 0
    while at < len(text):
        step = pieces.draw(st.integers(1, 40))
        made += rewriter.feed(text[at : at + step])
        at += step
    assert made + rewriter.feed(b"", last=True) == Rewriter(OLD, NEW).whole(text)


async def test_an_answer_is_as_it_was_but_for_addresses() -> None:
    async def handler(request: web.BaseRequest) -> web.Response:
        text = f'{{"here": "http://{request.host}/x"}}'
        headers = {"Set-Cookie": "a=b; Domain=real.example; Secure; Path=/", "X-Own": "kept", "Keep-Alive": "5"}
        return web.Response(status=203, text=text, content_type="application/json", headers=headers)

    async with between(handler) as (made, root, kept, session):
        async with session.get(URL(f"{made.url}/a?b=c%2Fd", encoded=True)) as answer:
            assert (answer.status, await answer.json()) == (203, {"here": f"{made.url}/x"})
            assert answer.headers["Set-Cookie"] == "a=b; Path=/"
            assert answer.headers["X-Own"] == "kept"
            assert answer.headers["Content-Length"] == str(len(f'{{"here": "{made.url}/x"}}'))
        await asyncio.sleep(0)
    (one,) = kept
    assert (one.method, one.url, one.status) == ("GET", f"{root}/a?b=c%2Fd", 203)
    assert json.loads(one.answer) == {"here": f"{root}/x"}


async def test_a_request_names_the_systems_own_addresses() -> None:
    seen: list[Any] = []

    async def handler(request: web.BaseRequest) -> web.Response:
        seen.append((request.host, request.headers.get("Referer"), await request.text()))
        return web.Response(status=204)

    async with between(handler) as (made, root, _, session):
        body, headers = f"referer={made.url}/app", {"Referer": f"{made.url}/page", "Content-Type": "text/plain"}
        async with session.post(made.url, data=body, headers=headers) as answer:
            assert answer.status == 204
    assert seen == [(root.removeprefix("http://"), f"{root}/page", f"referer={root}/app")]


async def test_the_hosts_name_can_be_kept() -> None:
    async def handler(request: web.BaseRequest) -> web.Response:
        return web.Response(text=request.host)

    async with between(handler, keep_host=True) as (made, _, _, session), session.get(made.url) as answer:
        assert await answer.text() == made.url.removeprefix("http://")


async def test_an_answer_without_a_type_stays_without() -> None:
    async def handler(request: web.BaseRequest) -> web.Response:
        return web.Response(status=302, headers={"Location": f"http://{request.host}/login"})

    async with between(handler) as (made, _, kept, session), session.get(made.url, allow_redirects=False) as answer:
        assert answer.headers["Location"] == f"{made.url}/login"
        assert "Content-Type" not in answer.headers
    assert kept[0].status == 302


async def test_a_large_answer_streams_and_is_kept_in_part() -> None:
    pieces = [b"x" * 100_000, b"y" * (KEPT + 5)]
    go_on = asyncio.Event()

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await response.prepare(request)
        await response.write(b"z" * 300_000)
        await go_on.wait()
        for piece in pieces:
            await response.write(piece)
        await response.write_eof()
        return response

    async with between(handler) as (made, _, kept, session), session.get(made.url) as answer:
        first = await answer.content.read(1000)
        go_on.set()  # the beginning has come while the rest was not yet there
        rest = await answer.content.read()
    assert first + rest == b"z" * 300_000 + b"".join(pieces)
    assert len(kept[0].answer) == KEPT and not kept[0].content_known


async def test_a_large_request_passes_whole() -> None:
    async def handler(request: web.BaseRequest) -> web.Response:
        size = 0
        async for piece in request.content.iter_chunked(1 << 16):
            size += len(piece)
        return web.Response(text=str(size))

    async with between(handler) as (made, _, kept, session), session.post(made.url, data=b"x" * (KEPT * 2)) as answer:
        assert await answer.text() == str(KEPT * 2)
    assert len(kept[0].body) == KEPT and not kept[0].request_known


async def test_a_system_that_is_not_there_is_a_502() -> None:
    kept: list[Exchange] = []

    async def keep(exchange: Exchange) -> None:
        kept.append(exchange)

    async with (
        aiohttp.ClientSession() as session,
        recorder(Upstream(root="http://127.0.0.1:1"), keep) as made,
        session.get(made.url) as answer,
    ):
        assert answer.status == 502
        assert "127.0.0.1:1" in await answer.text()
    assert kept[0].status == 0
