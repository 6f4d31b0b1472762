"""Whether the app's own policy lets a script of ours run, and with which nonce."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.gate.scripting import ANYHOW, Scripting, scripting
from cookiesafe.gate.urls import Address

PAGE = Address("https", "www.example", 443)
QUIET = Scripting("", calls=False)


def under(*policies: str) -> Scripting | None:
    return scripting([("Content-Security-Policy", each) for each in policies], PAGE)


@pytest.mark.parametrize(
    ("policy", "runs"),
    [
        ("", ANYHOW),
        ("img-src 'none'", ANYHOW),
        ("DEFAULT-SRC 'SELF'", ANYHOW),
        ("script-src https:", ANYHOW),
        ("script-src www.example", ANYHOW),
        ("script-src www.example:443", ANYHOW),
        ("script-src 'self'; script-src 'none'", ANYHOW),
        ("script-src 'none'; script-src-elem 'self'", ANYHOW),
        ("script-src 'nonce-Ab_-+/0=='", Scripting("Ab_-+/0==", calls=True)),
        ("script-src 'NONCE-Ab' 'strict-dynamic'", Scripting("Ab", calls=True)),
        ("script-src 'nonce-Ab' 'self'", ANYHOW),
        ("connect-src 'none'", QUIET),
        ("default-src 'none'; script-src 'self'", QUIET),
        ("default-src 'none'; script-src 'self'; connect-src 'self'", ANYHOW),
        ("script-src 'none'", None),
        ("script-src", None),
        ("default-src other.example", None),
        ("script-src http://www.example:8080", None),
        ("script-src 'self' 'strict-dynamic'", None),
        ("script-src 'self'; script-src-elem 'none'", None),
        ("script-src 'self', script-src 'none'", None),
        ("script-src 'unsafe-inline' 'unsafe-eval' data:", None),
        ("script-src 'nonce-a\"b'", None),
        ("script-src 'nonce-'", None),
    ],
)
def test_what_it_says_is_heeded(policy: str, runs: Scripting | None) -> None:
    assert under(policy) == runs
    assert under("img-src *", policy) == runs
    assert scripting([("content-security-policy", policy)], PAGE) == runs
    assert scripting([("Content-Security-Policy-Report-Only", policy)], PAGE) == ANYHOW


def test_of_several_policies_each_has_to_let_it() -> None:
    assert under("script-src 'nonce-a' 'nonce-b'", "script-src 'nonce-b'") == ("b", True)
    assert under("script-src 'nonce-a'", "script-src 'nonce-b'") is None
    assert under("script-src 'self'", "connect-src 'none'") == QUIET


@given(st.text(st.sampled_from("scriptcone-dfaul 'self*;,\0\t/:.\xff\"<>"), max_size=60))
def test_whatever_a_policy_is_it_raises_nothing_and_no_nonce_is_markup(policy: str) -> None:
    found = under(policy)

    assert found is None or not set(found.nonce) & set("\"'<> ")
