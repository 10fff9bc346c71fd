"""The digest as text and JSON; persons are shown by role alone."""

import json
from collections.abc import Iterable, Iterator

from schemas.alerting.breach import PERSON_DIMENSIONS
from schemas.alerting.messages import quoted_member
from schemas.cells import TOTAL
from schemas.kpis.catalogue import BY_ID
from schemas.text.languages import translate
from schemas.text.units import format_number
from schemas.text.words import anonymous_member, dimension_name
from streams.tools.alerts.digest import Digest, DigestRow


def digest_lines(digest: Digest, language: str) -> Iterator[str]:
    """What was tested, what the list promises, and one line per series, the strongest evidence first."""
    rate = format_number(digest.rate, "ratio", language, 0)
    span, listed = f"{digest.first} – {digest.last}", len(digest.rows)
    ja = f"{span}: {digest.series} 系列のうち {listed} 件。このうち誤りは平均して {rate} 以下です。"
    en = f"{span}: {listed} of {digest.series} series; on average at most {rate} of them are false."
    yield translate((ja, en), language)
    for row in digest.rows:
        yield f"  {_line(row, language)}"


def digest_json(digests: Iterable[Digest]) -> str:
    """The digests of the companies as one document; the member of a person is null."""
    return json.dumps([_document(digest) for digest in digests], ensure_ascii=False, indent=2)


def _document(digest: Digest) -> dict[str, object]:
    rows = [
        {
            "tenant": row.rule.tenant,
            "rule": row.rule.id,
            "kind": row.rule.kind,
            "kpi": row.rule.kpi,
            "dimension": row.rule.dimension,
            "member": None if row.rule.dimension in PERSON_DIMENSIONS else row.member,
            "value": row.value,
            "n": row.n,
            "e_value": row.evidence,
        }
        for row in digest.rows
    ]
    return {
        "first": digest.first.isoformat(),
        "last": digest.last.isoformat(),
        "false_discovery_rate": digest.rate,
        "series": digest.series,
        "listed": rows,
    }


def _line(row: DigestRow, language: str) -> str:
    kpi = BY_ID[row.rule.kpi]
    name = translate((kpi.ja, kpi.en), language)
    value = format_number(row.value, kpi.unit, language)
    cases = f", n = {row.n}" if kpi.counts_cases else ""
    evidence = format_number(row.evidence, "count", language, 0)
    ja = f"{row.rule.tenant}/{row.rule.id} {_member(row, language)}の{name}: {value}{cases}(証拠 {evidence} 倍)"
    en = f"{row.rule.tenant}/{row.rule.id} {name} of {_member(row, language)}: {value}{cases} (evidence {evidence} to 1)"
    return translate((ja, en), language)


def _member(row: DigestRow, language: str) -> str:
    dimension = row.rule.dimension
    if dimension == TOTAL:
        return dimension_name(dimension, language)
    if dimension in PERSON_DIMENSIONS:
        return translate(anonymous_member(dimension), language)
    return quoted_member(dimension, row.member, language)
