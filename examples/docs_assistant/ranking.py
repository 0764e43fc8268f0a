"""Several searches, one order: reciprocal rank fusion."""

from collections.abc import Sequence

from mcp_server import Hit

RANK_OFFSET = 60
"""The constant of Cormack, Clarke and Büttcher (2009); it tames the first ranks."""


def fuse(searches: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Merge the results of searches, the best first.

    BM25 scores of different queries cannot be compared; places in a list can. The score of a
    merged hit is the sum of 1 / (60 + place).
    """
    scores: dict[str, float] = {}
    hits: dict[str, Hit] = {}
    for found in searches:
        for place, hit in enumerate(found, start=1):
            scores[hit.id] = scores.get(hit.id, 0.0) + 1 / (RANK_OFFSET + place)
            hits[hit.id] = hit
    best = sorted(scores, key=scores.__getitem__, reverse=True)
    return [
        hits[section].model_copy(update={"score": round(scores[section], 4)}) for section in best
    ]
