"""What the README and the pages in docs/ show works, what they list is all there is, and their links lead somewhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from secrets import token_urlsafe
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import Client

from cookiesafe import Policy, current_visit
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from cookiesafe.consent.cookie import read
from cookiesafe.events import log
from cookiesafe.policy import History
from cookiesafe.testing import WSGISuite
from cookiesafe.testing.asgi import ASGIClient
from tests.support.harbour import KEY
from tests.support.serving import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TESTED_ELSEWHERE = ROOT / "docs" / "policy.md"
FOLLOWED = sorted((ROOT / "docs").glob("start-*.md"))
"""By tests/test_starting.py, command by command."""
EXAMPLES = [page for page in PAGES if page != TESTED_ELSEWHERE and page not in FOLLOWED]
MEMORY = Path("/dev/shm")  # noqa: S108
LINKING = sorted({*PAGES, *ROOT.glob("*.md")})

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FILE = re.compile(r"# ([\w-]+\.(?:toml|py))\n")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of each code block."""
    return _BLOCK.findall(text_of(page))


def headings(page: Path) -> list[str]:
    prose = _BLOCK.sub("", text_of(page))
    return re.findall(r"^#+ (.+)$", prose, re.MULTILINE)


def anchor(heading: str) -> str:
    """As GitHub makes one: lower case, no marks, a dash for each space."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def run(page: Path) -> dict[str, Any]:
    """Run the page's Python as one module, with each named block as a file beside it."""
    # Where frameworks look for what annotations name.
    sys.modules["example"] = module = ModuleType("example")
    namespace = vars(module)
    for language, text in blocks(page):
        if named := _FILE.match(text):
            Path(named[1]).write_text(text, encoding="utf-8")
        if language == "python":
            exec(compile(text, name_of(page), "exec", dont_inherit=True), namespace)  # noqa: S102
    return namespace


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("COOKIESAFE_KEY", KEY)
    # What a page adds to it is gone with the page.
    monkeypatch.setattr(log, "handlers", log.handlers.copy())


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("page", EXAMPLES, ids=name_of)
def test_all_python_on_a_page_runs_without_a_warning(page: Path) -> None:
    """pytest makes errors of them, but of one of WebOb's."""
    run(page)


@pytest.mark.parametrize("page", EXAMPLES, ids=name_of)
def test_every_policy_on_a_page_is_a_policy(page: Path) -> None:
    for language, text in blocks(page):
        if language == "toml":
            assert Policy.from_toml(text).site.name


@pytest.mark.usefixtures("elsewhere")
def test_the_readmes_example_does_what_it_tells_to_verify() -> None:
    example = run(ROOT / "README.md")
    browser = example["app"].test_client()
    browsing, posting = {"Accept": "text/html"}, {"Origin": "http://localhost"}
    try:
        before = browser.get("/", headers=browsing)
        browser.post("/cookiesafe/choices", data={"choice": "accept"}, headers=posting)
        after = browser.get("/", headers=browsing)
        adverts = browser.get("/adverts", headers=browsing)
    finally:
        example["safe"].close()

    assert 'data-cookiesafe="banner"' in before.text
    assert "ads.gullwing.example" not in before.headers["Content-Security-Policy"]
    assert [line.partition("=")[0] for line in before.headers.getlist("Set-Cookie")] == [
        "cookiesafe-session"
    ]
    assert "Visit 2" in after.text
    assert 'data-cookiesafe="banner"' not in after.text
    assert "Cookie choices" in after.text
    assert "ads.gullwing.example" in after.headers["Content-Security-Policy"]
    assert "hl_ad" in {line.partition("=")[0] for line in after.headers.getlist("Set-Cookie")}
    assert "match.js" in adverts.text


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("app", ["asgi:app", "wsgi:app"])
def test_the_readmes_example_passes_the_check_that_it_names(app: str) -> None:
    run(ROOT / "README.md")["safe"].close()

    done = subprocess.run(
        [sys.executable, "-m", "cookiesafe", "check", app],
        env={**os.environ, "PYTHONPATH": str(ROOT), "COOKIESAFE_KEY": token_urlsafe(32)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, f"{app}: nothing found in 1 page\n")


@pytest.mark.usefixtures("elsewhere")
def test_the_readmes_login_is_remembered_only_by_its_box() -> None:
    example = run(ROOT / "README.md")
    ours = {"Origin": "http://localhost", "User-Agent": "Firefox/140.0"}
    right, wrong = {"user": "ada", "password": "lighthouse"}, {"user": "ada", "password": "x"}
    try:
        kept = {}
        for name, form in {"wrong": wrong, "visit": right, "stay": right | {"stay": "on"}}.items():
            browser = example["app"].test_client()
            browser.post("/sign-in", data=form, headers=ours)
            kept[name] = browser.get_cookie("cookiesafe-remember") is not None
        listed = browser.get("/cookiesafe/devices").text
        browser.post("/sign-out", data={"everywhere": "on"}, headers=ours)
        after = browser.get("/cookiesafe/devices").text
    finally:
        example["safe"].close()

    assert kept == {"wrong": False, "visit": False, "stay": True}
    assert "Firefox (this browser)" in listed
    assert "Nobody is signed in" in after


@pytest.mark.usefixtures("elsewhere")
def test_the_login_on_its_page_is_remembered_only_by_its_box() -> None:
    example = run(ROOT / "docs" / "remember.md")
    try:
        lines = {
            body: Client(example["app"]).post("/", data=body).headers.getlist("Set-Cookie")
            for body in (b"user=ada", b"user=ada&stay=on")
        }
    finally:
        example["safe"].close()

    [without, with_it] = [" ".join(each) for each in lines.values()]
    assert "cookiesafe-session=" in without
    assert "cookiesafe-remember=" not in without
    assert re.search(r"cookiesafe-remember=\S+.*Max-Age=1209600", with_it)


@pytest.mark.usefixtures("elsewhere")
def test_the_store_on_its_page_passes_the_suite_and_is_short() -> None:
    run(ROOT / "docs" / "stores.md")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"]
    path = os.pathsep.join([str(ROOT), "."])

    # It waits for a thousand commits, if the files are on a disk.
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as quick:
        done = subprocess.run(
            [*command, "--basetemp", f"{quick}/places", "test_file_logins.py"],
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert re.search(r"^[5-9]\d passed", done.stdout, re.MULTILINE), done.stdout
    assert done.returncode == 0
    assert len(Path("file_logins.py").read_text(encoding="utf-8").splitlines()) < 150


@pytest.mark.usefixtures("elsewhere")
def test_the_tests_on_their_page_end_as_it_says() -> None:
    page = ROOT / "docs" / "testing.md"
    run(page)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"]

    done = subprocess.run(
        [*command, "-p", "pytest_cookiesafe", "-o", "cookiesafe_app=harbour_shop:app"],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), "."]),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )

    assert "1 failed, 6 passed" in done.stdout, done.stdout
    shown = next(text for language, text in blocks(page) if language == "text")
    for line in shown.splitlines()[1:]:
        assert line in done.stdout
    assert "FAILED test_audit.py::test_news_are_not" in done.stdout


@pytest.mark.usefixtures("elsewhere")
def test_the_dashboards_on_their_page_are_there_for_who_works_there_alone() -> None:
    example = run(ROOT / "docs" / "dashboard.md")
    ours, there = {"Origin": "http://localhost"}, "/cookiesafe/dashboard"
    try:
        flask, fastapi = example["app"].test_client(), ASGIClient(example["api"])
        before = flask.get(there).status_code, fastapi.get(there).status
        flask.post("/sign-in", data={"user": "kit"}, headers=ours)
        fastapi.post("/sign-in/kit")
        after = flask.get(there).status_code, fastapi.get(there).status
        flask.post("/sign-in", data={"user": "ada"}, headers=ours)
        fastapi.post("/sign-in/ada")
        others = flask.get(there).status_code, fastapi.get(there).status
    finally:
        example["safe"].close()

    assert (before, after, others) == ((404, 404), (200, 200), (404, 404))


@pytest.mark.usefixtures("elsewhere")
def test_the_form_on_its_page_is_shown_again_as_it_came() -> None:
    example = run(ROOT / "docs" / "features.md")
    ours = {"Origin": "http://localhost"}
    try:
        browser = example["app"].test_client()
        value = re.findall('value="(on:.*?)"', browser.get("/bill").text)[0]
        answered = browser.post(
            "/bill", data={"name": "Ada", "cookiesafe-feature": value}, headers=ours
        ).text
        again, paid = browser.get("/bill").text, browser.post("/bill", data={"name": "Ada"}).text
    finally:
        example["safe"].close()

    assert 'value="Ada"' in answered
    assert "is off, so" not in answered + again
    assert "Paid, thank you" in paid


@pytest.mark.usefixtures("elsewhere")
def test_the_form_on_its_page_is_ordered_once_and_without_a_cookie() -> None:
    example = run(ROOT / "docs" / "forms.md")
    browser = example["app"].test_client(use_cookies=False)

    def send(page: str, **typed: str) -> str:
        found = re.search(r'name="state" value="([\w-]+)"', page)
        answer = browser.post("/order", data={"state": found and found[1], **typed})
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
        return str(answer.text)

    try:
        first = browser.get("/order").text
        left_out = send(first, go="next", name=" ")
        second = send(left_out, go="next", name="Ada")
        skipped = send(second, go="send", street="Pier 1")
        third = send(second, go="next", street="Pier 1")
        back = send(send(third, go="back"), go="back")
        done = send(third, go="send")
        again = send(send(second, go="next", street="Pier 9"), go="send")
    finally:
        example["safe"].close()
        example["engine"].dispose()

    assert "Please fill this in" in left_out
    assert "please begin again" in skipped
    assert 'name="name" value="Ada"' in back
    assert done == again == "Thank you. Order 2 goes to Pier 1."


@pytest.mark.usefixtures("elsewhere")
def test_the_reading_on_that_page_is_taken_with_a_password_alone() -> None:
    example = run(ROOT / "docs" / "forms.md")
    browser = example["app"].test_client(use_cookies=False)
    state = re.search(r'name="state" value="([\w-]+)"', browser.get("/reading").text)
    assert state
    sent = {"state": state[1], "meter": "4711", "user": "ada"}
    try:
        wrong, missing, right = (
            browser.post("/reading", data=sent | more)
            for more in ({"password": "x"}, {"user": "eve"}, {"password": "lighthouse"})
        )
    finally:
        example["safe"].close()
        example["engine"].dispose()

    for answer in (wrong, missing):
        assert "password again" in answer.text
        assert 'name="meter" value="4711"' in answer.text
    assert right.text == "Thank you, ada: 4711."
    assert "Set-Cookie" not in right.headers


CURLS = {
    "README.md": ["Content-Security-Policy", "Set-Cookie: cookiesafe-session", '"banner"'],
    "docs/csp.md": ["Content-Security-Policy", "Content-Security-Policy"],
    "docs/frameworks.md": ["Content-Security-Policy", '"banner"'],
}
"""What is left of an answer by the line of curl on a page."""


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("name", CURLS)
def test_what_a_page_asks_by_curl_is_answered_as_it_says(name: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl here")
    [line] = re.findall(r"(curl -\S+ [^`\n]+)", text_of(ROOT / name))
    example = run(ROOT / name)
    with serving(example["app"]) as port:
        asked = re.sub(
            r"https?://(localhost:8000|www\.example)/", f"http://localhost:{port}/", line
        )
        told = subprocess.run(["bash", "-c", asked], stdout=subprocess.PIPE, text=True, check=True)
    example["safe"].close()

    found = [each for line in told.stdout.splitlines() for each in {*CURLS[name]} if each in line]
    assert sorted(found) == sorted(CURLS[name]), told.stdout
    assert len(found) == told.stdout.count("\n")


@pytest.mark.usefixtures("elsewhere")
def test_the_receipts_on_their_page_are_told_of_as_it_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = ROOT / "docs" / "receipts.md"
    run(page)

    assert [capsys.readouterr().out] == [
        text for language, text in blocks(page) if language == "text"
    ]


@pytest.mark.usefixtures("elsewhere")
def test_the_refusal_on_its_page_is_what_a_script_gets() -> None:
    page = ROOT / "docs" / "frameworks.md"
    [shown] = [text for language, text in blocks(page) if language == "json"]
    example = run(page)

    def app(environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        refusal = current_visit().refusal("advertising")
        assert refusal is not None
        start(f"{refusal.reply.status} Forbidden", list(refusal.reply.headers))
        return [refusal.reply.body]

    try:
        browser = Client(CookieSafeMiddleware(app, example["safe"]))
        answer = browser.get("/adverts", headers={"Accept": "application/json"})
    finally:
        example["safe"].close()

    assert answer.status_code == 403
    assert answer.json == json.loads(shown)


@pytest.mark.parametrize("name", ["README.md", "docs/consent.md"])
def test_the_choices_on_a_page_are_of_the_form_that_is_read(name: str) -> None:
    policy = Policy.from_toml(
        '[site]\nname = "Harbour"\n'
        + "".join(
            f'[purposes.{each}]\ntitle = "{each}"\n' for each in ("advertising", "statistics")
        )
    )
    shown = re.findall(r"^(1\.\d.*)\.SIGNATURE$", text_of(ROOT / name), re.MULTILINE)

    for payload in shown:
        consent = read(payload, policy, History(policy))
        assert consent.day is not None
        assert consent.state("statistics") == "refused"
    assert shown


SUITE = sorted(name for name in dir(WSGISuite) if name.startswith("test_"))


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[type[WSGISuite]]:
    """The test class of the framework that its page makes up."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("made_up"))
        patch.setenv("COOKIESAFE_KEY", KEY)
        example = run(ROOT / "docs" / "frameworks.md")
        yield example["TestDinghy"]
        example["safe"].close()


@pytest.mark.parametrize("name", SUITE)
def test_the_framework_that_its_page_makes_up_passes_the_suite(
    made_up: type[WSGISuite], name: str
) -> None:
    getattr(made_up(), name)()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_file_on_a_page_has_the_name_of_a_module_of_pythons(page: Path) -> None:
    """Python would find its own instead."""
    named = [found[1] for _, text in blocks(page) if (found := _FILE.match(text))]

    assert not {Path(name).stem for name in named} & sys.stdlib_module_names


def test_the_worked_example_is_short() -> None:
    named = ("# dinghy.py", "# cookiesafe_dinghy.py", "# test_dinghy.py")
    parts = [text for _, text in blocks(ROOT / "docs" / "frameworks.md") if text.startswith(named)]

    assert len(parts) == 3
    assert sum(text.count("\n") for text in parts) < 150


def test_every_code_is_explained_and_no_other() -> None:
    sources = [*(ROOT / "cookiesafe").rglob("*.py"), *(ROOT / "adapters").rglob("*.py")]
    used = {code for path in sources for code in re.findall(r"\bCS\d{3}\b", text_of(path))}
    on_errors = [each for each in headings(ROOT / "docs" / "errors.md") if each.startswith("CS")]
    on_policy = re.findall(r"^\| (CS\d{3}) \|", text_of(TESTED_ELSEWHERE), re.MULTILINE)

    assert sorted([*on_errors, *on_policy]) == sorted(used)


@pytest.mark.parametrize("page", LINKING, ids=name_of)
def test_every_relative_link_leads_to_a_file_and_its_heading(page: Path) -> None:
    for link in _LINK.findall(_BLOCK.sub("", text_of(page))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, fragment = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        if fragment:
            assert fragment in map(anchor, headings(target)), link


def test_the_ceilings_on_the_page_are_those_that_are_kept() -> None:
    from benchmarks.goals import GOALS

    rows = re.findall(
        r"^\| (.+) \| ([\d.]+) \| ([\d.]+) \|$",
        text_of(ROOT / "docs" / "benchmarks.md"),
        re.MULTILINE,
    )

    assert [(title, float(goal), float(ceiling)) for title, goal, ceiling in rows] == [
        (each.title, each.goal, each.ceiling) for each in GOALS
    ]


def test_the_settings_on_the_readme_are_all_there_are() -> None:
    from inspect import signature

    from cookiesafe import CookieSafe

    _, _, rest = text_of(ROOT / "README.md").partition("\n## Settings\n")
    chapter = rest.partition("\n## ")[0]
    listed = [
        name
        for row in re.findall(r"^\| (`.+?) \|", chapter, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    ]

    assert listed == list(signature(CookieSafe).parameters)


def test_what_changes_next_has_a_place_in_the_changelog() -> None:
    assert "[Unreleased]" in headings(ROOT / "CHANGELOG.md")


def modules_of_the_house() -> set[str]:
    """What CONTRIBUTING.md names in its tree, by the folders above each."""
    tree = next(text for _, text in blocks(ROOT / "CONTRIBUTING.md") if "exchange.py" in text)
    named: set[str] = set()
    folders: list[str] = []
    for line in tree.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        for name in re.findall(r"^[\w./]+(?:, [\w./]+)*", line.strip())[0].split(", "):
            del folders[depth:]
            if name.endswith("/"):
                folders.append(name)
            else:
                named.add("".join([*folders, name]))
    return {each for each in named if each.endswith(".py")}


def test_the_house_has_the_modules_that_are_named_and_no_others() -> None:
    package = [each for top in ("cookiesafe", "adapters") for each in (ROOT / top).rglob("*.py")]
    there = {name_of(each) for each in package if each.name != "__init__.py"}
    there |= {each.name for each in ROOT.glob("*.py")}

    assert modules_of_the_house() == {
        each for each in there if not each.startswith("cookiesafe/adapters/")
    }
