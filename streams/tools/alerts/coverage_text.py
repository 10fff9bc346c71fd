"""The coverage and the account of alert rules as sentences, in Japanese or English; persons are counted, not listed."""

from collections.abc import Iterable, Iterator
from statistics import median

from schemas.text.languages import translate
from schemas.text.units import format_number
from streams.reading.rule_accounts import MemberCoverage, RuleAccount


def coverage_lines(account: RuleAccount, language: str) -> Iterator[str]:
    """What the rule sees of each member; of persons, how many and the median."""
    yield f"{account.rule.tenant}/{account.rule.id}  {account.rule.describe()}"
    if not account.members:
        yield "  " + translate(
            (
                "率の判定がないため、件数からの見込みはありません",
                "nothing to state: no decisions of a rate in the last 12 weeks",
            ),
            language,
        )
    elif account.personal:
        yield "  " + _persons(account, language)
    else:
        for row in account.members:
            yield f"  {row.member}: {_sentence(row, language)}"


def _sentence(row: MemberCoverage, language: str) -> str:
    before, after = (format_number(rate, "ratio", language, 0) for rate in (row.rate, row.fallen))
    weekly = format_number(row.weekly, "count", language, 1)
    if row.weeks is None:
        ja = f"{before} → {after} の変化は見つけられません(週 {weekly} 件)"
        en = f"a move from {before} to {after} cannot be found ({weekly} cases a week)"
    else:
        ja = f"{before} → {after} の変化は約 {row.weeks:g} 週で分かります(週 {weekly} 件)"
        weeks = f"{row.weeks:g} week{'s' if row.weeks != 1 else ''}"
        en = f"a move from {before} to {after} would be seen in {weeks} ({weekly} cases a week)"
    return translate((ja, en), language)


def _persons(account: RuleAccount, language: str) -> str:
    rows = [row.weeks for row in account.members]
    seen = [weeks for weeks in rows if weeks is not None]
    unseen = len(rows) - len(seen)
    weeks = f"{median(seen):g}" if seen else "–"
    ja = f"{len(rows)} 名のうち {len(seen)} 名は 10 ポイントの変化が中央値 {weeks} 週で分かり、{unseen} 名では見つけられません"
    en = f"of {len(rows)} persons, a move of 10 points would be seen in {weeks} weeks (median) for {len(seen)}, and cannot be found for {unseen}"
    return translate((ja, en), language)


def budget_lines(accounts: Iterable[RuleAccount], language: str) -> Iterator[str]:
    """One line per rule: its budget, what was used of it in the last year, and the smallest change that is seen in time."""
    has_rules = False
    for account in accounts:
        has_rules = True
        budget = format_number(account.budget, "count", language, 2)
        ja = f"予算 年 {budget} 回、直近 1 年の発報 {account.used} 回"
        en = f"budget {budget} a year, used {account.used}"
        smallest = _smallest(account, language)
        words = translate((ja, en), language)
        yield f"{account.rule.tenant}/{account.rule.id}  {words}{smallest}"
    if not has_rules:
        yield translate(("予算のある規則はありません", "No rule has a budget."), language)


def _smallest(account: RuleAccount, language: str) -> str:
    smallest = account.smallest
    if smallest is None:
        return ""
    within = smallest.within_weeks
    if smallest.after is None:
        ja, en = (
            f"、{within} 週以内に分かる変化はありません",
            f", no change is seen within {within} weeks",
        )
        return translate((ja, en), language)
    before, after = (
        format_number(rate, "ratio", language, 0) for rate in (smallest.before, smallest.after)
    )
    ja = f"、{within} 週以内に分かる最小の変化 {before} → {after}"
    en = f", smallest change seen within {within} weeks: {before} → {after}"
    return translate((ja, en), language)
