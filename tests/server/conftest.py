"""One embedded engine for all tests of the server, a database of it for each test."""

import itertools
import os
import signal
from collections.abc import Iterator

import pytest

from spanlit.storage.clickhouse import why_unavailable
from spanlit.storage.clickhouse.engine.endpoint import Endpoint
from spanlit.storage.clickhouse.engine.launcher import ensure

_databases = itertools.count(1)


@pytest.fixture(scope="session")
def engine_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if reason := why_unavailable():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("engine")
    ensure(folder)
    yield f"chdb://{folder}"
    endpoint = Endpoint.load(folder)
    if endpoint is not None:
        os.kill(endpoint.pid, signal.SIGTERM)


@pytest.fixture
def embedded_url(engine_url: str) -> str:
    """An empty database."""
    return f"{engine_url}?database=server_{next(_databases)}"
