"""A store that forgets: for unit tests, and for a run without any database."""

from .store import MemoryStore

__all__ = ["MemoryStore"]
