"""Benchmark of importing a table of 100 000 applications into a full stack; the baseline reads the file with pandas.

`BENCH_IMPORT_ROWS=20000 .venv/bin/python -m pytest tests/bench/test_import.py -s` for another number of rows.
"""

import csv
import os
import random
import time
from datetime import datetime, timedelta
from pathlib import Path

import pandas
import pytest

from tests.e2e.configuration import write_configuration
from tests.e2e.conftest import running_stack, wait_until
from tests.e2e.test_numbers import TOKYO, count_applications

ROWS = int(os.environ.get("BENCH_IMPORT_ROWS", "100000"))


def write(path: Path, dice: random.Random) -> None:
    """Write applications of half a year, most of them ended."""
    with path.open("w", encoding="cp932", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["応募ID", "応募日", "求人ID", "応募経路", "不採用日", "採用決定日"])
        for number in range(ROWS):
            applied = datetime(2026, 1, 5, tzinfo=TOKYO) + timedelta(hours=dice.randrange(4_000))
            ended = f"{applied + timedelta(days=dice.randrange(1, 60)):%Y/%m/%d}"
            end = dice.choice([("", ended), (ended, ""), (ended, ""), (ended, ""), ("", "")])
            channel = dice.choice(["doda", "ビズリーチ", "Indeed", "リファラル"])
            rows.writerow(
                [f"A-{number}", f"{applied:%Y/%m/%d %H:%M}", f"J-{number % 97}", channel, *end]
            )


@pytest.mark.timeout(1800)
def test_a_large_table_is_imported_and_proved(tmp_path: Path) -> None:
    """Every imported row is counted, and every cell matches the oracle and the independent reading."""
    state = tmp_path / "state"
    state.mkdir()
    path = tmp_path / "applications.csv"
    write(path, random.Random(1))
    begun = time.process_time()
    frame = pandas.read_csv(path, encoding="cp932")
    pandas.to_datetime(frame["応募日"])
    plain = time.process_time() - begun
    with running_stack(state, "--config", str(write_configuration(tmp_path))) as stack:
        begun = time.monotonic()
        done = stack.hirelay(
            "import", str(path), "--connection", "tables-events", "--apply", timeout=900
        )
        sent = time.monotonic() - begun
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        wait_until(lambda: count_applications(stack, "tables") == ROWS, 300)
        imported_s = time.monotonic() - begun
        verdict = stack.verify()
        independent = stack.hirelay("verify", "--independent", timeout=900)

    print(
        f"\n{ROWS} rows, {verdict['events']} events: sent in {sent:.0f} s, in ClickHouse after {imported_s:.0f} s"
    )
    print(
        f"{verdict['events'] / sent:.0f} events/s sent; pandas reads the file in {plain:.1f} CPU s"
    )
    assert verdict["equal"]
    assert independent.returncode == 0, independent.stdout + independent.stderr
    assert verdict["applications"] == ROWS
