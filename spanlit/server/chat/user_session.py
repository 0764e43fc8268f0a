"""`user_session`: what an app remembers during one chat."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from .context import require_scope
from .session import ChatSession

T = TypeVar("T")

_RESERVED: dict[str, Callable[[ChatSession], Any]] = {
    "id": lambda session: session.id,
    "user": lambda session: None,
    "env": lambda session: {},
    "chat_settings": lambda session: {},
    "chat_profile": lambda session: None,
    "client_type": lambda session: "webapp",
}
"""Keys that the framework answers itself."""


class SessionAccessor(Generic[T]):
    """One key of the user session with a type and a default."""

    def __init__(self, key: str, default: T, apply_fn: Callable[[T], T] | None) -> None:
        self._key = key
        self._default = default
        self._apply = apply_fn

    def get(self) -> T:
        """The value, or the default."""
        value: T = user_session.get(self._key, self._default)
        return value

    def set(self, value: T) -> None:
        """Store a value."""
        user_session.set(self._key, value)

    def reset(self) -> None:
        """Store the default."""
        self.set(self._default)

    def apply(self) -> T:
        """Replace the value by `apply_fn(value)` and return it.

        Raises:
            TypeError: The accessor was made without `apply_fn`.
        """
        if self._apply is None:
            raise TypeError(f"The accessor of {self._key!r} was made without apply_fn.")
        self.set(self._apply(self.get()))
        return self.get()


class UserSession:
    """Values of the current chat by key. They live in memory and end with the session.

    Every method raises `ChatContextError` outside of a chat.
    """

    __slots__ = ()

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or `default`."""
        session = require_scope().session
        reserved = _RESERVED.get(key)
        return reserved(session) if reserved else session.data.get(key, default)

    def set(self, key: str, value: Any) -> None:
        """Store a value.

        Raises:
            ValueError: The key is one of those that the framework answers itself.
        """
        session = require_scope().session
        if key in _RESERVED:
            raise ValueError(
                f"user_session[{key!r}] is answered by Spanlit and cannot be set; "
                f"choose another key than {', '.join(sorted(_RESERVED))}."
            )
        session.data[key] = value

    def create_accessor(
        self, key: str, default: T, *, apply_fn: Callable[[T], T] | None = None
    ) -> SessionAccessor[T]:
        """A typed accessor of one key, for example a counter."""
        return SessionAccessor(key, default, apply_fn)


user_session = UserSession()
