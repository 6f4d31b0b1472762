"""The guide in front of the portal: its pages, its strip, its buttons, and the signal it sends for browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cookiesafe.adapters.stores import open_store
from demo_app import data, serve
from demo_app.demo import portal_server
from demo_app.guide.signal import taken_off
from demo_app.guide.steps import STEPS
from demo_app.options import Guarding, Options
from demo_app.portal.seed import EMAIL, PASSWORD
from demo_app.stage import Others, Stage
from tests.support.servers import EDGES, Answer, Edge, ask

ROOT = Path(__file__).parents[2]
GPC = "Opt-out request honoured"


@dataclass
class Visitor:
    """A browser at the portal. It keeps cookies."""

    url: str
    stage: Stage
    forgotten: list[str]
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return self._kept(ask(self.url, path, cookies=self.cookies))

    def post(self, path: str, headers: dict[str, str] | None = None, **form: str) -> Answer:
        return self._kept(ask(self.url, path, form=form, cookies=self.cookies, headers=headers))

    def choose(self, choice: str) -> Answer:
        return self.post("/cookiesafe/choices", choice=choice, next="/")

    def _kept(self, answer: Answer) -> Answer:
        self.cookies |= answer.set
        # What is set to nothing was deleted.
        self.cookies = {name: value for name, value in self.cookies.items() if value.strip('"')}
        return answer


@contextmanager
def opened(edge: Edge, folder: Path, guard: Guarding = "enforce") -> Iterator[Visitor]:
    forgotten: list[str] = []
    others = Others(8802, 8803, [lambda: forgotten.append("gullwing")])
    options = Options(wsgi=edge == "wsgi", guard=guard)
    with ExitStack() as stack:
        bound = serve.bind(0)
        home = f"http://harbour.localhost:{serve.port_of(bound)}"
        stage = stack.enter_context(closing(Stage(options, folder, home, others)))
        stack.enter_context(serve.running([portal_server(options, stage, bound)]))
        yield Visitor(home, stage, forgotten)


@pytest.fixture(params=EDGES)
def edge(request: pytest.FixtureRequest) -> Edge:
    edge: Edge = request.param
    return edge


@pytest.fixture
def visitor(edge: Edge, tmp_path: Path) -> Iterator[Visitor]:
    with opened(edge, tmp_path) as visitor:
        yield visitor


# --- the steps -----------------------------------------------------------------------------------


def test_each_step_leads_to_a_page_and_is_marked_on_it(visitor: Visitor) -> None:
    visitor.choose("accept")
    for number, step in enumerate(STEPS, 1):
        gone = visitor.get(f"/demo/step/{number}")
        assert (gone.status, gone.location) == (303, step.path)
        assert visitor.get(step.path).status == 200
        home = visitor.get("/").body
        assert f"{number} of {len(STEPS)}: {step.title}" in home
        assert len(re.findall('aria-current="step"', home)) == 1


def test_the_documentation_has_the_same_steps() -> None:
    text = (ROOT / "docs" / "demo.md").read_text(encoding="utf-8")

    assert re.findall(r"^\d+\. \*\*(.+?)\*\*", text, re.MULTILINE) == [s.title for s in STEPS]


@pytest.mark.parametrize(
    "path", ["/demo/step/0", "/demo/step/99", "/demo/step/1x", "/demo/nothing", "/demo/start-again"]
)
def test_what_is_not_there_is_no_step(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status == 404
    assert visitor.forgotten == []


def test_the_guide_sets_no_cookie_and_is_seen_by_nobody_behind_it(visitor: Visitor) -> None:
    page = visitor.get("/demo")

    assert page.status == 200
    assert page.set == {}
    assert "data-cookiesafe" not in page.body


def test_where_cookiesafe_is_left_out_its_pages_are_no_dead_end(edge: Edge, tmp_path: Path) -> None:
    with opened(edge, tmp_path, "bare") as visitor:
        for path in ("/cookiesafe/choices?next=/", "/cookiesafe/age", "/cookiesafe"):
            answer = visitor.get(path)
            assert answer.status == 404
            assert "The portal runs without it here" in answer.body
        assert visitor.post("/cookiesafe/receipt", do="check").status == 404
        assert "Publish policy" not in visitor.get("/demo").body


@pytest.mark.parametrize(
    ("guard", "said"),
    [("enforce", ""), ("observe", "CookieSafe only watches"), ("bare", "CookieSafe is left out")],
)
def test_it_says_where_not_all_of_the_steps_come_true(
    edge: Edge, tmp_path: Path, guard: Guarding, said: str
) -> None:
    with opened(edge, tmp_path, guard) as visitor:
        for path in ("/demo", "/bills"):
            page = visitor.get(path).body
            assert said in page
            assert ("<b>Here</b>" in page) == bool(said)
        assert ('data-cookiesafe="banner"' in visitor.get("/").body) == (guard == "enforce")


# --- the signal ----------------------------------------------------------------------------------


def test_the_signal_is_sent_for_who_asked_for_it_and_nobody_else(visitor: Visitor) -> None:
    other = Visitor(visitor.url, visitor.stage, [])
    for each in (visitor, other):
        each.choose("accept")
    visitor.post("/demo/signal/on")

    assert GPC in visitor.get("/cookiesafe/choices").body
    assert "Sec-GPC is sent" in visitor.get("/").body
    assert GPC not in other.get("/cookiesafe/choices").body

    visitor.post("/demo/signal/off")
    assert "demo-gpc" not in visitor.cookies
    assert GPC not in visitor.get("/cookiesafe/choices").body


@pytest.mark.parametrize(
    ("header", "rest", "asked_for"),
    [
        ("", "", False),
        ("a=1; b=2", "a=1; b=2", False),
        ("demo-gpc=1", "", True),
        ("a=1; demo-gpc=1; b=2", "a=1; b=2", True),
        ("a=1;demo-gpc=0;b=2", "a=1; b=2", False),
        ("demo-gpc-not=1; x=demo-gpc=1", "demo-gpc-not=1; x=demo-gpc=1", False),
        (";;demo-gpc; =", "=", False),
    ],
)
def test_the_guides_cookie_is_taken_off(header: str, rest: str, asked_for: bool) -> None:
    assert taken_off(header) == (rest, asked_for)


# --- a new policy --------------------------------------------------------------------------------


def test_a_policy_is_published_once_and_comes_into_force(visitor: Visitor, tmp_path: Path) -> None:
    visitor.choose("reject")
    for _ in range(2):
        visitor.post("/demo/publish")
    notice = 'data-cookiesafe="announcement"'
    assert notice in visitor.get("/").body
    with closing(open_store(data.database_url(data.last(tmp_path), "cookiesafe"))) as store:
        assert [each.event for each in store.records()].count("announcement") == 1
    assert "Surveys" not in visitor.get("/cookiesafe/choices").body
    assert "our policy changes on" in visitor.get("/demo/mail").body

    visitor.post("/demo/day")

    assert "Surveys" in visitor.get("/cookiesafe/choices").body
    assert "by the demo’s clock" in visitor.get("/demo").body


def test_the_story_goes_on_where_the_demo_was_stopped(edge: Edge, tmp_path: Path) -> None:
    with opened(edge, tmp_path) as before:
        before.choose("reject")
        before.post("/demo/publish")
        before.post("/demo/day")
        in_force, cookies = before.stage.in_force, before.cookies
    with opened(edge, tmp_path) as visitor:
        visitor.cookies = cookies

        assert visitor.stage.in_force == in_force
        assert visitor.stage.has_come
        assert "Surveys" in visitor.get("/cookiesafe/choices").body


def test_the_day_cannot_be_brought_before_anything_is_published(visitor: Visitor) -> None:
    visitor.post("/demo/day")

    assert not visitor.stage.has_come
    assert visitor.stage.in_force is None


# --- mails ---------------------------------------------------------------------------------------


def test_the_link_in_the_mail_box_stops_the_letter(visitor: Visitor) -> None:
    mails = visitor.get("/demo/mail").body
    link = re.search(r'href="(/newsletter/stop/[^"]+)"', mails)
    assert link
    assert "List-Unsubscribe-Post" in mails

    there = visitor.get(link[1]).location
    assert there is not None
    assert "Stop these mails?" in visitor.get(there).body
    assert link[1] in mails
    outside = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    stopped = visitor.post(there, outside, **{"List-Unsubscribe": "One-Click"})

    assert (stopped.status, stopped.body) == (200, "Stopped.\n")
    assert "Ada gets no newsletter" in visitor.get("/demo/mail").body


def test_who_stopped_it_asks_for_it_again_on_its_page(visitor: Visitor) -> None:
    visitor.post("/sign-in", email=EMAIL, password=PASSWORD)
    assert "You get it" in visitor.get("/newsletter").body

    for wanted, said in (("no", "You do not get it"), ("yes", "You get it")):
        assert visitor.post("/newsletter", wanted=wanted).location == "/newsletter?saved=yes"
        assert said in visitor.get("/newsletter").body


def test_the_letter_follows_who_changes_the_address(visitor: Visitor) -> None:
    visitor.post("/sign-in", email=EMAIL, password=PASSWORD)
    changed = visitor.post(
        "/details",
        name="Ada",
        email="new@harbour.example",
        phone="020 7946 0182",
        street="3 Lantern Row",
        town="Port Marigold",
        postcode="PM4 1HL",
    )
    assert changed.status == 303

    assert "You get it" in visitor.get("/newsletter").body
    assert "The harbour letter" in visitor.get("/demo/mail").body


# --- from the beginning --------------------------------------------------------------------------


def test_starting_again_takes_back_all_that_was_done(visitor: Visitor) -> None:
    visitor.post("/register", name="Bo", email="bo@harbour.example", password="anchorage")
    visitor.choose("accept")
    visitor.post("/demo/publish")
    visitor.post("/demo/day")
    visitor.get("/demo/step/9")

    answer = visitor.post("/demo/start-again")

    assert (answer.status, answer.location) == (303, "/demo/anew")
    assert visitor.forgotten == ["gullwing"]
    # Not even a browser that deletes nothing is known.
    home = visitor.get("/").body
    assert 'data-cookiesafe="banner"' in home
    assert "Hello" not in home
    assert f"1 of {len(STEPS)}" in home
    assert "Version 2 is in force" in visitor.get("/demo").body
    assert visitor.post("/sign-in", email="bo@harbour.example", password="anchorage").status == 422
    assert visitor.post("/sign-in", email=EMAIL, password=PASSWORD).status == 303


@pytest.mark.parametrize("where", ["cross-site", "same-site"])
@pytest.mark.parametrize("what", ["start-again", "publish", "signal/on"])
def test_no_other_site_presses_a_button_of_the_guide(
    visitor: Visitor, where: str, what: str
) -> None:
    answer = visitor.post(f"/demo/{what}", {"Sec-Fetch-Site": where})

    assert answer.status == 403
    assert visitor.forgotten == []
    assert visitor.stage.in_force is None
    assert visitor.cookies == {}


def test_a_double_click_starts_again_as_one_click_does(visitor: Visitor) -> None:
    with ThreadPoolExecutor(2) as clicks:
        answers = [clicks.submit(visitor.post, "/demo/start-again") for _ in range(2)]

    assert [answer.result().status for answer in answers] == [303, 303]
    assert visitor.get("/bills").status == 200
    assert visitor.post("/sign-in", email=EMAIL, password=PASSWORD).status == 303


def test_who_is_being_answered_when_it_starts_again_is_answered(visitor: Visitor) -> None:
    before = visitor.stage.play
    visitor.post("/demo/start-again")

    ada = before.site.customers.with_email(EMAIL)
    assert ada is not None
    assert before.site.bills.of(ada)
    before.guard.choose_contact(ada.id, {"newsletter": False})
    assert not before.guard.may_contact(ada.id, "newsletter")
    assert "harbour letter" in visitor.get("/demo/mail").body


def test_only_what_is_still_looked_at_is_kept(edge: Edge, tmp_path: Path) -> None:
    with opened(edge, tmp_path) as visitor:
        for _ in range(3):
            visitor.post("/demo/start-again")
        assert len(data.plays(tmp_path)) == 2
        last = data.last(tmp_path)

    assert data.plays(tmp_path) == [last]


def test_nothing_but_its_own_files_is_removed(visitor: Visitor, tmp_path: Path) -> None:
    mine = [tmp_path / "mine.txt", data.last(tmp_path) / "mine.txt"]
    for file in mine:
        file.write_text("kept")
    for _ in range(2):
        visitor.post("/demo/start-again")

    assert [file.read_text() for file in mine] == ["kept", "kept"]
