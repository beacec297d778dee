"""Run OpenStack Swift with its S3 interface for tests: it checks signatures, digests, sizes and conditions.

Five processes: proxy, account, container and object server, and memcached, which keeps the logins.
"""

import getpass
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.programs import require, require_module
from tests.support.server_process import free_ports, listens, server_process, wait_until

ACCESS_KEY = "test:tester"
SECRET_KEY = "planted-swift-secret"

_HASH = """[swift-hash]
swift_hash_path_prefix = prefix
swift_hash_path_suffix = suffix

[storage-policy:0]
name = single
default = yes
"""

_SERVER = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {directory}
devices = {directory}/devices
mount_check = false
fallocate_reserve = 0
log_address = /nonexistent

[pipeline:main]
pipeline = {name}-server

[app:{name}-server]
use = egg:swift#{name}

[{name}-replicator]
[{name}-updater]
[{name}-auditor]
"""

_PROXY = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {directory}
log_address = /nonexistent

[pipeline:main]
pipeline = catch_errors cache listing_formats s3api tempauth copy slo dlo symlink versioned_writes proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true

[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{memcached}

[filter:s3api]
use = egg:swift#s3api
location = us-east-1

[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = {secret} .admin

[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
"""
_PLAIN_FILTERS = ("catch_errors", "listing_formats", "copy", "slo", "dlo", "symlink")


@dataclass(frozen=True, slots=True)
class SwiftServer:
    """A running Swift; its user is ACCESS_KEY with SECRET_KEY."""

    endpoint: str
    directory: Path


@contextmanager
def swift_server(directory: Path) -> Iterator[SwiftServer]:
    """Run Swift on one device, without replication."""
    memcached = require("memcached")
    require_module("swift")
    programs = Path(sys.executable).parent
    storage = ("account", "container", "object")
    proxy_port, memcached_port, *ports = free_ports(2 + len(storage))
    (directory / "devices" / "disk").mkdir(parents=True)
    (directory / "swift.conf").write_text(_HASH)
    values = {"user": getpass.getuser(), "directory": directory}
    for name, port in zip(storage, ports, strict=True):
        _write_ring(directory / f"{name}.ring.gz", port)
        (directory / f"{name}.conf").write_text(_SERVER.format(name=name, port=port, **values))
    proxy = _PROXY.format(port=proxy_port, memcached=memcached_port, secret=SECRET_KEY, **values)
    plain = "".join(f"\n[filter:{name}]\nuse = egg:swift#{name}\n" for name in _PLAIN_FILTERS)
    (directory / "proxy.conf").write_text(proxy + plain)
    at = ["-l", "127.0.0.1", "-p", str(memcached_port), "-U", "0", "-u", getpass.getuser()]
    commands: dict[str, list[str | Path]] = {"memcached": [memcached, *at]}
    for name in (*storage, "proxy"):
        commands[name] = [programs / f"swift-{name}-server", directory / f"{name}.conf"]
    with ExitStack() as running:
        for name, command in commands.items():  # all of them start side by side
            running.enter_context(server_process(command, directory / f"{name}.log", lambda: True))
        wait_until(lambda: all(map(listens, [memcached_port, *ports, proxy_port])), f"Swift in '{directory}'")
        yield SwiftServer(f"http://127.0.0.1:{proxy_port}", directory)


def _write_ring(path: Path, port: int) -> None:
    """Write where Swift keeps what: on the one device."""
    from swift.common.ring import RingBuilder

    builder = RingBuilder(part_power=2, replicas=1, min_part_hours=0)
    device = {"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "disk", "weight": 1}
    builder.add_dev({**device, "replication_ip": "127.0.0.1", "replication_port": port})
    builder.rebalance()
    builder.get_ring().save(str(path))
