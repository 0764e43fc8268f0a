"""The REST interface that the UI reads from."""

from .application import create_api

__all__ = ["create_api"]
