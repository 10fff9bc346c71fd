"""Plain texts are tidy, and plain names compare equal whatever their width and spaces."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.funnel.rules import Rules
from schemas.tenants.media import MEDIUM_BY_KEY, SPELLINGS, spelling_key
from schemas.text.plain import plain_name, plain_text

TEXTS = st.text(max_size=60)


@given(TEXTS)
def test_a_plain_text_is_printable(text: str) -> None:
    """No control characters, line breaks, double spaces or spaces at the ends remain; tidying twice changes nothing."""
    plain = plain_text(text)

    assert plain == " ".join(plain.split())
    assert not {unicodedata.category(letter) for letter in plain} & {"Cc", "Cs", "Zl", "Zp"}
    assert plain_text(plain) == plain


@given(TEXTS)
def test_a_plain_name_is_one_for_all_widths(text: str) -> None:
    """A name and its compatibility form have one plain name, which stays as it is."""
    name = plain_name(text)

    assert plain_name(unicodedata.normalize("NFKC", text)) == name
    assert plain_name(name) == name == unicodedata.normalize("NFKC", name)


@given(TEXTS)
def test_tidying_keeps_every_visible_character(text: str) -> None:
    """Only invisible characters and spaces go."""
    kept = [letter for letter in plain_text(text) if letter != " "]
    visible = [
        letter
        for letter in text
        if not letter.isspace()
        and (unicodedata.category(letter) not in {"Cc", "Cf", "Cs"} or letter in "\u200c\u200d")
    ]

    assert kept == visible


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ﾋﾞｽﾞﾘｰﾁ", "ビズリーチ"),
        ("Ｉｎｄｅｅｄ", "Indeed"),
        ("Indeed\u3000 Plus\n", "Indeed Plus"),
        ("d\x00oda", "doda"),
        ("㈱アクメ", "(株)アクメ"),
    ],
)
def test_names_of_practice(text: str, name: str) -> None:
    """Half-width kana, full-width letters and control characters make no other name."""
    assert plain_name(text) == name


@given(TEXTS)
def test_case_width_and_spaces_make_no_other_spelling(text: str) -> None:
    """Names that differ only so have one key."""
    assert (
        spelling_key(text)
        == spelling_key(plain_name(text))
        == spelling_key(f" {plain_name(text)} ")
    )


def test_no_spelling_names_two_media() -> None:
    """Every spelling leads to the medium whose row it stands in."""
    for names in SPELLINGS:
        assert {MEDIUM_BY_KEY[spelling_key(name)] for name in names} == {names[0]}


@given(
    st.dictionaries(
        TEXTS.map(plain_name).filter(bool), st.sampled_from(["doda", "Indeed"]), max_size=4
    ),
    TEXTS,
)
def test_aliases_lead_to_a_channel_for_good(aliases: dict[str, str], name: str) -> None:
    """Looking a channel up twice gives the same channel, whatever was looked up before."""
    known = {
        alias: channel for alias, channel in aliases.items() if alias not in {"doda", "Indeed"}
    }
    rules = Rules("UTC", channel_aliases=known)

    assert (
        rules.channel(rules.channel(name))
        == rules.channel(name)
        == Rules("UTC", channel_aliases=known).channel(name)
    )
