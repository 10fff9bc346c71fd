"""The one line of a rejection mail: what is pasted into an ATS."""

LINES = {"ja": "▶ ご登録はこちら（無料）：{url}", "en": "▶ Register here (free of charge): {url}"}


def line(language: str, url: str) -> str:
    """The line with its link, in the language of the mail."""
    return LINES[language].format(url=url)
