"""Conditions as SQL of Postgres. Keys and values are parameters, never text of the query."""

from collections.abc import Sequence
from typing import Any, Final

import orjson

from spanlit.storage.explore.query import ATTRIBUTE_PREFIX, FULL_TEXT, Condition
from spanlit.storage.explore.query_check import values_of
from spanlit.storage.explore.words import fold, words
from spanlit.tracing import attributes as keys

TEXTS: Final = {
    "status": "status",
    "kind": "kind",
    "name": "name",
    "provider": "provider",
    "model": "model",
    "user": "user_id",
    "thread": "thread_id",
    "trace": "trace_id",
    "status_message": "status_message",
}
"""Field -> column."""

NUMBERS: Final = {
    "duration_ms": "CASE WHEN ended THEN duration_ns::float8 / 1e6::float8 END",
    "ttft_ms": "nullif(ttft_ms, 0)",
    "input_tokens": "input_tokens::float8",
    "output_tokens": "output_tokens::float8",
    "tokens": "(input_tokens::float8 + output_tokens)",
    "cost_usd": "cost_usd",
}
"""Field -> value; NULL if a span is without it."""

BODIES: Final = "input || ' ' || output"
WORDS: Final = f"spanlit_words({BODIES})"
"""Literally the expression of the index on roots."""


class Where:
    """Makes conditions, and collects their parameters."""

    def __init__(self) -> None:
        self.parameters: dict[str, Any] = {}

    def all_of(self, conditions: Sequence[Condition], *, roots: bool = False) -> str:
        """An expression that is true where all of the conditions are.

        Args:
            roots: Whether only roots are looked at, so that the index of words can be used.
        """
        return " AND ".join(self._one(c, roots) for c in conditions) or "true"

    def group(self, field: str) -> str:
        """An expression for the value of a field that is grouped by."""
        if field.startswith(ATTRIBUTE_PREFIX):
            return f"coalesce({_text_of(self._value(field))}, '')"
        return TEXTS[field]

    def bind(self, type_name: str, value: Any) -> str:
        """Add a parameter and return how SQL names it."""
        name = f"where_{len(self.parameters)}"
        self.parameters[name] = value
        return f"{{{name}}}::{type_name}"

    def _one(self, condition: Condition, roots: bool) -> str:
        op = condition.op
        if condition.field == FULL_TEXT:
            return self._words(str(condition.value), roots)
        negative = op == "!=" or (op == "exists" and not condition.value)
        test = self._positive(condition)
        # Not around what is not negated: it would keep indexes from being used.
        return f"NOT coalesce({test}, false)" if negative else f"({test})"

    def _positive(self, condition: Condition) -> str:
        """A test without a `not`; NULL counts as false."""
        field, op, value = condition.field, condition.op, condition.value
        if field == "tag":
            return self._tag(condition)
        if field in TEXTS:
            column = TEXTS[field]
            if op == "exists":
                return f"{column} <> ''"
            if op == "contains":
                return self._contains(column, str(value))
            if isinstance(value, tuple):
                return f"{column} = ANY({self.bind('text[]', list(value))})"
            return f"{column} = {self.bind('text', value)}"
        if field in NUMBERS:
            number = NUMBERS[field]
            return f"{number} <> 0" if op == "exists" else self._compare(number, condition)
        return self._attribute(condition)

    def _words(self, search: str, roots: bool) -> str:
        wanted = words(search)
        whole = [word for word in wanted if word.isascii()]
        # Where no index helps, looking for parts first spares most texts to be taken apart.
        parts = [word for word in wanted if not (roots and word.isascii())]
        tests = [f"position({self.bind('text', w)} IN lower({BODIES})) > 0" for w in parts]
        if whole:
            tests.append(f"{WORDS} @> {self.bind('text[]', whole)}")
        return f"({' AND '.join(tests)})"

    def _contains(self, expression: str, part: str) -> str:
        return f'position({self.bind("text", fold(part))} IN lower({expression} COLLATE "C")) > 0'

    def _compare(self, number: str, condition: Condition) -> str:
        if condition.op in ("=", "!="):
            values = [float(value) for value in values_of(condition)]
            return f"{number} = ANY({self.bind('float8[]', values)})"
        return f"{number} {condition.op} {self.bind('float8', float(condition.value))}"  # type: ignore[arg-type]

    def _tag(self, condition: Condition) -> str:
        tags = f"(attributes -> {self.bind('text', keys.STEP_TAGS)})"
        if condition.op in ("=", "!="):
            lists = [orjson.dumps([value]).decode() for value in values_of(condition)]
            return f"{tags} @> ANY({self.bind('text[]', lists)}::jsonb[])"
        test = (
            "tag #>> '{}' <> ''"
            if condition.op == "exists"
            else self._contains("(tag #>> '{}')", str(condition.value))
        )
        array = f"CASE WHEN jsonb_typeof({tags}) = 'array' THEN {tags} ELSE '[]' END"
        return (
            f"EXISTS (SELECT FROM jsonb_array_elements({array}) AS tag "
            f"WHERE jsonb_typeof(tag) = 'string' AND {test})"
        )

    def _attribute(self, condition: Condition) -> str:
        value = self._value(condition.field)
        if condition.op == "exists":
            return f"jsonb_typeof({value}) <> 'null'"
        if condition.op == "contains":
            return self._contains(_text_of(value), str(condition.value))
        if condition.op in ("=", "!="):
            return " OR ".join(self._equal(value, one) for one in values_of(condition))
        return self._compare(_number_of(value), condition)

    def _equal(self, value: str, wanted: Any) -> str:
        if isinstance(wanted, bool):
            return f"{value} = '{'true' if wanted else 'false'}'::jsonb"
        if isinstance(wanted, str):
            return f"{_text_of(value)} = {self.bind('text', wanted)}"
        return f"{_number_of(value)} = {self.bind('float8', float(wanted))}"

    def _value(self, field: str) -> str:
        return f"(attributes -> {self.bind('text', field.removeprefix(ATTRIBUTE_PREFIX))})"


def _text_of(value: str) -> str:
    """The text of a JSON value that is text or a boolean, else NULL."""
    return f"(CASE WHEN jsonb_typeof({value}) IN ('string', 'boolean') THEN {value} #>> '{{}}' END)"


def _number_of(value: str) -> str:
    """A JSON value that is a number, else NULL."""
    return f"(CASE WHEN jsonb_typeof({value}) = 'number' THEN ({value})::float8 END)"
