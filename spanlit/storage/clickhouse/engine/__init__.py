"""Embedded ClickHouse: the chDB engine in a process of its own, behind ClickHouse's HTTP interface.

`launcher` runs in the app and starts the process; `__main__` is the process. chDB is never
imported into the app: a fork after that import dead-locks, and the engine's memory and crashes
are not the app's. All Spanlit processes of a machine share the engine of a data folder.
"""
