"""A tracer of our own, for when the application's provider makes no spans that we can read.

With `OTEL_SDK_DISABLED=true`, without any provider, or with a provider of another make, steps
need ids, nesting and a life all the same. The tracer is built without a provider, so nothing
that it makes is ever exported.
"""

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import (
    SpanLimits,
    SpanProcessor,
    SynchronousMultiSpanProcessor,
    Tracer,
)
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.sdk.util.instrumentation import InstrumentationScope


def fallback_tracer(scope_name: str, scope_version: str, processor: SpanProcessor | None) -> Tracer:
    """A tracer whose spans are real and go to `processor` only.

    Args:
        scope_name: Name of the instrumentation scope.
        scope_version: Version of the instrumentation scope.
        processor: Who sees the spans; None for nobody.
    """
    processors = SynchronousMultiSpanProcessor()  # type: ignore[no-untyped-call] # untyped __init__ upstream
    if processor is not None:
        processors.add_span_processor(processor)
    return Tracer(
        sampler=ALWAYS_ON,
        resource=Resource.create(),
        span_processor=processors,
        id_generator=RandomIdGenerator(),
        instrumentation_info=None,  # type: ignore[arg-type] # deprecated by instrumentation_scope
        span_limits=SpanLimits(),
        instrumentation_scope=InstrumentationScope(scope_name, scope_version),
    )
