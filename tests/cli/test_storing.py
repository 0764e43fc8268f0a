"""`spanlit migrate` and `spanlit storage` on a real store."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from spanlit.storage.clickhouse import why_unavailable
from spanlit.storage.writing.journal import encode_row
from spanlit.testing import AppProcess
from tests.cli.conftest import Spanlit
from tests.cli.test_data_folder import end_engine
from tests.cli.test_moving import talk
from tests.storage.support import thread

pytestmark = pytest.mark.skipif(bool(why_unavailable()), reason="needs spanlit[embedded]")


@pytest.fixture(autouse=True)
def _engine(tmp_path: Path) -> Iterator[None]:
    yield
    end_engine(tmp_path / ".spanlit" / "clickhouse")


def test_migrate(spanlit: Spanlit) -> None:
    planned = spanlit("migrate", "--dry-run")
    not_yet = spanlit("export", "-")
    done = spanlit("migrate")
    again = spanlit("migrate")

    assert planned.returncode == done.returncode == again.returncode == 0, planned.stderr
    assert "0001_" in planned.stdout
    assert planned.stdout.replace("would be applied", "was applied") == done.stdout
    assert again.stdout == "The schema is up to date.\n"
    assert not_yet.returncode == 1
    assert "spanlit migrate" in not_yet.stderr


def test_check(spanlit: Spanlit, echo_app: Path) -> None:
    with AppProcess(echo_app) as server:
        talk(server.url, "hello")
        well = spanlit("storage", "check")
    spool = echo_app.parent / ".spanlit" / "spool"
    (spool / "0123").mkdir(parents=True)
    (spool / "0123" / "00000001.seg").write_bytes(encode_row(thread()) + encode_row(thread("two")))
    (spool / "damaged").mkdir()
    (spool / "damaged" / "x.seg").write_bytes(b"junk")
    waiting = spanlit("storage", "check", "--json")
    blobs = echo_app.parent / ".spanlit" / "blobs"
    blobs.rmdir()
    blobs.write_text("a file where the folder should be")
    ill = spanlit("storage", "check")

    assert well.returncode == 0, well.stdout
    assert "spool: nothing waits" in well.stdout
    assert "blobs: their storage answers" in well.stdout
    assert "spans" in well.stdout
    document = json.loads(waiting.stdout)
    texts = [finding["text"] for finding in document["findings"]]
    assert "spool: 2 rows in 1 files wait for the store" in texts
    assert any("1 damaged files lie in" in text for text in texts)
    assert {table["name"] for table in document["tables"]} >= {"spans", "threads"}
    assert ill.returncode == 1
    assert "blobs" in ill.stdout + ill.stderr


def test_check_of_a_store_that_is_away(spanlit: Spanlit, tmp_path: Path) -> None:
    result = spanlit("storage", "check", "--store", "clickhouse://ada:s3cret@127.0.0.1:1/db")

    assert result.returncode == 1
    assert "ERROR    store: " in result.stdout
    assert "127.0.0.1:1/db cannot be reached" in result.stdout
    assert "s3cret" not in result.stdout + result.stderr


def test_delete_and_collect(spanlit: Spanlit, echo_app: Path) -> None:
    with AppProcess(echo_app) as server:
        thread_id = talk(server.url, "forget me")
        kept_id = talk(server.url, "keep me")

    asked = spanlit("storage", "delete", "--thread", thread_id)
    deleted = spanlit("storage", "delete", "--thread", thread_id, "--yes")
    nothing = spanlit("storage", "delete", "--thread", thread_id, "--yes")
    collected = spanlit("storage", "gc")
    retained = spanlit("storage", "retain")
    exported = spanlit("export", "-")

    assert asked.returncode == 1
    assert deleted.returncode == 0, deleted.stderr
    assert "1 thread" in deleted.stdout
    assert nothing.returncode == 1
    assert "There was nothing of that id" in nothing.stderr
    assert collected.stdout == "0 of 0 blobs were deleted (0.0 of 0.0 MB).\n"
    assert retained.stdout == "Deleted nothing.\n"
    assert "forget me" not in exported.stdout
    assert kept_id in exported.stdout


def test_delete_wants_one_thing(spanlit: Spanlit) -> None:
    assert spanlit("storage", "delete").returncode == 2
    assert spanlit("storage", "delete", "--thread", "a", "--user", "b").returncode == 2
