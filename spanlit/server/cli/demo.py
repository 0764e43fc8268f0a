"""Where the demo of `spanlit hello` lies."""

from pathlib import Path

import spanlit
from spanlit.server.errors import AppNotFoundError

DOCS_VARIABLE = "SPANLIT_HELLO_DOCS"
"""Environment variable that tells the demo which folder of documents to answer from."""

INTRODUCTION = {
    "SPANLIT_UI__NAME": "Docs assistant",
    "SPANLIT_UI__DESCRIPTION": "Ask about the documentation. Every step of the answer is shown "
    "while it happens.",
}
"""What the demo is called, as settings that the environment may hold already."""

PLACE = Path("examples", "docs_assistant", "app.py")


def app_file() -> Path:
    """The app file of the demo: inside the package in a wheel, beside it in a checkout.

    Raises:
        AppNotFoundError: The installation has no demo.
    """
    package = Path(spanlit.__file__).parent
    for folder in (package, package.parent):
        if (folder / PLACE).is_file():
            return folder / PLACE
    raise AppNotFoundError(f"The demo is missing from this installation: no {package / PLACE}.")
