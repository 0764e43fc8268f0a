"""What the store knows of a thread, read in one go."""

import asyncio
from dataclasses import dataclass, field

from spanlit.storage import Store
from spanlit.storage.models import Score, TurnTotals
from spanlit.tracing.record import SpanRecord


@dataclass(frozen=True, slots=True)
class History:
    """Turns and messages of a thread with their sums and scores."""

    spans: list[SpanRecord] = field(default_factory=list)
    totals: dict[str, TurnTotals] = field(default_factory=dict)
    scores: list[Score] = field(default_factory=list)


async def read_history(store: Store, project: str, thread_id: str) -> History:
    """Read the history of a thread.

    Raises:
        StoreError: The store does not answer.
    """
    spans, totals, scores = await asyncio.gather(
        store.thread_spans(project, thread_id),
        store.turn_totals(project, thread_id),
        store.scores(project, thread_id=thread_id),
    )
    return History(spans, totals, scores)
