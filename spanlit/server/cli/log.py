"""Logging of `spanlit run`: plain text on stderr, one line per event."""

import logging

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def configure(*, debug: bool) -> None:
    """Log our events and the warnings of others; with `debug` everything of ours and of uvicorn.

    Args:
        debug: The flag `-d`.
    """
    logging.basicConfig(level=logging.WARNING, format=FORMAT, datefmt="%H:%M:%S")
    logging.getLogger("spanlit").setLevel(logging.DEBUG if debug else logging.INFO)
    logging.getLogger("uvicorn").setLevel(logging.DEBUG if debug else logging.WARNING)
