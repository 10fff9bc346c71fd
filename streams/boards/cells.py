"""The rows of a panel as cells: what the board page shows, with intervals of rates."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from schemas.kpis.catalogue import BY_ID
from schemas.reporting.model import ReportCell, ReportColumn
from schemas.statistics.beta import jeffreys_interval
from schemas.tenants.config import Tenant
from schemas.text.languages import Language, translate
from schemas.text.units import (
    NO_VALUE,
    format_instant,
    format_number,
    format_probability,
    format_value,
)
from schemas.text.words import TOO_FEW_CASES
from streams.boards import spec
from streams.boards.specs.labels import SERVICE_LEVELS
from streams.boards.specs.panels import GRAINS
from streams.boards.words import VALUE_NAMES, page_labels

OTHERS = "…"  # the value that groups all members too small to be drawn apart


class CellReader:
    """Formats the rows of one panel for readers of one company and language."""

    def __init__(self, panel: spec.Panel, tenant: Tenant, language: Language) -> None:
        """`panel` is the specification whose query returned the rows."""
        self._panel, self._tenant, self._language = panel, tenant, language
        self._labels = page_labels(language)
        self._index = {column.name: at for at, column in enumerate(panel.columns)}
        self._kpi_at = next(
            (at for at, column in enumerate(panel.columns) if column.unit == "kpi"), None
        )

    def columns(self) -> tuple[ReportColumn, ...]:
        """Return the visible columns."""
        return tuple(
            ReportColumn(
                name=column.name,
                label=translate((column.ja, column.en), self._language) or column.name,
                numeric=not column.is_name,
            )
            for column in self._panel.visible
        )

    def cells(self, row: Sequence[Any]) -> tuple[ReportCell, ...]:
        """Return the visible cells of a row."""
        return tuple(self._cell(column, row) for column in self._panel.visible)

    def _cell(self, column: spec.Column, row: Sequence[Any]) -> ReportCell:
        value = row[self._index[column.name]]
        if column.is_name:
            return ReportCell(text=self._name(column, value), value=_plain(value), unit=column.unit)
        n = row[self._index[column.n]] if column.n else None
        kpi = BY_ID.get(self._kpi(column, row))
        if kpi is not None and (kpi.kind == "count" or not kpi.counts_cases):
            n = None  # the count itself, or a sum of money
        if column.unit == "forecast":
            return self._forecast(value, row)
        unit = self._unit(column, row)
        low, high = _interval(value, n) if unit == "ratio" else (None, None)
        return ReportCell(
            text=self._number(value, unit, n, column.minimum or self._panel.minimum_n),
            value=None if value is None else float(value),
            unit=unit,
            n=None if n is None else int(n),
            kpi=self._kpi(column, row),
            low=low,
            high=high,
        )

    def _forecast(self, forecast: Sequence[float] | None, row: Sequence[Any]) -> ReportCell:
        """Return the mean of a forecast; its 80 % interval and the probability of the target stand in the text."""
        if not forecast:
            return ReportCell(text=NO_VALUE, value=None, unit="forecast")
        mean, low, high, reach = forecast
        numbers = [format_number(end, "count", self._language) for end in (mean, low, high)]
        probability = format_probability(reach, "share", self._language)
        return ReportCell(
            text=f"{numbers[0]} ({numbers[1]}–{numbers[2]}) · {self._labels['reach']} {probability}",
            value=float(mean),
            unit="forecast",
            kpi="" if self._kpi_at is None else str(row[self._kpi_at]),
        )

    def _unit(self, column: spec.Column, row: Sequence[Any]) -> str:
        """A count column of a row about one KPI has the unit of that KPI."""
        kpi = None if self._kpi_at is None else BY_ID.get(row[self._kpi_at])
        takes_it = kpi is not None and column.unit == "count" and not column.tally
        return kpi.unit if kpi is not None and takes_it else column.unit

    def _kpi(self, column: spec.Column, row: Sequence[Any]) -> str:
        if self._kpi_at is not None:
            return str(row[self._kpi_at])
        return column.name if column.name in BY_ID else "".join(self._panel.kpis[:1])

    def _number(self, value: Any, unit: str, n: int | None, minimum: int) -> str:
        if value is None:
            too_few = n is not None and 0 < n < minimum
            return translate(TOO_FEW_CASES, self._language) if too_few else NO_VALUE
        if unit == "money":
            return format_value(float(value), unit, self._language, self._tenant.currency)
        return format_number(float(value), unit, self._language)

    def _name(self, column: spec.Column, value: Any) -> str:
        if column.unit == "kpi" and value in SERVICE_LEVELS:
            return translate(SERVICE_LEVELS[value], self._language)
        if column.unit == "kpi" and value in BY_ID:
            kpi = BY_ID[value]
            return translate((kpi.ja, kpi.en), self._language)
        if column.unit == "period" and value:
            form = "yMMM" if column.en == GRAINS["month"][1] else "MMMd"
            return format_skeleton(form, date.fromisoformat(str(value)), locale=self._language)
        if isinstance(value, datetime):
            return format_instant(value, ZoneInfo(self._tenant.timezone))
        special = {"": self._labels["total"], OTHERS: self._labels["others"]}
        names = {
            key: translate(words, self._language)
            for key, words in {**VALUE_NAMES["text"], **VALUE_NAMES.get(column.unit, {})}.items()
        }
        return {**special, **names}.get(value) or str(value if value is not None else "")


def _interval(rate: float | None, n: int | None) -> tuple[float | None, float | None]:
    """Return the 90 % interval of a rate of cases; none for a ratio above 1 or without its n."""
    if rate is None or not n or not 0 <= rate <= 1:
        return None, None
    return jeffreys_interval(round(rate * n), n)


def _plain(value: Any) -> str | float | None:
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, (str, float)) else str(value)
