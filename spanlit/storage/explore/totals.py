"""Conditions on the sums over a trace."""

import operator
from collections.abc import Callable, Sequence
from typing import Any, Final

from spanlit.storage.models import TurnTotals

from .query import Condition
from .query_check import values_of

TOTALS: Final[dict[str, Callable[[TurnTotals], float]]] = {
    "spans": lambda totals: totals.span_count,
    "errors": lambda totals: totals.error_count,
    "input_tokens": lambda totals: totals.input_tokens,
    "output_tokens": lambda totals: totals.output_tokens,
    "tokens": lambda totals: totals.input_tokens + totals.output_tokens,
    "cost_usd": lambda totals: totals.cost_usd,
}
"""Field of `TraceQuery.totals` -> its value."""

_TESTS: Final[dict[str, Callable[[float, tuple[Any, ...]], bool]]] = {
    "=": lambda have, values: have in values,
    "!=": lambda have, values: have not in values,
    "<": lambda have, values: operator.lt(have, values[0]),
    "<=": lambda have, values: operator.le(have, values[0]),
    ">": lambda have, values: operator.gt(have, values[0]),
    ">=": lambda have, values: operator.ge(have, values[0]),
}


def totals_pass(totals: TurnTotals, conditions: Sequence[Condition]) -> bool:
    """Whether sums pass all of the conditions of `TraceQuery.totals`."""
    return all(_TESTS[c.op](TOTALS[c.field](totals), values_of(c)) for c in conditions)
