"""The KPI catalogue for people: a table, a single definition as text, and the Markdown page."""

from collections.abc import Iterator
from difflib import get_close_matches

from rich.text import Text

from schemas.errors import Malformed
from schemas.kpis import policies
from schemas.kpis.catalogue import BY_ID, KPIS, VERSION
from schemas.kpis.definition import Kpi
from schemas.kpis.policies import POLICIES
from schemas.text.languages import other_language, translate
from schemas.text.words import BASES, TOO_FEW_CASES, UNITS
from streams.tools.tables import TableColumn, TextTable

LABELS = {
    "ja": {
        "title": "KPI 定義集",
        "formula": "計算式",
        "unit": "単位",
        "basis": "基準",
        "better": "方向",
        "minimum": "最小件数",
        "standards": "規格",
        "policies": "数え方の方針",
        "up": "高いほど良い",
        "down": "低いほど良い",
        "intro": "すべての数字は、この表の一行です。値の横には定義の id を表示します。",
        "below": f"これより少ないと「{translate(TOO_FEW_CASES, 'ja')}」の印が付きます",
        "version": "版",
    },
    "en": {
        "title": "KPI definitions",
        "formula": "Formula",
        "unit": "Unit",
        "basis": "Basis",
        "better": "Direction",
        "minimum": "Smallest sample",
        "standards": "Standards",
        "policies": "Policies of counting",
        "up": "higher is better",
        "down": "lower is better",
        "intro": "Every number is one row of this table; its id stands beside every value.",
        "below": f"fewer are marked as “{translate(TOO_FEW_CASES, 'en')}”",
        "version": "version",
    },
}


def find(id_: str) -> Kpi:
    """Return the definition; raise Malformed with similar ids if there is none."""
    kpi = BY_ID.get(id_)
    if kpi is None:
        similar = get_close_matches(id_, BY_ID, n=3)
        hint = f"; did you mean {' or '.join(similar)}?" if similar else "; see `hirelay kpi list`"
        raise Malformed("no_such_kpi", f"no KPI {id_!r}{hint}")
    return kpi


def formula(kpi: Kpi) -> str:
    """Return the formula in terms of cell measures."""
    return FORMULAS[kpi.kind].format(
        above=" + ".join(kpi.numerator),
        below=" + ".join(kpi.denominator),
        times=f" × {kpi.scale:g}" if kpi.scale != 1 else "",
        over=f" ÷ {kpi.scale:g}" if kpi.scale != 1 else "",
        kpi=kpi,
    )


# q: quantile, KM: Kaplan–Meier, AJ: Aalen–Johansen; after `;` the measure that counts entries.
FORMULAS = {
    "count": "Σ({above}){over}",
    "ratio": "Σ({above}) ÷ Σ({below}){times}",
    "quantile": "q{kpi.share:g}({above})",
    "mean": "mean({above}){over}",
    "within": "P({above} ≤ {kpi.limit})",
    "waiting": "KM median(days.{kpi.of}.*; {kpi.entered})",
    "retention": "KM S({kpi.limit})(days.{kpi.of}.*; {kpi.entered})",
    "incidence": "AJ F[{kpi.outcome}]({kpi.limit})(days.{kpi.of}.*; {kpi.entered})",
}


def _attributes(kpi: Kpi, lang: str) -> Iterator[tuple[str, str]]:
    labels = LABELS[lang]
    yield labels["formula"], f"`{formula(kpi)}`"
    yield labels["unit"], translate(UNITS[kpi.unit], lang)
    yield labels["basis"], ", ".join(translate(BASES[basis], lang) for basis in kpi.bases)
    if kpi.higher_is_better is not None:
        yield labels["better"], labels["up" if kpi.higher_is_better else "down"]
    yield labels["minimum"], f"{kpi.minimum_n} ({labels['below']})"
    if kpi.standards:
        yield labels["standards"], "; ".join(kpi.standards)


def _name(kpi: Kpi, lang: str) -> str:
    names = (kpi.ja, kpi.en)
    return f"{translate(names, lang)} / {translate(names, other_language(lang))}"


def _explanation(kpi: Kpi, lang: str) -> str:
    return translate((kpi.explain_ja, kpi.explain_en), lang)


def catalogue_table(lang: str) -> TextTable:
    """Return a table with one row per KPI; `explain` gives the full definition."""
    labels = LABELS[lang]
    rows = []
    for kpi in KPIS:
        bases = ", ".join(translate(BASES[basis], lang) for basis in kpi.bases)
        name = Text(kpi.id).append(f"\n{translate((kpi.ja, kpi.en), lang)}", "dim")
        rows.append((name, Text(formula(kpi)).append(f"\n{bases}", "dim")))
    return TextTable(
        title=f"{labels['title']} ({labels['version']} {VERSION})",
        columns=(
            TableColumn(title="KPI"),
            TableColumn(title=f"{labels['formula']} · {labels['basis']}", prose=True),
        ),
        rows=rows,
    )


def explain(kpi: Kpi, lang: str) -> str:
    """Return one definition as text."""
    facts = "".join(f"- {name}: {text}\n" for name, text in _attributes(kpi, lang))
    return f"{_name(kpi, lang)} ({kpi.id})\n\n{_explanation(kpi, lang)}\n\n{facts}"


def catalogue_page(lang: str) -> str:
    """Return the whole catalogue and the counting policies as Markdown."""
    labels = LABELS[lang]
    parts = [f"# {labels['title']}\n\n{labels['intro']} ({labels['version']} {VERSION})\n"]
    for kpi in KPIS:
        facts = "".join(f"- {name}: {text}\n" for name, text in _attributes(kpi, lang))
        parts.append(
            f"## {kpi.id}\n\n**{_name(kpi, lang)}**\n\n{_explanation(kpi, lang)}\n\n{facts}"
        )
    parts.append(f"## {labels['policies']} ({labels['version']} {policies.VERSION})\n")
    lines = [f"- `{policy.id}`: {translate((policy.ja, policy.en), lang)}\n" for policy in POLICIES]
    return "\n".join([*parts, "".join(lines)])
