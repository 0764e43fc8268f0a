"""What `spanlit run` does first: read the configuration, take the port."""

from spanlit.server.loader import find

from . import address, log
from .invocation import Run


def start(run: Run, *, watch: bool = False) -> None:
    """Take the port, then serve; return after SIGTERM.

    Raises:
        StartError: The app cannot be served; nothing was touched if the port is taken.
        KeyboardInterrupt: Ctrl-C, after everything was shut down.
    """
    log.configure(debug=run.debug)
    config = run.config()
    sock = address.bind(config.server)
    find(run.app)
    if watch:
        from .watch import supervise

        supervise(run, sock)
    else:
        from .serve import serve

        serve(run, config, sock, open_browser=not run.headless)
