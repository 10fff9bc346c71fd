"""ClickHouse writes numbers inside of Grafana's texts exactly as commands and alerts do."""

from typing import Any

import pytest

from schemas.money import decimals
from schemas.text.languages import LANGUAGES
from schemas.text.units import format_value
from streams.boards.grafana.units import NUMBER_LAMBDAS, sql_money, sql_number

VALUES = (
    *(0.0, 1.0, -1.0, 12.0, 123.0, 999.5, 1000.0, 1234567.0, -1234567.25, 0.05, 0.25, 0.35),
    *(0.0625, 0.145, 0.285, 0.0285, 0.9995, -0.0004, -0.04, -123.4, 1.005, 2.675, 1e-7, 1e12),
)


def written(client: Any, number: str, currency: str = "JPY") -> list[str]:
    """Return the values as ClickHouse writes them by the expression."""
    sql = f"""with '{currency}' as currency, toUInt8({decimals(currency)}) as places, {NUMBER_LAMBDAS}
select grouped({number}) as text from (select arrayJoin({[*VALUES]}) as value)"""
    return [text for (text,) in client.query(sql).result_rows]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unit", ["count", "ratio", "days", "hours", "score"])
def test_clickhouse_writes_numbers_like_the_commands(client: Any, unit: str, language: str) -> None:
    """Every unit gives the same text in SQL and in Python, also for halves, tiny and negative numbers."""
    expected = [format_value(value, unit, language, "JPY") for value in VALUES]

    assert written(client, sql_number("value", unit, language)) == expected


@pytest.mark.parametrize("currency", ["JPY", "USD", "KWD", "KRW"])
def test_clickhouse_writes_amounts_like_the_commands(client: Any, currency: str) -> None:
    """Amounts have all decimals of their currency, and a sign before the symbol."""
    expected = [format_value(value, "money", "ja", currency) for value in VALUES]

    assert written(client, sql_money("value"), currency) == expected
