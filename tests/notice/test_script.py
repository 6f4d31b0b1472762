"""The little script: how little it is, and what its tag and its template say."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.consent import UNDECIDED, Circumstances, choose
from cookiesafe.notice import Lasting, Notice, script, script_version
from cookiesafe.notice.script import squeezed
from cookiesafe.policy import Policy, Purpose, Site
from tests.support import node

MOST_BYTES = 1024
POLICY = Policy(
    site=Site(name="Harbour <Light> & Water"),
    purposes=[
        Purpose(id="tips", title="Tips"),
        Purpose(id="ads", title="Ads", signal="gpc"),
    ],
)
NOTICE = Notice(POLICY, "/cookiesafe", Lasting(idle=1, absolute=1, marker=1))
CIRCUMSTANCES = Circumstances(frozenset(), POLICY.regime(""))
SINKS = (
    "innerHTML|outerHTML|insertAdjacentHTML|document.write|eval|Function(|setTimeout|srcdoc|"
    "DOMParser|createContextualFragment|importScripts|javascript:|.src="
)


def parsed(page: str) -> Any:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parseFragment(page)


def test_it_is_one_kilobyte_at_most_as_it_travels() -> None:
    assert len(gzip.compress(script(), 9)) <= MOST_BYTES


def test_it_makes_nothing_out_of_text_but_text() -> None:
    for sink in SINKS.split("|"):
        assert sink.encode() not in script()


def test_it_asks_no_other_host_and_keeps_nothing_in_the_browser() -> None:
    for word in (
        b"//",
        b"cookieStore",
        b"document.cookie",
        b"localStorage",
        b"sessionStorage",
        b"indexedDB",
    ):
        assert word not in script()


def test_what_is_served_is_the_same_without_comments_and_blanks() -> None:
    source = files("cookiesafe.notice").joinpath("script.js").read_text(encoding="ascii")
    source = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)

    def letters(text: str) -> str:
        return re.sub(r"[\s;,]+", "", text)

    assert letters(script().decode()) == letters(source)
    assert b"/*" not in script()
    assert b"\n" not in script()


def test_texts_in_it_stay_as_they_are() -> None:
    assert squeezed('/* a */ x = "a  =  b";\n  y = 1;\n') == b'x="a  =  b";y=1;'


def test_it_is_javascript_that_can_be_read(tmp_path: Path) -> None:
    program = shutil.which("node")
    if program is None:
        pytest.skip("no node to read it with")
    path = tmp_path / "script.js"
    path.write_bytes(script())

    subprocess.run([program, "--check", str(path)], check=True, capture_output=True)


def test_its_address_changes_with_it() -> None:
    assert re.fullmatch("[0-9a-f]{12}", script_version())
    assert f"/my/cookiesafe/notice.js?v={script_version()}" in NOTICE.script.tag("/my", "/c", "{}")


@given(st.text(), st.text(), st.text())
def test_no_words_are_markup_in_its_tag(choices: str, state: str, nonce: str) -> None:
    texts = [
        re.sub(r"[\ud800-\udfff\r\0]|[^\x20-\x7e]", "", each) for each in (choices, state, nonce)
    ]
    choices, state, nonce = texts
    (tag,) = parsed(NOTICE.script.tag("/'\"><", choices, state, nonce=nonce, native=True))

    assert tag.tag == "script"
    assert tag.get("data-choices") == choices
    assert tag.get("data-state") == state
    assert tag.get("nonce", "") == nonce
    assert len(tag) == 0
    assert not tag.text


@pytest.mark.parametrize("here", ["/", "/a?b=c&d=%22", '/"><script>x</script>', "/'x"])
def test_the_way_to_change_a_choice_leads_back_to_the_page(here: str) -> None:
    page = NOTICE.answer("", here, CIRCUMSTANCES, linked=False)
    assert page.isascii()
    (template,) = parsed(page.decode())

    assert [each.tag for each in template] == ["p", "p", "nav"]
    said, failed, nav = template
    assert [each.tag for each in said] == ["span", "a", "button"]
    assert said.get("role") == "status"
    assert said.get("tabindex") == "-1"
    assert said.find("a").get("href").startswith("/cookiesafe/choices?next=/")
    assert said.find("button").get("type") == "button"
    assert nav.get("data-cookiesafe") == "revisit"
    assert failed.get("role") == "alert"
    assert not list(template.iter("script"))


def test_the_words_after_a_choice_are_those_of_the_choices_page_as_plain_text() -> None:
    some = choose(POLICY, ["tips"], day=20_000)

    assert NOTICE.choices.status("", choose(POLICY, (), day=20_000), CIRCUMSTANCES) == (
        "On 2024-10-04 you rejected everything optional."
    )
    text = NOTICE.choices.status("", some, CIRCUMSTANCES)
    assert text == "On 2024-10-04 you agreed to: Tips. Everything else optional is off."
    assert text.encode() in NOTICE.choices.page("", "/", some, CIRCUMSTANCES)
    assert "not chosen yet" in NOTICE.choices.status("", UNDECIDED, CIRCUMSTANCES)


# --- TypeScript -----------------------------------------------------------------------------------


USE = """
const allowed: boolean = window.cookieSafe!.allows("statistics");
cookieSafe?.onChange((now) => { const decided: boolean = now.decided; now.open(); });
document.addEventListener("cookiesafe:change", (event) => event.detail.allows("@gullwing"));
window.addEventListener("cookiesafe:change", (event: CustomEvent<CookieSafe>) => event.detail.decided);
"""
MISUSE = {
    "window.cookieSafe!.allows(7);": "TS2345",
    "window.cookieSafe!.decided = true;": "TS2540",
    "window.cookieSafe.open();": "TS18048",
    'document.addEventListener("cookiesafe:change", (event) => event.detail.alows("x"));': "TS2551",
}


def compiled(folder: Path, text: str) -> str:
    """What the compiler says of a program that uses the declarations that are shipped."""
    program = shutil.which("node")
    compiler = node.package("typescript") / "bin" / "tsc"
    assert program is not None, "npm is here, so node is"
    source = folder / "use.ts"
    source.write_text(text, encoding="utf-8")
    declared = files("cookiesafe.notice").joinpath("cookiesafe.d.ts")
    command = [program, str(compiler), "--noEmit", "--strict", "--lib", "es2022,dom"]
    done = subprocess.run(
        [*command, str(declared), str(source)],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def test_a_program_may_use_what_is_declared(tmp_path: Path) -> None:
    assert compiled(tmp_path, USE) == ""


def test_what_is_not_declared_may_not_be_used(tmp_path: Path) -> None:
    said = compiled(tmp_path, "\n".join(MISUSE))

    assert re.findall(r"\((\d+),.*?error (TS\d+)", said) == [
        (str(line), code) for line, code in enumerate(MISUSE.values(), 1)
    ]


def test_all_that_is_there_is_declared() -> None:
    declared = files("cookiesafe.notice").joinpath("cookiesafe.d.ts").read_text(encoding="utf-8")
    [interface] = re.findall(r"interface CookieSafe \{(.*?)\n\}", declared, re.DOTALL)
    [members] = re.findall(r"window\.cookieSafe=\{(.*)\};google", script().decode())

    assert set(re.findall(r"^  (?:readonly )?(\w+)[(:]", interface, re.MULTILINE)) == set(
        re.findall(r"(?:^|,)(?:get )?(\w+)(?=[(:])", members)
    )


def test_the_versions_are_json_that_the_tests_can_read() -> None:
    package = Path(__file__).parents[1] / "node" / "package.json"

    assert "typescript" in json.loads(package.read_text(encoding="utf-8"))["dependencies"]
