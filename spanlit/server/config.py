"""The configuration: spanlit.toml < SPANLIT_* environment < flags, one validated model.

Every key is declared once, here; the default spanlit.toml and the messages about wrong keys
are made from the declarations below.
"""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from spanlit.storage.writing.writer import Fsync

from .config_errors import Source, explain, unknown_variables, variable
from .config_retention import BlobsConfig, RetentionConfig
from .config_scores import ScoreDeclarations
from .config_section import Section
from .errors import ConfigError

FILE_NAME = "spanlit.toml"
ENV_PREFIX = "SPANLIT_"


def _split_commas(value: object) -> object:
    """A list in the environment: commas, or JSON."""
    if not isinstance(value, str):
        return value
    if value.startswith("["):
        return json.loads(value)
    return [part.strip() for part in value.split(",") if part.strip()]


def _fsync_policy(value: object) -> object:
    """Booleans, which it was before, and their words in the environment."""
    words: dict[object, Fsync] = {True: "always", False: "never"}
    words |= {"true": "always", "false": "never"}
    return words.get(value.lower() if isinstance(value, str) else value, value)


FsyncPolicy = Annotated[Fsync, BeforeValidator(_fsync_policy)]
RootPath = Annotated[str, AfterValidator(lambda path: path.rstrip("/"))]
Origin = Annotated[str, Field(pattern=r"^https?://[^/]+$")]
Origins = Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(_split_commas)]


class ServerConfig(Section):
    """Where the server listens and who may talk to it."""

    host: str = Field("127.0.0.1", min_length=1, description="Address to listen at.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen at; 0 takes a free one.")
    root_path: RootPath = Field(
        "",
        pattern=r"^(/.*)?$",
        description="Path below which a proxy serves the app.",
        examples=["", "/chat"],
    )
    allow_origins: Origins = Field(
        (),
        description="Other sites that may use the API and the socket; the own one always may.",
        examples=[["https://example.org"]],
    )
    allow_public_without_auth: bool = Field(
        False,
        description="Listen at an address that others can reach although nobody has to log in.",
    )


class UiConfig(Section):
    """What people see."""

    name: str = Field("Assistant", min_length=1, description="Name of the app and its author.")
    description: str = Field("", description="One sentence below the name on an empty chat.")
    trace: Literal["full", "strip", "tool_call", "hidden"] = Field(
        "full",
        description="How much of the trace the page shows: all of it, the strip beside the answer, "
        "tool calls only, or nothing. The API shows people all of theirs.",
    )
    default_theme: Literal["system", "light", "dark"] = Field(
        "system", description="Theme until a person chooses one."
    )


class StorageConfig(Section):
    """Where threads and traces are kept."""

    url: str = Field(
        "",
        pattern=r"^(|memory:|(chdb|pgserver):((//|\?).+)?|clickhouses?://.+|postgres(ql)?://.+)$",
        repr=False,
        description="Where the store is. Empty: the embedded ClickHouse if spanlit[embedded] is "
        "installed and can run, else the embedded Postgres if spanlit[embedded-postgres] is, else "
        "memory. clickhouses:// is ClickHouse with TLS.",
        examples=[
            "",
            "memory:",
            "chdb:",
            "clickhouse://user:password@host:8123/database",
            "pgserver:",
            "postgresql://user:password@host/database",
        ],
    )
    data_dir: Path = Field(
        Path(".spanlit"),
        description="Folder for data, spool and secrets, relative to the folder of this file.",
    )
    spool_max_mb: int = Field(
        512, ge=1, description="Disk space for rows that wait while the store is away, in MB."
    )
    fsync: FsyncPolicy = Field(
        "never",
        description="When the spool is forced to disk, to survive a power failure: never, batch "
        "(four times a second) or always (before a row counts as kept). true is always.",
    )
    migrate: bool = Field(
        True,
        description="Bring the schema of the store up to date at the start. If false, a schema "
        "that is out of date is an error, and `spanlit migrate` is yours to run.",
    )
    abandon_after_s: float = Field(
        60,
        gt=0,
        description="Seconds without a sign of life after which a process counts as dead and "
        "its running spans as abandoned.",
    )


class TracingConfig(Section):
    """What leaves the process through OpenTelemetry exporters."""

    export_content: bool = Field(
        True,
        description="Send prompts and answers to the exporters of OTEL_EXPORTER_* too. "
        "The own store always has them.",
    )


class ChatConfig(Section):
    """How conversations behave."""

    session_timeout_s: float = Field(
        3600,
        gt=0,
        description="Seconds after which the session of a thread that nobody looks at ends.",
    )
    strict_scores: bool = Field(
        False, description="Refuse scores whose name is not declared in [[scores]]."
    )


class Config(BaseSettings):
    """The configuration of one app. Frozen; made by `Config.load` or, in tests, directly."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
    )

    server: ServerConfig = ServerConfig()
    ui: UiConfig = UiConfig()
    storage: StorageConfig = StorageConfig()
    blobs: BlobsConfig = BlobsConfig()
    retention: RetentionConfig = RetentionConfig()
    tracing: TracingConfig = TracingConfig()
    chat: ChatConfig = ChatConfig()
    scores: ScoreDeclarations = ()

    @classmethod
    def load(cls, path: Path | None = None, **flags: Mapping[str, Any]) -> "Config":
        """Read the configuration.

        Args:
            path: Where spanlit.toml is, or would be; its folder is the app's root, to which
                `storage.data_dir` is relative. None reads no file.
            flags: What the command line says, by section: `server={"port": 9000}`.

        Raises:
            ConfigError: A key is unknown or a value is wrong. The message names the file or
                the variable, the key, what was given and what is accepted.
        """
        layers: tuple[PydanticBaseSettingsSource, ...] = (
            InitSettingsSource(cls, dict(flags)),
            EnvSettingsSource(cls),
            _file_layer(cls, path),
        )
        problems = unknown_variables(os.environ, ENV_PREFIX, cls)
        if problems:
            raise ConfigError("\n".join(problems))
        try:
            config = cls(_build_sources=(layers, {}))
        except SettingsError as error:  # raised for variables that hold lists and tables only
            name = variable(ENV_PREFIX, (str(error).split('"')[1],))
            raise ConfigError(
                f"environment: {name}, or a variable whose name begins with {name}__, is not "
                f"valid JSON: {error.__cause__}."
            ) from error
        except ValidationError as error:
            problems = explain(error, cls, _sources(layers, path))
            raise ConfigError("\n".join(problems)) from error
        return config._rooted(path.parent if path else Path())

    def _rooted(self, root: Path) -> Self:
        data_dir = (root / self.storage.data_dir.expanduser()).absolute()
        storage = self.storage.model_copy(update={"data_dir": data_dir})
        return self.model_copy(update={"storage": storage})


def _file_layer(model: type[BaseSettings], path: Path | None) -> TomlConfigSettingsSource:
    try:
        return TomlConfigSettingsSource(model, path)
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error


def _sources(layers: Iterable[PydanticBaseSettingsSource], path: Path | None) -> tuple[Source, ...]:
    flags, environment, file = (layer() for layer in layers)
    return (
        Source(flags, "command line", lambda key: "--" + key[-1].replace("_", "-")),
        Source(environment, "environment", lambda key: variable(ENV_PREFIX, key)),
        Source(file, str(path or FILE_NAME), ".".join),
    )
