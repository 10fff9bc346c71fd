"""A report in several languages reads every row once."""

from typing import Any

import pytest

from streams.reporting.read_once import ReadOnce


class Database:
    """A connection that fails once, and counts the questions that it answers."""

    def __init__(self) -> None:
        """Answer nothing yet."""
        self.asked = 0
        self.failing = True

    def query(self, sql: str, parameters: dict[str, Any] | None = None) -> str:
        """Answer with the question."""
        if self.failing:
            self.failing = False
            raise ConnectionError
        self.asked += 1
        return f"{sql} {parameters}"


def test_a_question_is_asked_once() -> None:
    """The same query with the same parameters is answered from memory; other parameters and failures are not."""
    database = Database()
    once = ReadOnce(database)
    with pytest.raises(ConnectionError):
        once.query("select", {"day": 1})
    answers = [once.query("select", parameters={"day": day}) for day in (1, 2, 1)]

    assert answers[0] == answers[2] == "select {'day': 1}" != answers[1]
    assert database.asked == 2
