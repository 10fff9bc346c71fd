"""The shared stack, for faults that need no stack of their own."""

from tests.e2e import conftest

stack = conftest.stack
