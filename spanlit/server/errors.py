"""Why a server does not start. The message is one sentence for the person at the terminal.

StartError
├── ConfigError        a key or value in spanlit.toml, the environment or a flag
├── LoadError          the app file
│   ├── AppNotFoundError    there is no such file
│   ├── AppSyntaxError it is not Python
│   ├── AppImportError it raised while it was imported
│   └── NoHooksError        it registers nothing that could answer
├── AddressError       the port is taken, the address is not ours or must not be public
└── DataFolderError    the data folder cannot be used
"""


class StartError(Exception):
    """The server cannot start; `str()` says what is wrong, where, and what to do."""


class ConfigError(StartError):
    """The configuration is not valid."""


class LoadError(StartError):
    """The app file cannot be used."""


class AppNotFoundError(LoadError):
    """There is no Python file at the given path."""


class AppSyntaxError(LoadError):
    """The app file, or a module of its own that it imports, is not valid Python."""


class AppImportError(LoadError):
    """The app file raised an exception while it was imported."""


class NoHooksError(LoadError):
    """The app file registers no hook, so nothing would answer."""


class AddressError(StartError):
    """The server cannot, or must not, listen at the configured address."""


class DataFolderError(StartError):
    """The data folder, or the store in it, cannot be used."""
