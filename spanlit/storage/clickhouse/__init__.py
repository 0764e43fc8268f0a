"""Storage in ClickHouse: on a server, or embedded in a small process beside the app."""

from .engine.support import available, why_unavailable

__all__ = ["available", "why_unavailable"]
