"""Storage in Postgres: on a server, or embedded."""
