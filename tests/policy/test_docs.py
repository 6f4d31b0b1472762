"""What docs/policy.md shows works, and what it lists is all there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cookiesafe.errors import PolicyError
from cookiesafe.policy import Policy
from cookiesafe.policy.shape import SECTIONS, SITE, Section

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("text", blocks("toml"))
def test_every_policy_on_the_page_is_a_policy(text: str) -> None:
    assert Policy.from_toml(text).site.name


def test_the_page_has_examples() -> None:
    assert len(blocks("toml")) == 7


@pytest.mark.parametrize("example", blocks("python")[1:])
def test_every_policy_built_in_python_on_the_page_holds_what_it_asserts(example: str) -> None:
    assert "assert " in example
    exec(compile(example, "docs/policy.md", "exec"), {})  # noqa: S102


def test_the_messages_on_the_page_are_the_real_ones() -> None:
    [shown] = blocks("text")
    lines = ["[site]", 'name = "X"', *[""] * 8, '[purposes.advertising]\ntitle = "A"']
    lines += ["[cookies.ad]", 'purpose = "advertsing"', *[""] * 5]
    lines += ['[cookies.b]\npurpose = "advertising"\nlifetime = "90 dayz"']
    with pytest.raises(PolicyError) as caught:
        Policy.from_toml("\n".join(lines), "cookiesafe.toml")

    assert f"{caught.value}\n" == shown


@pytest.mark.parametrize(
    ("header", "section"),
    [("[site]", SITE), *((f"[{name}.", section) for name, section in SECTIONS.items())],
)
def test_the_page_lists_every_key_in_bold_where_it_must_be_there(
    header: str, section: Section
) -> None:
    [chapter] = re.findall(rf"^### `{re.escape(header)}.*?(?=^##)", PAGE, re.DOTALL | re.MULTILINE)
    listed = re.findall(r"^\| (\*\*)?`([a-z_]+)`", chapter, re.MULTILINE)

    assert {name: bool(bold) for bold, name in listed} == {
        name: key.required for name, key in section.keys.items()
    }


def test_the_page_lists_exactly_the_codes_that_are_used() -> None:
    sources = (ROOT / "cookiesafe" / "policy").glob("*.py")
    used = {
        code for path in sources for code in re.findall(r"\bCS1\d\d\b", path.read_text("utf-8"))
    }

    assert set(re.findall(r"^\| (CS\d+) \|", PAGE, re.MULTILINE)) == used
