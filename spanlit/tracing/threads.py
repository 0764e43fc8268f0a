"""Let the OpenTelemetry context follow into threads and executors."""

_following = False


def follow_threads() -> None:
    """Instrument `threading` and `concurrent.futures`, unless the application did."""
    global _following
    from opentelemetry.instrumentation.threading import (  # slow to import
        ThreadingInstrumentor,
    )

    instrumentor = ThreadingInstrumentor()
    if not instrumentor.is_instrumented_by_opentelemetry:
        instrumentor.instrument()
        _following = True


def unfollow_threads() -> None:
    """Undo `follow_threads`."""
    global _following
    if not _following:
        return
    from opentelemetry.instrumentation.threading import ThreadingInstrumentor

    ThreadingInstrumentor().uninstrument()
    _following = False
