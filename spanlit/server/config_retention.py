"""[blobs] and [retention]: where large things lie, and how long everything stays."""

from typing import Any

from pydantic import Field

from spanlit.storage.retention import Periods

from .config_section import Section


class BlobsConfig(Section):
    """Where files and large values are kept."""

    url: str = Field(
        "",
        pattern=r"^(|memory:|(file|s3|gs|az)://.+)$",
        repr=False,
        description="Where blobs lie. Empty: the folder blobs in storage.data_dir. Credentials "
        "come from the environment.",
        examples=["", "file:///path", "s3://bucket/prefix", "gs://bucket", "az://container"],
    )
    max_mb: int = Field(100, ge=1, description="Size of the largest blob, in MB.")
    inline_kb: int = Field(
        256,
        ge=1,
        description="Inputs, outputs and attributes of spans that are longer than this, in kB, "
        "become blobs; the row keeps their beginning.",
    )


def _days(of: str) -> Any:
    return Field(0, ge=0, description=f"Days after which {of} are deleted; 0 keeps them.")


class ProjectRetention(Section):
    """How long one project keeps what it has; keys that are left out are those of [retention]."""

    bodies_days: int | None = Field(None, ge=0)
    spans_days: int | None = Field(None, ge=0)
    files_days: int | None = Field(None, ge=0)
    threads_days: int | None = Field(None, ge=0)


class RetentionConfig(Section):
    """How long things are kept."""

    bodies_days: int = _days("inputs and outputs of spans")
    spans_days: int = _days("spans")
    files_days: int = _days("files")
    threads_days: int = _days("threads that nothing was added to")
    projects: dict[str, ProjectRetention] = Field(
        {},
        description="The same keys for single projects: [retention.projects.NAME].",
        examples=[],
    )

    def of(self, project: str) -> Periods:
        """How long `project` keeps what it has."""
        own = self.projects.get(project, ProjectRetention())
        return Periods(
            **{
                key: getattr(self, key) if (days := getattr(own, key)) is None else days
                for key in ProjectRetention.model_fields
            }
        )
