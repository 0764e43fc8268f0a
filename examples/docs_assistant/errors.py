"""What can go wrong, each with a message for the person who asked."""


class AssistantError(Exception):
    """Base of the errors below.

    AssistantError
    ├── DocsError       the folder cannot be read
    ├── ToolCallError   a tool of the MCP server cannot do what it was asked
    └── ModelError      the language model cannot be used, or gave no usable answer
    """


class DocsError(AssistantError):
    """The folder with the documents cannot be read."""


class ToolCallError(AssistantError):
    """A tool of the MCP server cannot do what it was asked; the message is the tool's."""


class ModelError(AssistantError):
    """The language model cannot be used, or gave no usable answer."""
