"""Why data could not be moved."""


class TransferError(Exception):
    """A file or database cannot be read or written; `str()` says what is wrong and what to do."""


class DamagedInput(TransferError):
    """A part of the input is not what was written: it can be skipped."""
