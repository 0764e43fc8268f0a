"""Conditions as SQL of ClickHouse. Keys and values are parameters, never text of the query.

Attributes lie in three columns: `attributes` has texts, and all but numbers as JSON;
`attributes_num` has numbers; `attributes_json` has all but texts as one JSON object. So a value of
`attributes` that looks like a list may be text; whether its key is in `attributes_json` tells.
"""

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
    "duration_ms": ("duration_ns / 1e6", "ended"),
    "ttft_ms": ("ttft_ms", "ttft_ms != 0"),
    "input_tokens": ("input_tokens", ""),
    "output_tokens": ("output_tokens", ""),
    "tokens": ("(input_tokens + output_tokens)", ""),
    "cost_usd": ("cost_usd", ""),
}
"""Field -> value, and the condition under which a span has it (always if empty)."""

WORDS_OF_ROOTS: Final = "if(is_root, lower(concat(input, ' ', output)), '')"
"""Literally the expression of the text index."""

WORDS_OF_SPANS: Final = "lower(concat(input, ' ', output))"


class Where:
    """Makes conditions, and collects their parameters."""

    def __init__(self) -> None:
        self.parameters: dict[str, Any] = {}

    def all_of(self, conditions: Sequence[Condition], *, roots: bool = False) -> str:
        """An expression that is true where all of the conditions are.

        Args:
            roots: Whether only roots are looked at, so that the text index can be used.
        """
        text = WORDS_OF_ROOTS if roots else WORDS_OF_SPANS
        return " AND ".join(self._one(c, text) for c in conditions) or "true"

    def group(self, field: str) -> str:
        """An expression for the value of a field that is grouped by."""
        if not field.startswith(ATTRIBUTE_PREFIX):
            return f"toString({TEXTS[field]})"
        key = self.bind("String", field.removeprefix(ATTRIBUTE_PREFIX))
        value = f"attributes[{key}]"
        return f"if({_is_structure(value, key)}, '', {value})"

    def _one(self, condition: Condition, text: str) -> str:
        field = condition.field
        if field == FULL_TEXT:
            return self._words(str(condition.value), text)
        if field == "tag":
            return self._tag(condition)
        if field in TEXTS:
            return self._text(condition, TEXTS[field])
        if field in NUMBERS:
            return self._number(condition, *NUMBERS[field])
        return self._attribute(condition)

    def bind(self, type_name: str, value: Any) -> str:
        """Add a parameter and return how SQL names it."""
        name = f"where_{len(self.parameters)}"
        self.parameters[name] = value
        return f"{{{name}:{type_name}}}"

    def _words(self, search: str, text: str) -> str:
        tests = [
            f"hasToken({text}, {self.bind('String', word)})"
            if word.isascii()
            else f"{text} LIKE {self.bind('String', f'%{word}%')}"
            for word in words(search)
        ]
        return f"({' AND '.join(tests)})"

    def _text(self, condition: Condition, column: str) -> str:
        op, value = condition.op, condition.value
        if op == "exists":
            return f"{column} {'!=' if value else '='} ''"
        if op == "contains":
            return self._contains(column, str(value))
        if isinstance(value, tuple):
            values = self.bind("Array(String)", list(value))
            return f"{column} {'IN' if op == '=' else 'NOT IN'} {values}"
        return f"{column} {op} {self.bind('String', value)}"

    def _contains(self, expression: str, part: str) -> str:
        return f"position(lower({expression}), {self.bind('String', fold(part))}) > 0"

    def _number(self, condition: Condition, expression: str, present: str) -> str:
        op, value = condition.op, condition.value
        if op == "exists":
            test, negative = present or f"{expression} != 0", not value
            if condition.field == "duration_ms":
                test = f"({test} AND {expression} != 0)"
        else:
            number = f"toFloat64({expression})"
            test, negative = self._compare(number, condition), op == "!="
            if present:
                test = f"({present} AND {test})"
        return f"NOT {test}" if negative else f"{test}"

    def _compare(self, number: str, condition: Condition) -> str:
        """A comparison of one number; of `!=` its contrary."""
        if condition.op in ("=", "!="):
            values = [float(value) for value in values_of(condition)]
            return f"has({self.bind('Array(Float64)', values)}, {number})"
        return f"({number} {condition.op} {self.bind('Float64', condition.value)})"

    def _tag(self, condition: Condition) -> str:
        key = self.bind("String", keys.STEP_TAGS)
        if condition.op == "exists":
            test, text = "tag != '\"\"'", f'"{keys.STEP_TAGS}"'
            negative = not condition.value
        elif condition.op == "contains":
            test = self._contains("JSONExtractString(tag)", str(condition.value))
            text, negative = f'"{keys.STEP_TAGS}"', False
        else:
            values = values_of(condition)
            test = f"has({self.bind('Array(String)', list(values))}, JSONExtractString(tag))"
            # As it was written. Looking for it first saves reading most of the JSON.
            text = orjson.dumps(values[0]).decode() if len(values) == 1 else f'"{keys.STEP_TAGS}"'
            negative = condition.op == "!="
        any_tag = (
            f"(position(attributes_json, {self.bind('String', text)}) > 0 AND "
            f"arrayExists(tag -> startsWith(tag, '\"') AND {test}, "
            f"JSONExtractArrayRaw(attributes_json, {key})))"
        )
        return f"NOT {any_tag}" if negative else any_tag

    def _attribute(self, condition: Condition) -> str:
        key = self.bind("String", condition.field.removeprefix(ATTRIBUTE_PREFIX))
        op, value = condition.op, condition.value
        if op == "exists":
            there = f"(mapContains(attributes, {key}) OR mapContains(attributes_num, {key}))"
            return there if value else f"NOT {there}"
        text = f"attributes[{key}]"
        if op == "contains":
            part = self._contains(text, str(value))
            return f"({part} AND NOT {_is_structure(text, key)})"
        if op in ("=", "!="):
            equal = " OR ".join(self._equal(key, one) for one in values_of(condition))
            return f"({equal})" if op == "=" else f"NOT ({equal})"
        number = f"attributes_num[{key}]"
        return f"(mapContains(attributes_num, {key}) AND {self._compare(number, condition)})"

    def _equal(self, key: str, value: Any) -> str:
        if isinstance(value, bool):
            text = self.bind("String", "true" if value else "false")
            return f"(attributes[{key}] = {text} AND JSONHas(attributes_json, {key}))"
        if not isinstance(value, str):
            number = self.bind("Float64", value)
            return f"(attributes_num[{key}] = {number} AND mapContains(attributes_num, {key}))"
        test = f"attributes[{key}] = {self.bind('String', value)}"
        if value == "":  # what a map without the key gives, too
            return f"({test} AND mapContains(attributes, {key}))"
        if value[0] in "[{":
            return f"({test} AND NOT JSONHas(attributes_json, {key}))"
        return test


def _is_structure(value: str, key: str) -> str:
    """Whether an attribute is a list or an object, and not text that looks like one."""
    return f"(substring({value}, 1, 1) IN ('[', '{{') AND JSONHas(attributes_json, {key}))"
