"""Texts and tables of the `hirelay relay` commands, in Japanese and English side by side."""

from rich.table import Table

from schemas.money import to_major
from schemas.relay.balance import Balance, to_next_slot
from schemas.relay.entries import Entry, Record
from schemas.relay.state import Slot, State

BALANCE_ROWS = (
    ("counted", "カウント済み(人)", "Persons counted"),
    ("verified", "うち本人URL経由", "of them by their own link"),
    ("unverified", "うち会社共通URL経由", "of them by the company's link"),
    ("progress", "次の枠までの進捗", "Progress to the next slot"),
    ("granted", "獲得した枠", "Slots granted"),
    ("open", "未使用", "Open"),
    ("reserved", "予約中", "Reserved"),
    ("redeemed", "消化済み", "Redeemed"),
    ("expired", "失効", "Expired"),
    ("revoked", "取消", "Revoked"),
)
# What `relay balance --format json` has besides `as_of`, unless details are asked for.
BALANCE_FIELDS = {
    "tenant",
    "counted",
    "progress",
    "granted",
    "open",
    "reserved",
    "redeemed",
    "accrued",
    "recovered",
}
SLOT_STATES = {
    "open": "未使用 / open",
    "reserved": "予約中 / reserved",
    "redeemed": "消化済み / redeemed",
    "expired": "失効 / expired",
    "revoked": "取消 / revoked",
}


def balance_table(figures: Balance) -> Table:
    """The balance as a table."""
    table = Table(title=f"キャリアリレー / Career Relay: {figures.tenant}")
    table.add_column("")
    table.add_column("", justify="right")
    for name, ja, en in BALANCE_ROWS:
        table.add_row(f"{ja} / {en}", f"{getattr(figures, name):,}")
    table.add_row("次の枠まで / To the next slot", f"{to_next_slot(figures):,}")
    for ja, en, amount in (
        ("見込み価値", "Accrued value", figures.accrued),
        ("回収した価値", "Recovered value", figures.recovered),
    ):
        table.add_row(f"{ja} / {en}", money(amount, figures.currency))
    for currency, amount in figures.other_currencies.items():
        table.add_row("回収した価値 / Recovered value", money(amount, currency))
    for reason, number in figures.void.items():
        table.add_row(f"対象外 / Not counted: {reason}", f"{number:,}")
    return table


def money(amount: int, currency: str) -> str:
    """An amount in minor units with its currency."""
    return f"{to_major(amount, currency):,.0f} {currency}"


def ledger_table(records: list[Record]) -> Table:
    """Every decision of some records, with its postings."""
    table = Table("#", "日時 / At", "事実 / Fact", "判断 / Decision", "仕訳 / Postings")
    for record in records:
        at = record.fact.at.strftime("%Y-%m-%d %H:%M")
        if not record.entries:
            table.add_row(str(record.seq), at, record.fact.kind, "", "")
        for entry in record.entries:
            table.add_row(str(record.seq), at, record.fact.kind, _entry(entry), _postings(entry))
    return table


def _entry(entry: Entry) -> str:
    slot = f" #{entry.slot}" if entry.slot else ""
    return f"{entry.kind}{slot}" + (f" ({entry.reason})" if entry.reason else "")


def _postings(entry: Entry) -> str:
    return "\n".join(f"{p.account} {p.amount:+,} {p.unit}" for p in entry.postings)


def grants_table(state: State) -> Table:
    """Every slot with its state and its value."""
    table = Table(
        "#", "獲得日 / Granted", "期限 / Until", "状態 / State", "求人 / Job", "価値 / Value"
    )
    for slot in state.slots.values():
        moment = slot.entry.at
        table.add_row(
            str(slot.number),
            "" if moment is None else state.day(moment).isoformat(),
            "" if slot.entry.due is None else slot.entry.due.isoformat(),
            SLOT_STATES[slot.state],
            slot.job or "",
            money(slot.entry.value, state.currency),
        )
    return table


def slot_fields(slot: Slot, offered: int) -> dict[str, object]:
    """A slot as JSON, with the number of candidates who were offered for it."""
    return {
        "slot": slot.number,
        "state": slot.state,
        "granted": None if slot.entry.at is None else slot.entry.at.isoformat(),
        "due": None if slot.entry.due is None else slot.entry.due.isoformat(),
        "value": slot.entry.value,
        "job": slot.job,
        "application": slot.application,
        "persons": len(slot.entry.persons),
        "offered": offered,
    }
