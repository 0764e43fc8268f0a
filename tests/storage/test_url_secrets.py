"""URLs that are wrong in all sorts of ways: what is said of them never has the password."""

import asyncio
import traceback
from pathlib import Path

import pytest

from spanlit.storage import StoreError, open_store
from spanlit.storage.transfer.chainlit.database import connected
from spanlit.storage.transfer.errors import TransferError

SECRET = "geheim"
SCHEMES = (
    "clickhouse",
    "clickhouses",
    "Clickhouse",
    "postgresql",
    "postgres",
    "postgresql+asyncpg",
    "chdb",
    "pgserver",
    "mysql",
)
WRONG = (
    f"//ada:{SECRET}@127.0.0.1:x/chat",
    f"//ada:{SECRET}@127.0.0.1:99999/chat",
    f"//ada:{SECRET}@[::1/chat",
    f"//ada:{SECRET}#x@127.0.0.1:1/chat",
    f"//ada:{SECRET}/x@127.0.0.1:1/chat",
    f"//ada:1/{SECRET}@127.0.0.1:1",
    f"//ada:1/{SECRET}@127.0.0.1:1/chat",
    f"//ada:1?{SECRET}@127.0.0.1:1/chat",
    f"//ada:{SECRET}@/chat",
    f"//ada:{SECRET} x@127.0.0.1:1/chat",
    f"//ada:{SECRET}@127.0.0.1:1/chat?no_option=1",
    f"//ada:{SECRET}@127.0.0.1:1/chat?connect_timeout=x",
    f"//ada@127.0.0.1:1/chat?readonly_password={SECRET}",
    f"//ada:{SECRET}@127.0.0.1:1,127.0.0.1:x/chat",
    f"//ada:{SECRET}@127.0.0.1:1/chat",
)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("rest", WRONG)
async def test_passwords_are_not_repeated(scheme: str, rest: str, tmp_path: Path) -> None:
    url = f"{scheme}:{rest}"

    async def open_as_store() -> None:
        await open_store(url, data_dir=tmp_path).open()

    async def open_as_source() -> None:
        async with connected(url):
            pass

    for attempt, kind in ((open_as_store, StoreError), (open_as_source, TransferError)):
        with pytest.raises(kind) as refused:
            await asyncio.wait_for(attempt(), 10)
        assert SECRET not in str(refused.value)
        assert SECRET not in "".join(traceback.format_exception(refused.value))
