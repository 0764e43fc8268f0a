"""How the command ends; click itself ends with 2 when it is called wrongly."""

FAILED = 1
INTERRUPTED = 130
"""After Ctrl-C, by the convention of shells: 128 + SIGINT. After SIGTERM it is 0."""
