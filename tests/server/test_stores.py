"""What people are told of storage."""

import pytest

from spanlit.server.config import StorageConfig
from spanlit.server.live.events import ServerStatus
from spanlit.server.stores import LOG_HINT, Stores
from spanlit.storage.writing.writer import WriterStatus

STORES = Stores(StorageConfig(url="clickhouse://somewhere"))


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (WriterStatus("starting"), ServerStatus(storage="ok")),
        (WriterStatus("ok"), ServerStatus(storage="ok")),
        (WriterStatus("away", "/secret"), ServerStatus(storage="away", hint=LOG_HINT)),
        (
            WriterStatus("ok", "/secret", disk_refuses=True, unsaved_rows=7),
            ServerStatus(storage="ok", hint=LOG_HINT, disk_refuses=True, unsaved_rows=7),
        ),
        (
            WriterStatus("ok", shed_bodies=1),
            ServerStatus(storage="ok", hint=LOG_HINT, shed_bodies=1),
        ),
        (
            WriterStatus("ok", dropped_rows=1),
            ServerStatus(storage="ok", hint=LOG_HINT, dropped_rows=1),
        ),
    ],
)
def test_what_is_lost_or_at_risk_is_told_without_names(
    status: WriterStatus, told: ServerStatus
) -> None:
    assert STORES.status(status) == told


def test_a_store_in_memory_tells_of_losses_only() -> None:
    memory = Stores(StorageConfig(url="memory:"))
    status = WriterStatus("ok", "/secret", disk_refuses=True, unsaved_rows=7, dropped_rows=2)
    assert memory.status(status) == ServerStatus(storage="memory", dropped_rows=2)
