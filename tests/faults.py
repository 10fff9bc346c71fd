"""Real faults of the disk: calls of one thread that the kernel refuses, by a filter that ends with the thread."""

import ctypes
import platform
import threading
from collections.abc import Callable, Sequence

import pytest

LINUX_CALLS = {
    "x86_64": {"write": (1, 18, 20, 296), "sync": (74, 75)},
    "aarch64": {"write": (64, 66, 68, 70), "sync": (82, 83)},
}
LOAD_CALL_NUMBER, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06  # linux/bpf_common.h
ALLOW, FAIL = 0x7FFF0000, 0x00050000  # linux/seccomp.h
SET_NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2  # linux/prctl.h

needs_filters = pytest.mark.skipif(
    platform.system() != "Linux" or platform.machine() not in LINUX_CALLS,
    reason="the kernel cannot refuse calls of a thread here",
)


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("if_true", ctypes.c_ubyte),
        ("if_false", ctypes.c_ubyte),
        ("value", ctypes.c_uint),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction)))


def run_with_fault(kind: str, error: int, work: Callable[[], object]) -> BaseException | None:
    """Run `work` on a thread whose calls of this kind (`write` or `sync`) fail with `error`; return what it raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            _refuse(LINUX_CALLS[platform.machine()][kind], error)
            work()
        except BaseException as problem:
            raised.append(problem)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return raised[0] if raised else None


def _refuse(calls: Sequence[int], error: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    program = [(LOAD_CALL_NUMBER, 0, 0, 0)]
    for number, call in enumerate(calls):
        program.append((JUMP_IF_EQUAL, len(calls) - number, 0, call))
    program += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, FAIL | error)]
    instructions = (_Instruction * len(program))(*program)
    assert libc.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    filters = _Program(len(program), instructions)
    assert libc.prctl(SET_SECCOMP, FILTER, ctypes.byref(filters), 0, 0) == 0
