"""What a stranger's text is shown as."""

from __future__ import annotations

from cookiesafe.legible import legible


def test_a_strangers_text_is_shown_short_and_in_one_line() -> None:
    assert legible("a\u202eb\0\n\ud800") == "a\ufffdb\ufffd\ufffd\ufffd"
    assert len(legible("x" * 1_000)) == 81
