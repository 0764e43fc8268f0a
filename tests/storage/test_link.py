"""A client that is lost is replaced by one, and by none once the link is closed."""

import asyncio
from typing import Any

import aiohttp
import pytest

from spanlit.storage import StoreUnavailable
from spanlit.storage.clickhouse.link import Link


class Client:
    """What a link knows of a client."""

    def __init__(self) -> None:
        self.is_open = True

    async def close(self) -> None:
        self.is_open = False


class Server:
    """Makes clients, once it may answer."""

    def __init__(self) -> None:
        self.clients: list[Client] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def connect(self) -> Any:
        await self.may_answer.wait()
        self.clients.append(Client())
        return self.clients[-1]

    @property
    def open_clients(self) -> int:
        return sum(client.is_open for client in self.clients)


async def nothing(_: Any) -> None: ...


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def link(server: Server) -> Link:
    link = Link(server.connect, nothing, where="here", user="storage.url", reconnect=True)
    await link.open()
    return link


class Call:
    """A call that goes on until its connection is lost, and then succeeds."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.lost = asyncio.Event()
        self.error: Exception = aiohttp.ServerDisconnectedError()

    async def __call__(self, client: Any) -> Any:
        if not self.began.is_set():
            self.began.set()
            await self.lost.wait()
            raise self.error
        return client


async def test_a_call_that_ends_after_the_close_connects_to_nothing(
    server: Server, link: Link
) -> None:
    call = Call()
    task = asyncio.create_task(link.call(call))
    await call.began.wait()
    await link.close()
    call.lost.set()
    with pytest.raises(StoreUnavailable, match="not open"):
        await task
    assert server.open_clients == 0


async def test_a_close_while_a_client_is_replaced_closes_the_new_one(
    server: Server, link: Link
) -> None:
    call = Call()
    call.lost.set()
    server.may_answer.clear()
    task = asyncio.create_task(link.call(call))
    await call.began.wait()
    await asyncio.sleep(0)
    await link.close()
    server.may_answer.set()
    with pytest.raises(StoreUnavailable, match="not open"):
        await task
    assert server.open_clients == 0


async def test_whatever_a_replaced_client_says_the_call_is_made_again(
    server: Server, link: Link
) -> None:
    slow, quick = Call(), Call()
    slow.error = RuntimeError("the client is closed")
    task = asyncio.create_task(link.call(slow))
    await slow.began.wait()
    quick.lost.set()
    await link.call(quick)
    slow.lost.set()
    assert await task is server.clients[-1]
    assert (len(server.clients), server.open_clients) == (2, 1)
