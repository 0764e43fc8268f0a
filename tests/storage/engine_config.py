"""Configuration files for `engine_server`: what its one user may do, and clusters."""

from pathlib import Path

CONFIG = """<clickhouse>
  <users_config>{users}</users_config>
  <tcp_port>{port}</tcp_port>
  <remote_servers>
    <one><shard><internal_replication>true</internal_replication>
      <replica><host>127.0.0.1</host><port>{port}</port></replica>
    </shard></one>
  </remote_servers>
  <macros><shard>01</shard><replica>one</replica></macros>
</clickhouse>
"""
USERS = """<clickhouse>
  <profiles><default><readonly>{readonly}</readonly></default></profiles>
  <quotas><default/></quotas>
  <users><default>
    <password></password>
    <networks><ip>::/0</ip></networks>
    <profile>default</profile>
    <quota>default</quota>
    {grants}
  </default></users>
</clickhouse>
"""
UNUSED_PORT = 9
"""A cluster of this machine at the port that the configuration names is the engine itself, which
it asks without a connection."""


def engine_config(folder: Path, *, grants: tuple[str, ...] = (), readonly: int = 0) -> Path:
    """Write the files into a folder; without grants the user may do everything."""
    folder.mkdir(parents=True, exist_ok=True)
    queries = "".join(f"<query>{grant}</query>" for grant in grants)
    users = USERS.format(readonly=readonly, grants=f"<grants>{queries}</grants>" if grants else "")
    (folder / "users.xml").write_text(users)
    config = folder / "config.xml"
    config.write_text(CONFIG.format(users=folder / "users.xml", port=UNUSED_PORT))
    return config
