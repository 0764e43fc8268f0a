"""Open the app in the person's browser, where there is one."""

import os
import sys
import threading
import webbrowser


def open_page(url: str) -> None:
    """Open `url` unless this is a CI job or a machine without a display."""
    if _has_browser():
        # webbrowser waits for text browsers and for slow desktops.
        threading.Thread(target=webbrowser.open, args=(url,), name="browser", daemon=True).start()


def _has_browser() -> bool:
    if os.environ.get("CI") or os.environ.get("SSH_CONNECTION"):
        return False
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
