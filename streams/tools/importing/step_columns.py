"""Recognise the columns of steps in wide tables by their headers: 一次面接実施日, 一次面接判定結果, Phone Screen Date."""

import re
from collections.abc import Mapping, Sequence

from schemas.tenants.milestones import UNMAPPED, lookup_milestone
from streams.tools.importing import dictionary

# Ends of headers, longest first, and the part of a step that the column holds.
SUFFIXES = (
    (
        "decided_at",
        re.compile(
            r"^(.+?)[の_ ]?(?:判定結果入力日|結果入力日|結果通知日|合否連絡日|判定日時?|結果日|決定日)$"
        ),
    ),
    ("result", re.compile(r"^(.+?)[の_ ]?(?:判定結果|合否結果|合否判定|評価結果|結果|合否|判定)$")),
    ("held_at", re.compile(r"^(.+?)[の_ ]?(?:実施日時?|実施|受検日|受験日|開催日|日程|日時|日)$")),
    ("interviewers", re.compile(r"^(.*(?:面接|面談))(?:官|者|担当者?)(?:ID)?$")),
    ("result", re.compile(r"^(.+?)[ _-](?:result|outcome|decision|status)$", re.IGNORECASE)),
    (
        "held_at",
        re.compile(
            r"^(.+?)[ _-](?:date|held on|held at|completed on|completed at|at|on)$", re.IGNORECASE
        ),
    ),
)
PARTS = tuple(dict.fromkeys(part for part, _ in SUFFIXES))
# The stage of an offer or a hire is told by columns of their own.
BESIDE = frozenset({"lead", "applied", "offer", "accepted", "hired", UNMAPPED})


def step_part(header: str) -> tuple[str, str] | None:
    """The stage and the part of its step that a column of that header holds, or None if it is none of a step."""
    for part, pattern in SUFFIXES:
        match = pattern.match(header.strip())
        if match is not None and lookup_milestone(match[1], None) not in BESIDE:
            return match[1].strip(), part
    return None


def is_step_header(header: str) -> bool:
    """Whether a normalized header is that of a step."""
    return step_part(header) is not None


def find_steps(headers: Sequence[str], taken: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Headers by part by stage, in the order of the columns, of those that no field has `taken`.

    A step has the day on which it was held or decided, or its result; a stage with neither is left out.
    """
    steps: dict[str, dict[str, str]] = {}
    for header in headers:
        step = None if header in taken.values() else step_part(header)
        if step is None:
            continue
        stage, part = step
        if part == "interviewers" and dictionary.is_personal(header):
            continue
        steps.setdefault(stage, {}).setdefault(part, header)
    return {
        stage: parts
        for stage, parts in steps.items()
        if parts.keys() & {"held_at", "decided_at", "result"}
    }
