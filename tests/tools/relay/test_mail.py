"""Rejection mails hold the one line, in every language and tone, and templates of one's own cannot do anything else."""

from pathlib import Path

import pytest

from schemas.errors import Malformed
from schemas.relay.lines import LINES, line
from streams.tools.relay.mail import page, render

URL = "https://gateway.example/r/AAAAAAAAAAAAAAAAAAAAAA"


@pytest.mark.parametrize("language", sorted(LINES))
def test_each_tone_is_another_mail_with_the_same_line(language: str) -> None:
    """The line stands alone on its line, once; the three tones differ."""
    mails = [render(language, URL, "青葉", tone) for tone in ("formal", "warm", "brief")]

    assert len(set(mails)) == 3
    for mail in mails:
        assert mail.splitlines().count(line(language, URL)) == 1
        assert "{" not in mail and "\n\n\n" not in mail
        assert "青葉" in mail.splitlines()[0] and "青葉" in mail.splitlines()[-1]


PARTS = {
    "ja": (
        "件名：選考結果のご連絡（青葉）", "［応募者名］ 様", "ご応募", "ご期待に添えない", "印象", "応援", "▶ ご登録はこちら（無料）：http",
        "専任のアドバイザー", "お祈り", "青葉 採用担当",
    ),
    "en": (
        "Subject: The result", "Dear [name]", "Thank you very much for", "careful consideration", "impression", "support you",
        "▶ Register here", "an adviser", "wish you", "青葉, Recruiting",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", sorted(PARTS))
def test_the_default_mail_has_its_parts_in_order(language: str) -> None:
    """Thanks, result, encouragement, the service, the line, its advisers, and the closing words."""
    mail = render(language, URL, "青葉", "formal")
    places = [mail.find(part) for part in PARTS[language]]

    assert -1 not in places and places == sorted(places), mail


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{ company }} は不採用です", "lacks {{ line }}"),
        ("{{ compny }} {{ line }}", "'compny' is undefined"),
        ("{{ company.__class__ }} {{ line }}", "unsafe"),
        ("{% if %}{{ line }}", "Expected an expression"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused(
    tmp_path: Path, template: str, problem: str
) -> None:
    """The message says what is wrong; nothing outside the sandbox is reached."""
    path = tmp_path / "mail.txt"
    path.write_text(template)

    with pytest.raises(Malformed, match=problem.replace("{", r"\{")):
        render("ja", URL, "青葉", "formal", path)


def test_the_page_is_text_only() -> None:
    """A template cannot bring markup into the preview page."""
    assert "&lt;script&gt;" in page("<script>", "ja")
