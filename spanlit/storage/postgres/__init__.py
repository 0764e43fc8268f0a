"""Storage in Postgres: on a server, or embedded."""

from .extras import can_be_embedded

__all__ = ["can_be_embedded"]
