"""URLs of ClickHouse servers: what they say, and what they are told when they say nothing."""

import pytest

from spanlit.storage import StoreRefused
from spanlit.storage.clickhouse.server_url import parse


def test_a_short_url_is_completed() -> None:
    server = parse("clickhouse://host")
    assert (server.host, server.port, server.secure) == ("host", 8123, False)
    assert (server.user, server.password, server.database) == ("default", "", "spanlit")
    assert server.compress is True
    assert server.read_settings == {"max_execution_time": 30}
    assert parse("clickhouses://host").port == 8443


def test_a_long_url_is_understood() -> None:
    server = parse(
        "clickhouses://me:a%2Fb@[::1]:9440/traces?cluster=c&readonly_user=r&readonly_password=p%26q"
        "&compress=zstd&connect_timeout=2.5&timeout=7&verify=0&ca_cert=/ca.pem&client_cert=/c.pem"
        "&client_cert_key=/k.pem&settings=max_threads=4,join_use_nulls=0&max_execution_time=5"
        "&max_memory_usage=1e9"
    )
    assert (server.host, server.port, server.secure, server.where) == (
        *("::1", 9440, True),
        "::1:9440/traces",
    )
    assert (server.user, server.password) == ("me", "a/b")
    assert (server.readonly_user, server.readonly_password) == ("r", "p&q")
    assert (server.cluster, server.compress, server.verify) == ("c", "zstd", False)
    assert (server.connect_timeout, server.timeout) == (2.5, 7)
    assert (server.ca_cert, server.client_cert, server.client_cert_key) == (
        *("/ca.pem", "/c.pem"),
        "/k.pem",
    )
    assert server.settings == {"max_threads": "4", "join_use_nulls": "0"}
    assert server.read_settings == {"max_execution_time": 5, "max_memory_usage": 1_000_000_000}


def test_passwords_come_from_the_environment() -> None:
    url = "clickhouse://me@host/x?password_env=A&readonly_user=r&readonly_password_env=B"
    server = parse(url, {"A": "secret a", "B": "secret b"})
    assert (server.password, server.readonly_password) == ("secret a", "secret b")
    assert "secret" not in repr(server)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ("color=red", "has the option 'color'; there are: .*cluster, .*timeout"),
        ("password=hunter3", "has the option 'password'"),
        ("compress=brotli", "compress=brotli; it is one of lz4, zstd, gzip, off"),
        ("timeout=soon", "timeout=soon; it is a number above 0"),
        ("timeout=nan", "it is a number above 0"),
        ("connect_timeout=-1", "it is a number above 0"),
        ("max_memory_usage=lots", "max_memory_usage=lots; it is a number above 0"),
        ("settings=max_threads", "settings=max_threads; it is name=value,name=value"),
        ("settings=a b=1", "it is name=value,name=value"),
        ("cluster=", "cluster=; it is a name"),
        ("ca_cert=/x", "must begin with clickhouses://"),
        ("verify=maybe", "verify=maybe; it is 1 or 0"),
        ("password_env=NOT_THERE", "environment variable NOT_THERE, which is not set"),
        ("readonly_password=hunter3", "a readonly_password, and no readonly_user"),
    ],
)
def test_an_option_that_means_nothing_is_refused(options: str, complaint: str) -> None:
    with pytest.raises(StoreRefused, match=complaint) as caught:
        parse(f"clickhouse://me:hunter2@host/x?{options}", {})
    assert "hunter" not in str(caught.value)
