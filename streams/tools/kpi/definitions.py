"""The KPI catalogue for people: a list, one definition explained, and the whole of it as a page."""

from collections.abc import Iterator
from difflib import get_close_matches

from rich.table import Table

from schemas.errors import Malformed
from schemas.kpis import policies
from schemas.kpis.catalogue import BY_ID, KPIS, VERSION
from schemas.kpis.definition import Kpi
from schemas.kpis.policies import POLICIES

WORDS = {
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
        "decision": "判定日",
        "cohort": "応募日コホート",
        "entry": "進出日コホート",
        "intro": "すべての数字は、この表の一行です。値の横には定義の id を表示します。",
        "below": "これより少ないと「データ不足」の印が付きます",
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
        "decision": "day of the decision",
        "cohort": "cohort by day of application",
        "entry": "cohort by day of entry",
        "intro": "Every number is one row of this table; its id stands beside every value.",
        "below": "fewer are marked as thin data",
        "version": "version",
    },
}


def find(id_: str) -> Kpi:
    """The definition; raise Malformed with the ids that look like it."""
    found = BY_ID.get(id_)
    if found is None:
        near = get_close_matches(id_, BY_ID, n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else "; see `hirelay kpi list`"
        raise Malformed("no_such_kpi", f"no KPI {id_!r}{hint}")
    return found


def formula(kpi: Kpi) -> str:
    """Which measures it is made of, as they are named in the cells."""
    return FORMULAS[kpi.kind].format(
        above=" + ".join(kpi.numerator),
        below=" + ".join(kpi.denominator),
        times=f" × {kpi.scale:g}" if kpi.scale != 1 else "",
        over=f" ÷ {kpi.scale:g}" if kpi.scale != 1 else "",
        kpi=kpi,
    )


# q: quantile, KM: Kaplan–Meier, AJ: Aalen–Johansen; after `;` the measure of who began.
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


def _facts(kpi: Kpi, lang: str) -> Iterator[tuple[str, str]]:
    words = WORDS[lang]
    yield words["formula"], f"`{formula(kpi)}`"
    yield words["unit"], kpi.unit
    yield words["basis"], ", ".join(words[basis] for basis in kpi.bases)
    if kpi.higher_is_better is not None:
        yield words["better"], words["up" if kpi.higher_is_better else "down"]
    yield words["minimum"], f"{kpi.minimum_n} ({words['below']})"
    if kpi.standards:
        yield words["standards"], "; ".join(kpi.standards)


def _name(kpi: Kpi, lang: str) -> str:
    return f"{kpi.ja} / {kpi.en}" if lang == "ja" else f"{kpi.en} / {kpi.ja}"


def _explanation(kpi: Kpi, lang: str) -> str:
    return kpi.explain_ja if lang == "ja" else kpi.explain_en


def listed(lang: str) -> Table:
    """One line a KPI; `explained` has the rest."""
    words = WORDS[lang]
    table = Table(title=f"{words['title']} ({words['version']} {VERSION})")
    table.add_column("id", no_wrap=True)
    table.add_column(words["title"])
    table.add_column(words["basis"])
    for kpi in KPIS:
        bases = ", ".join(words[basis] for basis in kpi.bases)
        table.add_row(kpi.id, kpi.ja if lang == "ja" else kpi.en, bases)
    return table


def explained(kpi: Kpi, lang: str) -> str:
    """One definition as text."""
    facts = "".join(f"- {name}: {text}\n" for name, text in _facts(kpi, lang))
    return f"{_name(kpi, lang)} ({kpi.id})\n\n{_explanation(kpi, lang)}\n\n{facts}"


def page(lang: str) -> str:
    """The whole catalogue and the policies of counting, as Markdown."""
    words = WORDS[lang]
    parts = [f"# {words['title']}\n\n{words['intro']} ({words['version']} {VERSION})\n"]
    for kpi in KPIS:
        facts = "".join(f"- {name}: {text}\n" for name, text in _facts(kpi, lang))
        parts.append(
            f"## {kpi.id}\n\n**{_name(kpi, lang)}**\n\n{_explanation(kpi, lang)}\n\n{facts}"
        )
    parts.append(f"## {words['policies']} ({words['version']} {policies.VERSION})\n")
    lines = [f"- `{each.id}`: {each.ja if lang == 'ja' else each.en}\n" for each in POLICIES]
    return "\n".join([*parts, "".join(lines)])
