"""When a browser is opened, and when not."""

import threading
import webbrowser

import pytest

from spanlit.server.cli import browser


@pytest.mark.parametrize(
    ("platform", "environment", "opened"),
    [
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0", "CI": "true"}, False),
        ("darwin", {}, True),
        ("darwin", {"SSH_CONNECTION": "::1 1 ::1 2"}, False),
        ("win32", {}, True),
        ("win32", {"CI": "1"}, False),
    ],
)
def test_a_browser_is_opened_where_a_person_can_see_it(
    monkeypatch: pytest.MonkeyPatch, platform: str, environment: dict[str, str], opened: bool
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "CI", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", platform)
    pages: list[str] = []
    monkeypatch.setattr(webbrowser, "open", pages.append)

    browser.open_page("http://127.0.0.1:1")

    for thread in threading.enumerate():
        if thread.name == "browser":
            thread.join()
    assert bool(pages) is opened
