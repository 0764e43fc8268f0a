"""The writer: rows from any thread, by way of a spool on disk, to the store."""
