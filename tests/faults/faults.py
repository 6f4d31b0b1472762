"""What can befall a store, by name: how it begins, and how it is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.proxy import Line
from tests.faults.servers import Server

Act = Callable[[Server, Line], object]


@dataclass(frozen=True)
class Fault:
    begin: Act
    end: Act


def _whole(server: Server, line: Line) -> None:
    line.is_now("whole")


def _empty(server: Server, line: Line) -> None:
    """Some servers end by themselves where they have no room, or some time later."""
    server.disk.empty()
    if not (server.is_there and server.survives_full):
        server.kill()
        server.start()


OF_SERVERS = {
    "killed": Fault(lambda server, line: server.kill(), lambda server, line: server.start()),
    "stopped": Fault(lambda server, line: server.stop(), lambda server, line: server.go_on()),
    "refused": Fault(lambda server, line: line.is_now("refused"), _whole),
    "silent": Fault(lambda server, line: line.is_now("silent"), _whole),
    "reset": Fault(lambda server, line: line.is_now("reset"), _whole),
    "slow": Fault(lambda server, line: line.is_now("slow"), _whole),
}
FAULTS = OF_SERVERS | {
    "locked": Fault(lambda server, line: server.lock(), lambda server, line: server.unlock()),
    "full": Fault(lambda server, line: server.disk.fill(), _empty),
}


def faults_of(server: Server) -> dict[str, Fault]:
    """Those that can befall it here."""
    cannot = set() if server.locks else {"locked"}
    cannot |= OF_SERVERS.keys() if not server.programs else set()
    if not server.disk.can_be_full:
        print("no disk may be mounted here, so that none is filled")
        cannot.add("full")
    return {name: fault for name, fault in FAULTS.items() if name not in cannot}
