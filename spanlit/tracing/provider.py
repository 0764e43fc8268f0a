"""Attach to the tracer provider of the application, or bring one."""

import importlib.metadata
import logging
import threading
import weakref
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.sdk.trace import Tracer as SdkTracer
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import Sampler

from .fallback import fallback_tracer
from .processor import SpanTap
from .recorder import get_recorder
from .sampler import RecordingSampler
from .threads import follow_threads, unfollow_threads

log = logging.getLogger(__name__)

SCOPE_NAME = "spanlit"


@dataclass
class _Attachment:
    """Our tap on one provider, and the sampler that the provider had before."""

    tap: SpanTap
    sampler: Sampler


_lock = threading.RLock()
_attachments: "weakref.WeakKeyDictionary[TracerProvider, _Attachment]" = weakref.WeakKeyDictionary()
_fallback_tap: SpanTap | None = None
_capturing = False
_tracer: tuple[trace.TracerProvider, trace.Tracer] | None = None


def install(*, capture: bool = True, export_content: bool = True) -> None:
    """Make the spans of this process known to the recorder. Doing it twice changes nothing.

    Attaches to the tracer provider that the application configured. If there is none, creates
    one with the exporters that the standard `OTEL_*` variables ask for; one that exists already
    keeps its own exporters. Sampling goes on deciding what is exported, but hides nothing from
    the recorder. Context follows into threads and executors from now on.

    Args:
        capture: Tell the recorder of spans. Without, only provider and threads are set up.
        export_content: Let prompts, answers and other content go to exporters that are created
            here.
    """
    with _lock:
        provider = trace.get_tracer_provider()
        if isinstance(provider, trace.ProxyTracerProvider):
            provider = _create_provider(export_content=export_content)
        follow_threads()
        if capture:
            _capture(provider)


def uninstall() -> None:
    """Undo `install`. The provider stays, since OpenTelemetry knows no way to unset it."""
    global _capturing, _fallback_tap, _tracer
    with _lock:
        for provider, attachment in _attachments.items():
            attachment.tap.listener = None
            _set_sampler(provider, attachment.sampler)
        if _fallback_tap is not None:
            _fallback_tap.listener = None
            _fallback_tap = None
        _capturing = False
        _tracer = None
        unfollow_threads()


def current_tracer() -> trace.Tracer:
    """The tracer for our own spans: of the application's provider, or the fallback."""
    provider = trace.get_tracer_provider()
    known = _tracer
    if known is not None and known[0] is provider:
        return known[1]
    return _choose_tracer(provider)


def emergency_tracer() -> trace.Tracer:
    """A tracer that always works, for when that of the application fails."""
    return fallback_tracer(SCOPE_NAME, _version(), _fallback_tap)


def _create_provider(*, export_content: bool) -> trace.TracerProvider:
    provider = TracerProvider()
    trace.set_tracer_provider(provider)
    is_ours = trace.get_tracer_provider() is provider  # not if another thread was faster
    if is_ours and isinstance(provider.get_tracer(SCOPE_NAME), SdkTracer):  # not if disabled
        from .export import add_exporters  # exporters are slow to import

        add_exporters(provider, content=export_content)
    return trace.get_tracer_provider()


def _capture(provider: trace.TracerProvider) -> None:
    global _capturing, _fallback_tap, _tracer
    if isinstance(provider, TracerProvider):
        attachment = _attachments.get(provider)
        if attachment is None:
            attachment = _attachments[provider] = _Attachment(SpanTap(), provider.sampler)
            provider.add_span_processor(attachment.tap)
        attachment.tap.listener = get_recorder()
        if not isinstance(provider.sampler, RecordingSampler):
            _set_sampler(provider, RecordingSampler(provider.sampler))
    if _fallback_tap is None:
        _fallback_tap = SpanTap()
        _fallback_tap.listener = get_recorder()
    _capturing = True
    _tracer = None


def _set_sampler(provider: TracerProvider, sampler: Sampler) -> None:
    """Also for tracers that exist; OpenTelemetry has no public way to reach those."""
    provider.sampler = sampler
    for tracer in list(getattr(provider, "_tracers", {}).values()):
        tracer.sampler = sampler


def _choose_tracer(provider: trace.TracerProvider) -> trace.Tracer:
    global _tracer
    with _lock:
        version = _version()
        tracer = provider.get_tracer(SCOPE_NAME, version)
        if not isinstance(tracer, SdkTracer) and (_capturing or not _is_foreign(provider)):
            tracer = fallback_tracer(SCOPE_NAME, version, _fallback_tap)
        _tracer = (provider, tracer)
        return tracer


def _is_foreign(provider: trace.TracerProvider) -> bool:
    """True if the provider makes spans, but not those of the OpenTelemetry SDK."""
    own = (TracerProvider, trace.ProxyTracerProvider, trace.NoOpTracerProvider)
    return not isinstance(provider, own)


def _version() -> str:
    try:
        return importlib.metadata.version("spanlit")
    except importlib.metadata.PackageNotFoundError:  # run from a folder, not installed
        return ""
