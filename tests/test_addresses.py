"""Where a site is. What a setting may name is tried where it is set."""

from __future__ import annotations

import pytest

from cookiesafe.addresses import is_loopback


@pytest.mark.parametrize(
    ("authority", "loopback"),
    [
        ("localhost", True),
        ("LOCALHOST:8801", True),
        ("localhost.", True),
        ("harbour.localhost:8801", True),
        ("127.0.0.1", True),
        ("127.8.9.1:80", True),
        ("[::1]:8801", True),
        ("[::1]", True),
        ("", False),
        ("www.example", False),
        ("localhost.example", False),
        ("notlocalhost", False),
        ("localhost@evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("10.0.0.7", False),
        ("0.0.0.0", False),  # noqa: S104
        ("[::1", False),
        ("[evil]", False),
        ("::1", False),
        ("localhost/../evil", True),
        ("//localhost", False),
    ],
)
def test_what_this_machine_is_called(authority: str, loopback: bool) -> None:
    assert is_loopback(authority) is loopback
