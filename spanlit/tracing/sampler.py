"""A sampler that decides what is exported, but lets every span be recorded."""

from collections.abc import Sequence

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import AlwaysRecordSampler, SamplingResult
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes


class RecordingSampler(AlwaysRecordSampler):
    """OpenTelemetry's `AlwaysRecordSampler`, with the attributes that a span starts with.

    The SDK gives a span only the attributes in its sampler's answer. Those of the SDK answer
    without any when they drop a span, which `AlwaysRecordSampler` passes on, and samplers of
    applications forget them. The span would lack its kind and whatever else it started with.
    """

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Decide as the wrapped sampler does, and record what it would drop."""
        result = super().should_sample(
            parent_context, trace_id, name, kind, attributes, links, trace_state
        )
        if not attributes or attributes.keys() <= result.attributes.keys():
            return result
        return SamplingResult(
            result.decision, {**attributes, **result.attributes}, result.trace_state
        )
