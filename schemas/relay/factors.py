"""The taxonomy of rejection reasons: by a company's own mapping, else by well-known names. Nothing else is guessed."""

from collections.abc import Iterable, Mapping
from typing import Annotated, get_args

from pydantic import Field

from schemas.events.application import FrozenModel
from schemas.events.context import RejectionFactor
from schemas.tenants.milestones import normalize_name
from schemas.text.languages import Words
from schemas.text.words import REJECTION_FACTORS

Factor = RejectionFactor
FACTORS: Mapping[Factor, Words] = {name: REJECTION_FACTORS[name] for name in get_args(Factor)}
# Names with one meaning only, compared as the parties of reasons are.
NAMES: Mapping[Factor, tuple[str, ...]] = {
    "skill": (
        "スキル不足",
        "スキルアンマッチ",
        "スキルミスマッチ",
        "技術力不足",
        "missing skills",
        "lacks skills",
        "lacks skills/qualifications",
        "skills mismatch",
        "not qualified",
        "underqualified",
        "under-qualified",
        "failed assessment",
        "failed test",
    ),
    "years": (
        "経験不足",
        "経験年数不足",
        "実務経験不足",
        "lack of experience",
        "too inexperienced",
        "not enough experience",
    ),
    "conditions": (
        "条件不一致",
        "条件不一致(会社判断)",
        "条件アンマッチ",
        "年収不一致",
        "希望年収超過",
        "salary expectations",
        "salary mismatch",
        "salary too high",
    ),
    "motivation": (
        "志望度不足",
        "志向性不一致",
        "志向のミスマッチ",
        "lack of motivation",
        "not motivated",
    ),
    "place": (
        "勤務地不一致",
        "勤務地のミスマッチ",
        "location",
        "location mismatch",
        "cannot relocate",
    ),
    "culture": (
        "カルチャーアンマッチ",
        "カルチャーミスマッチ",
        "社風不一致",
        "culture fit",
        "not a culture fit",
    ),
    "competition": (
        "他候補者優先",
        "他候補者で決定",
        "stronger candidate",
        "hired another candidate",
    ),
    "filled": (
        "採用枠充足",
        "充足",
        "募集終了",
        "求人終了",
        "position filled",
        "role filled",
        "position closed",
    ),
}
_FACTOR_BY_NAME = {
    normalize_name(name): factor for factor, names in NAMES.items() for name in names
}


class FactorRule(FrozenModel):
    """What one of a company's own reasons means, by its name."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]
    factor: Factor


def factor_of(reason: str | None, rules: Iterable[FactorRule]) -> Factor | None:
    """The factor of a reason: as the company maps it, else by a well-known name, else None."""
    name = normalize_name(reason or "")
    own = {normalize_name(rule.reason): rule.factor for rule in rules}
    return own.get(name) or _FACTOR_BY_NAME.get(name)
