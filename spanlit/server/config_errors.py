"""Words for a configuration that is not valid: where, which key, what was given, what is accepted."""

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Key = tuple[str, ...]
"""A key as a path: `("server", "port")`; a section alone is `("server",)`."""

ANYTHING = "a string"

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_LOGIN = re.compile(r"^(\"(?:[\w+.-]+:/*)?).*@", re.DOTALL)
_PASSWORD_OPTION = re.compile(r"(password=)[^&\"]*", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """Values of one source, what it is called and how a key is spelled in it."""

    values: Mapping[str, Any]
    place: str
    spell: Callable[[Key], str]

    def has(self, key: Key) -> bool:
        """Whether this source gives a value to `key`."""
        value: Any = self.values
        for part in key:
            if not isinstance(value, Mapping) or part not in value:
                return False
            value = value[part]
        return True


def explain(
    error: ValidationError, model: type[BaseModel], sources: tuple[Source, ...]
) -> list[str]:
    """One sentence per problem.

    Args:
        error: What the validation of `model` raised.
        model: The configuration.
        sources: Highest precedence first: the first that has a key is the one to blame.
    """
    schema = Schema(model)
    return [_sentence(details, schema, sources) for details in error.errors()]


def unknown_variables(
    environment: Mapping[str, str], prefix: str, model: type[BaseModel]
) -> list[str]:
    """Sentences about variables that look like ours but name no key.

    These are `SPANLIT_<UNKNOWN>__…`, `SPANLIT_<SECTION>` and, with one underscore too few,
    `SPANLIT_<SECTION>_<KEY>`. The model itself finds unknown keys of a known section.
    """
    schema = Schema(model)
    spelled = {variable(prefix, key) for key in schema.all_keys()}
    return [
        f"environment: {name} is not a setting.{_did_you_mean(_closest(name.upper(), spelled))}"
        for name in sorted(environment)
        if _looks_like_ours(name.upper(), prefix, schema)
    ]


def variable(prefix: str, key: Key) -> str:
    """The environment variable of a key: `SPANLIT_SERVER__PORT`."""
    return prefix + "__".join(key).upper()


def _looks_like_ours(name: str, prefix: str, schema: "Schema") -> bool:
    if not name.startswith(prefix):
        return False
    section, nested, _ = name.removeprefix(prefix).partition("__")
    if nested:
        return section.lower() not in schema.sections
    return any(f"{section}_".startswith(f"{known.upper()}_") for known in schema.sections)


def _sentence(details: ErrorDetails, schema: "Schema", sources: tuple[Source, ...]) -> str:
    if details["loc"][0] in schema.lists:
        return _sentence_of_list(details, schema, sources)
    key = tuple(str(part) for part in details["loc"][:2])
    source = next((source for source in sources if source.has(key)), sources[-1])
    where = f"{source.place}: {source.spell(key)}"
    if tables := schema.tables_of(key):
        return _sentence_of_tables(details, where, tables)
    if details["type"] == "extra_forbidden":
        meant = schema.closest(key)
        hint = _did_you_mean(source.spell(meant) if meant else None)
        return f"{where} is not a setting.{hint} {schema.neighbours(key)}"
    return f"{where} is {_given(details)}; accepted: {schema.accepted(key)}."


def _given(details: ErrorDetails) -> str:
    """What was given, without the logins of URLs, also of ones that are written wrongly."""
    text = json.dumps(details["input"], default=str, ensure_ascii=False)
    return _STRING.sub(lambda string: _without_login(string[0]), text)


def _without_login(string: str) -> str:
    return _PASSWORD_OPTION.sub(r"\1***", _LOGIN.sub(r"\1***@", string))


def _sentence_of_list(details: ErrorDetails, schema: "Schema", sources: tuple[Source, ...]) -> str:
    """The same for a list of tables, such as `[[scores]]`."""
    name, *path = details["loc"]
    source = next((source for source in sources if source.has((str(name),))), sources[-1])
    keys = schema.lists[str(name)]
    where = f"{source.place}: [[{name}]]"
    if path and isinstance(path[0], int):
        where += f" number {path[0] + 1}"
    if details["type"] == "value_error":
        return f"{where}: {details['ctx']['error']}."
    key = str(path[1]) if len(path) > 1 else ""
    if details["type"] == "extra_forbidden":
        hint = _did_you_mean(_closest(key, keys))
        return f"{where}: {key} is not a setting.{hint} It has {', '.join(keys)}."
    if key not in keys:
        return f"{where} is {_given(details)}; accepted: tables with {', '.join(keys)}."
    if details["type"] == "missing":
        return f"{where}: {key} is missing; accepted: {_words(keys[key])}."
    return f"{where}: {key} is {_given(details)}; accepted: {_words(keys[key])}."


def _sentence_of_tables(details: ErrorDetails, where: str, keys: Mapping[str, Any]) -> str:
    """The same for tables with names of one's own, such as `[retention.projects.NAME]`."""
    path = [str(part) for part in details["loc"][2:]]
    where = ".".join([where, *path])
    given = _given(details)
    if details["type"] == "extra_forbidden":
        hint = _did_you_mean(_closest(path[-1], keys))
        return f"{where} is not a setting.{hint} It has {', '.join(keys)}."
    if path and path[-1] in keys:
        return f"{where} is {given}; accepted: {_words(keys[path[-1]])}."
    return (
        f"{where} is {given}; accepted: {'a table' if path else 'tables'} with {', '.join(keys)}."
    )


def _closest(given: str, known: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(given, known, n=1, cutoff=0.7)), None)


def _did_you_mean(name: str | None) -> str:
    return f" Did you mean {name}?" if name else ""


class Schema:
    """The JSON schema of the configuration, in words."""

    def __init__(self, model: type[BaseModel]) -> None:
        document = model.model_json_schema()
        tables = document["$defs"]
        properties = document["properties"]
        self._tables = tables
        self.sections: dict[str, dict[str, Any]] = {
            name: _keys_of(reference, tables)
            for name, reference in properties.items()
            if "$ref" in reference
        }
        self.lists: dict[str, dict[str, Any]] = {
            name: _keys_of(schema["items"], tables)
            for name, schema in properties.items()
            if "items" in schema
        }
        """What is written as `[[name]]`, any number of times."""

    def tables_of(self, key: Key) -> dict[str, Any]:
        """Keys of the tables that a key holds by names of one's own; empty if it holds none."""
        schema = self.sections.get(key[0], {}).get(key[-1], {})
        reference = schema.get("additionalProperties")
        return _keys_of(reference, self._tables) if reference else {}

    def all_keys(self) -> Iterator[Key]:
        """Every key that can be set."""
        for section, properties in self.sections.items():
            for name in properties:
                yield section, name

    def closest(self, key: Key) -> Key | None:
        """The key that was meant: one with a similar path, or with that name elsewhere."""
        candidates = [(name,) for name in self.sections] if len(key) == 1 else self.all_keys()
        paths: dict[str, Key] = {".".join(known): known for known in candidates}
        names: dict[str, Key] = {known[-1]: known for known in self.all_keys()}
        if path := _closest(".".join(key), paths):
            return paths[path]
        name = _closest(key[-1], names)
        return names[name] if name else None

    def neighbours(self, key: Key) -> str:
        """What there is where the key was looked for."""
        if key[0] in self.sections:
            return f"[{key[0]}] has {', '.join(self.sections[key[0]])}."
        return f"The sections are {', '.join(f'[{name}]' for name in self.sections)}."

    def accepted(self, key: Key) -> str:
        """The values that a key takes."""
        if len(key) == 1:
            return f"a table with {', '.join(self.sections.get(key[0], {}))}"
        if tables := self.tables_of(key):
            return f"tables with {', '.join(tables)}"
        return _words(self.sections[key[0]][key[1]])


def _keys_of(reference: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, Any]:
    keys: dict[str, Any] = tables[reference["$ref"].rpartition("/")[2]]["properties"]
    return keys


def _words(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:  # a value or nothing, and TOML has no nothing
        return _words(schema["anyOf"][0])
    if "enum" in schema:
        return ", ".join(json.dumps(value) for value in schema["enum"])
    kind = schema.get("type")
    if kind == "boolean":
        return "true, false"
    if kind in ("integer", "number"):
        return _number(schema, "a whole number" if kind == "integer" else "a number")
    examples = schema.get("examples")
    shown = (
        f", for example {', '.join(json.dumps(value) for value in examples)}" if examples else ""
    )
    noun = "a list of strings" if kind == "array" else ANYTHING
    return noun + shown


def _number(schema: Mapping[str, Any], noun: str) -> str:
    if "exclusiveMinimum" in schema:
        return f"{noun} above {schema['exclusiveMinimum']:g}"
    if "maximum" in schema:
        return f"{noun} from {schema['minimum']} to {schema['maximum']}"
    return f"{noun} of at least {schema['minimum']}" if "minimum" in schema else noun
