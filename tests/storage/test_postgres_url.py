"""What `postgresql://…` may say, and that no message repeats its password."""

import importlib.util
from pathlib import Path

import pytest

from spanlit.storage import StoreRefused, open_store
from spanlit.storage.postgres.server_url import parse

SECRET = "se/cret"


def test_a_full_url() -> None:
    url = parse(
        "postgresql://ada:p%40ss@db.example:5433/chat?pool_size=9&schema=app&timeout=7"
        "&sslmode=verify-full&sslrootcert=/ca.pem"
    )
    assert (url.where, url.user, url.pool_size, url.schema, url.timeout) == (
        "db.example:5433/chat",
        "ada",
        9,
        "app",
        7,
    )
    assert url.dsn == (
        "postgresql://ada:p%40ss@db.example:5433/chat?sslmode=verify-full&sslrootcert=%2Fca.pem"
    )


def test_a_short_url() -> None:
    url = parse("postgres://localhost")
    assert (url.where, url.dsn) == ("localhost/spanlit", "postgresql://localhost/spanlit")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://a:5432,b:5433/chat?target_session_attrs=read-write",
        "postgresql://ada@/chat?host=/run/postgresql",
        "postgresql://[::1]:5432/chat",
        "postgresql://[::1]/chat",
    ],
)
def test_other_hosts(url: str) -> None:
    assert parse(url).database == "chat"


def test_a_password_from_the_environment() -> None:
    url = parse("postgresql://ada@db/chat?password_env=DB", {"DB": "a@b/c"})
    assert url.dsn == "postgresql://ada:a%40b%2Fc@db/chat"
    with pytest.raises(StoreRefused, match="variable DB, which is not set"):
        parse("postgresql://ada@db/chat?password_env=DB", {})


def test_authorities_of_the_system_check_everything() -> None:
    arguments = parse("postgresql://db/chat?sslmode=verify-full&sslrootcert=system")
    context = arguments.connect_arguments()["ssl"]
    assert context.check_hostname


@pytest.mark.parametrize(
    ("url", "match"),
    [
        (f"postgresql://ada:{SECRET}@db/chat", r"not of the form.*%2F"),
        (f"postgresql://ada:{SECRET}@db:port/chat", "not of the form"),
        ("postgresql://", "not of the form"),
        ("postgresql:///chat", "not of the form"),
        ("postgresql://ada:x@db:54a2/chat", "not of the form"),
        ("postgresql://ada:x@db:99999/chat", "not of the form"),
        ("postgresql://db:5432,db:0/chat", "not of the form"),
        ("postgresql://ada:se%2Fcret@db/chat?pool=1", "option 'pool'; there are: .*pool_size"),
        ("postgresql://db/chat?pool_size=0", "pool_size=0; it is from 1 to 100"),
        ("postgresql://db/chat?pool_size=x", "pool_size=x; it is a whole number"),
        ("postgresql://db/chat?timeout=-1", "timeout=-1; it is a number above 0"),
        ("postgresql://db/chat?schema=", "schema without a value"),
    ],
)
def test_bad_urls(url: str, match: str, tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match=match) as refused:
        open_store(url, data_dir=tmp_path)
    assert "cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "extra"), [("postgresql://db/chat", "postgres"), ("pgserver:", "embedded-postgres")]
)
def test_missing_packages(
    url: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(StoreRefused, match=rf"pip install 'spanlit\[{extra}\]'"):
        open_store(url, data_dir=tmp_path)
