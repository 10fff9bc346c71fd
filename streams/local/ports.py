"""The ports of a local stack: a block that no other stack of this machine takes, and no outgoing connection."""

import random
import socket
from collections.abc import Sequence

from schemas.errors import Unavailable

FIRST, LAST = (
    12_000,
    32_000,
)  # below what systems give to outgoing connections (RFC 6335: 49152; Linux: 32768)
BLOCK = 64
ATTEMPTS = 200


def reserve(names: Sequence[str], draw: random.Random) -> tuple[socket.socket, dict[str, int]]:
    """Return a port for each name, next to each other, and the bound socket that keeps other stacks off them.

    Roles bind their ports long after they were chosen, and again after each restart; keep the socket as long. Raises
    Unavailable when no block is free, or has so many.
    """
    for _ in range(ATTEMPTS):
        base = draw.randrange(FIRST, LAST, BLOCK)
        guard = _bind(base)
        if guard is None:
            continue
        ports = range(base + 1, base + 1 + len(names))
        if len(ports) < BLOCK and all(map(_is_free, ports)):
            return guard, dict(zip(names, ports, strict=True))
        guard.close()
    raise Unavailable("ports", f"no {len(names)} free ports next to each other on 127.0.0.1")


def _bind(port: int) -> socket.socket | None:
    probe = socket.socket()
    try:
        probe.bind(("127.0.0.1", port))
    except OSError:
        probe.close()
        return None
    return probe


def _is_free(port: int) -> bool:
    probe = _bind(port)
    if probe is None:
        return False
    probe.close()
    return True
