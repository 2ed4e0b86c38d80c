"""A port of ours is free, and nobody's client end."""

import socket
import sys
from pathlib import Path

import pytest

from lab import ports


def test_a_port_can_be_listened_on() -> None:
    with socket.create_server(("127.0.0.1", ports.free_port())) as server:
        assert server.getsockname()[1]


def test_a_port_that_is_taken_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", ports.free_port())) as server:
        taken = server.getsockname()[1]
        monkeypatch.setattr(ports, "FIRST", taken)
        monkeypatch.setattr(ports, "LAST", taken + 20)
        assert {ports.free_port() for _ in range(100)}.isdisjoint({taken})


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's range")
def test_no_client_gets_such_a_port_for_its_own_end() -> None:
    lowest = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0]
    assert int(lowest) > ports.LAST
