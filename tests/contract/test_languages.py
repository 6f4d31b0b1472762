"""Which language visitors are spoken to in: that of the page, or of their browser; and what is recorded of it."""

from __future__ import annotations

import re
from html import unescape

import pytest

from cookiesafe import Visit
from cookiesafe.adapters.stores import MemoryStore
from tests.support.edges import AppRequest, AppResponse, Client, html
from tests.support.harbour import POLICY, MakeClient, varies_by

OFFERED = POLICY.replace("[site]", '[site]\nlanguages = ["de", "ar"]')
OWN_WORDS = """
[translations.de.site]
name = "Hafen Licht & Wasser"
[translations.de.purposes]
statistics = { title = "Statistik", text = "Damit zählen wir Besuche." }
advertising = { title = "Werbung" }
[translations.de.vendors.payfast]
why = "zeigt das Kartenformular"
[translations.de.cookies.cart]
why = "hält Ihre Zahlung, bis sie gesendet ist"
[translations.de.features.tips]
without = "sehen Sie dieselben Tipps wie alle"
"""
TRANSLATED = OFFERED + OWN_WORDS
PAGE = (
    "<!doctype html><html{}><head><title>Harbour</title></head><body><h1>Bills</h1></body></html>"
)
SECTION = re.compile(r'<(?:section|nav) id="cookiesafe"[^>]* lang="([^"]*)" dir="([^"]*)">')
TEXT = re.compile(r'name="text" value="([^"]+)"')


def in_language(attributes: str) -> object:
    return lambda visit, request: html(PAGE.format(attributes))


def by_path(visit: Visit, request: AppRequest) -> AppResponse:
    """A page in the language that its path names."""
    return html(PAGE.format(f' lang="{request.path.strip("/") or "en"}"'))


def spoken(text: str) -> tuple[str, str]:
    found = SECTION.search(text)
    assert found, text
    return found[1], found[2]


def page_language(text: str) -> str:
    found = re.search(r'<html lang="([^"]*)" dir="([^"]*)">', text)
    assert found, text
    return f"{found[1]} {found[2]}"


def decoded(text: str) -> str:
    return unescape(text)


# --- pages of the site ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "language"),
    [
        pytest.param(' lang="de"', ("de", "ltr"), id="its own"),
        pytest.param(" class=x LANG='DE-at' data-x", ("de", "ltr"), id="a region's"),
        pytest.param(" lang=ar", ("ar", "rtl"), id="written from the right"),
        pytest.param("", ("en", "ltr"), id="none"),
        pytest.param(' lang=""', ("en", "ltr"), id="empty"),
        pytest.param(' lang="tlh"', ("en", "ltr"), id="one that is not offered"),
        pytest.param(
            ' lang="fr" lang="de"', ("en", "ltr"), id="said twice, of which the first counts"
        ),
        pytest.param(f' lang="{"de-" * 5000}"', ("en", "ltr"), id="a long one"),
        pytest.param(' lang="d&#101;"', ("de", "ltr"), id="in other letters"),
        pytest.param(' lang="&quot;&gt;<script>"', ("en", "ltr"), id="markup"),
    ],
)
@pytest.mark.parametrize("choice", [None, "reject", "accept"], ids=["undecided", "no", "yes"])
def test_what_is_put_into_a_page_is_in_the_language_of_the_page(
    make_client: MakeClient, attributes: str, language: tuple[str, str], choice: str | None
) -> None:
    client = make_client(lambda visit, request: html(PAGE.format(attributes)), policy=TRANSLATED)
    if choice:
        client.choose(choice)

    response = client.get("/", {"Accept-Language": "ar"})

    assert spoken(response.text) == language
    assert SECTION.sub("", response.text).count("<h1>Bills</h1>") == 1
    assert "accept-language" not in varies_by(response)


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize("choice", [None, "reject"])
def test_a_page_that_comes_in_pieces_is_heard_all_the_same(
    make_client: MakeClient, size: int, choice: str | None
) -> None:
    page = f"<!-- <html lang=ar> --><!doctype html>\n{PAGE.format(' lang=de')}".encode()
    pieces = [page[at : at + size] for at in range(0, len(page), size)]
    client = make_client(lambda visit, request: html(pieces), policy=TRANSLATED)
    if choice:
        client.choose(choice)

    text = client.get("/").text

    assert spoken(text) == ("de", "ltr")
    ours = r"<(section|nav|template|script) .*</\1>\s*"
    assert re.sub(ours, "", text, flags=re.DOTALL).strip() == page.decode()


@pytest.mark.parametrize("page", ["", "<p>Hello</p>", "<html", "<html lang=de", "Hello"])
@pytest.mark.parametrize("choice", [None, "reject"])
def test_a_page_without_a_whole_beginning_has_the_language_of_the_site(
    make_client: MakeClient, page: str, choice: str | None
) -> None:
    client = make_client(lambda visit, request: html(page), policy=TRANSLATED)
    if choice:
        client.choose(choice)

    assert spoken(client.get("/").text) == ("en", "ltr")


def test_a_site_with_one_language_promises_its_length_as_before(make_client: MakeClient) -> None:
    body = PAGE.format(" lang=de").encode()
    client = make_client(lambda visit, request: html(body))
    client.choose("accept")

    response = client.get("/")

    assert response.header("content-length") == str(len(response.body))
    assert spoken(response.text) == ("en", "ltr")


def test_the_sites_own_texts_are_shown_as_they_were_translated(make_client: MakeClient) -> None:
    client = make_client(by_path, policy=TRANSLATED)

    text = decoded(client.get("/de").text)

    assert "Cookies auf Hafen Licht & Wasser" in text
    assert "<strong>Statistik</strong> – Damit zählen wir Besuche." in text
    assert '<strong>Werbung</strong> – <span lang="en" dir="auto">Lets us show adverts' in text
    assert "funktioniert die Website trotzdem, aber sehen Sie dieselben Tipps wie alle." in text


def test_texts_that_were_not_translated_say_which_language_they_are_in(
    make_client: MakeClient,
) -> None:
    client = make_client(by_path, policy=TRANSLATED)

    text = decoded(client.get("/ar").text)

    assert '<strong><span lang="en" dir="auto">Statistics</span></strong>' in text
    assert "ملفات تعريف الارتباط" in text


# --- our own pages -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "language"),
    [
        ("de", "de ltr"),
        ("fr, ar;q=0.5, de;q=0.7", "de ltr"),
        ("de;q=0, ar", "ar rtl"),
        ("fr", "en ltr"),
        ("*", "en ltr"),
        ("de-CH-1996, en;q=0.9", "de ltr"),
        (None, "en ltr"),
        ("", "en ltr"),
        ("," * 5_000 + "de", "en ltr"),
        ("x" * 9_000, "en ltr"),
        ("de;q=9999999999999999999999", "en ltr"),
        ("de;q=nan, ;;;q=, \x7f, ar;q=1", "ar rtl"),
    ],
)
def test_our_pages_are_in_the_language_of_the_browser(
    make_client: MakeClient, field: str | None, language: str
) -> None:
    client = make_client(policy=TRANSLATED)

    response = client.get("/cookiesafe/choices", {"Accept-Language": field})

    assert page_language(response.text) == language
    assert "accept-language" in varies_by(response)
    assert response.header("cache-control") == "no-store"


def test_where_there_is_one_language_the_browsers_does_not_matter(make_client: MakeClient) -> None:
    response = make_client().get("/cookiesafe/choices", {"Accept-Language": "de"})

    assert page_language(response.text) == "en ltr"
    assert "accept-language" not in varies_by(response)
    assert "lang=" not in "".join(re.findall('href="([^"]*)"', response.text))


@pytest.mark.parametrize(
    "path", ["choices", "cookies", "changes", "devices", "receipt", "age", "nowhere"]
)
def test_from_a_page_in_a_language_the_way_leads_to_pages_in_the_same(
    make_client: MakeClient, path: str
) -> None:
    client = make_client(by_path, policy=TRANSLATED)
    links = re.findall(r'(?:href|action)="(/cookiesafe/[^"]*)"', client.get("/de").text)
    assert links
    assert all("lang=de" in each for each in links if ".css?" not in each)

    response = client.get(f"/cookiesafe/{path}?lang=de", {"Accept-Language": "ar"})

    assert page_language(response.text) == "de ltr"
    assert "accept-language" not in varies_by(response)
    further = re.findall(r'(?:href|action)="(/cookiesafe/[^"]*)"', response.text)
    assert all("lang=de" in each for each in further if ".css?" not in each)


@pytest.mark.parametrize(
    "query", ["lang=xx", "lang=", "lang=de&lang=ar", "lang=%00", "lang=" + "a" * 9_000]
)
def test_an_address_that_names_no_language_of_ours_names_none(
    make_client: MakeClient, query: str
) -> None:
    client = make_client(policy=TRANSLATED)

    response = client.get(f"/cookiesafe/choices?{query}", {"Accept-Language": "ar"})

    assert page_language(response.text) == "ar rtl"


def test_what_did_not_work_is_said_in_the_language_of_the_form(make_client: MakeClient) -> None:
    client = make_client(policy=TRANSLATED)

    response = client.post("/cookiesafe/choices?lang=de", form={"choice": "perhaps"})
    told = client.post(
        "/cookiesafe/choices",
        form={"choice": "perhaps"},
        headers={"Accept": "application/json", "Accept-Language": "de"},
    )

    assert response.status == 400
    assert "Das Formular war nicht vollständig" in response.text
    assert told.json()["error"] == "Nicht angenommen"


def test_the_cookie_list_has_the_sites_own_reasons_in_each_language(
    make_client: MakeClient,
) -> None:
    client = make_client(policy=TRANSLATED)

    german = client.get("/cookiesafe/cookies?lang=de").text
    arabic = client.get("/cookiesafe/cookies?lang=ar").text

    assert "hält Ihre Zahlung, bis sie gesendet ist" in german
    assert '<span lang="en" dir="auto">holds your payment until it is sent</span>' in arabic
    assert ">ضروري<" in arabic


# --- forms of the site ---------------------------------------------------------------------------


def bill(visit: Visit, request: AppRequest) -> AppResponse:
    """A page whose form speaks of a feature, in the language that the query names."""
    language = request.query.partition("=")[2] or None
    link = visit.choices_link(language=language)
    return html(f"<form method=post>{visit.limited_notice('tips', language)}</form>{link}")


@pytest.mark.parametrize(
    ("query", "says", "leads"),
    [
        ("", "Keep off", "Cookie choices"),
        ("?in=de", "Aus lassen", "Cookie-Auswahl"),
        ("?in=de-AT", "Aus lassen", "Cookie-Auswahl"),
        ("?in=tlh", "Keep off", "Cookie choices"),
    ],
)
def test_a_form_speaks_the_language_that_the_app_says(
    make_client: MakeClient, query: str, says: str, leads: str
) -> None:
    client = make_client(bill, policy=TRANSLATED)
    client.choose("reject")

    text = client.get(f"/bill{query}").text

    assert f">{says}</button>" in text
    assert f">{leads}</a>" in text


# --- what is recorded ----------------------------------------------------------------------------


def answered(client: Client, page: str) -> None:
    """Accept in the banner of a page, as its form has it."""
    text = client.get(page).text
    found, action = TEXT.search(text), re.search(r'<form method="post" action="([^"]*)"', text)
    assert found
    assert action
    form = {"choice": "accept", "notice": "banner", "text": found[1]}
    assert client.post(unescape(action[1]), form=form).status == 303


@pytest.mark.parametrize(
    ("page", "language", "words"), [("/de", "de", "Alle annehmen"), ("/", "en", "Accept all")]
)
def test_a_record_names_the_language_and_leads_to_the_words(
    make_client: MakeClient, page: str, language: str, words: str
) -> None:
    client = make_client(by_path, policy=TRANSLATED)

    answered(client, page)

    (record,) = client.records
    assert record.language == language
    assert client.safe is not None
    kept = {
        each.detail["text"]: each for each in client.safe.store.records() if each.event == "notice"
    }
    assert words in kept[record.text].detail["html"]
    assert kept[record.text].language == language


def test_what_was_agreed_to_in_one_language_holds_in_another(make_client: MakeClient) -> None:
    client = make_client(by_path, policy=TRANSLATED)
    answered(client, "/de")

    for page in ("/", "/de", "/ar"):
        assert 'data-cookiesafe="banner"' not in client.get(page).text


@pytest.mark.parametrize("later", [OFFERED, TRANSLATED], ids=["a language", "a translation"])
def test_nobody_is_asked_again_since_there_is_one_more(make_client: MakeClient, later: str) -> None:
    store = MemoryStore()
    before = make_client(by_path, store=store)
    before.choose("accept")
    after = make_client(by_path, policy=later, store=store)
    after.jar |= before.jar

    assert 'data-cookiesafe="banner"' not in after.get("/").text


def test_a_yes_to_a_form_is_one_to_the_words_in_its_language(make_client: MakeClient) -> None:
    def app(visit: Visit, request: AppRequest) -> AppResponse:
        if request.method == "POST":
            form = dict(each.split("=", 1) for each in request.body.decode().split("&"))
            visit.take_answer({name: unescape(value) for name, value in form.items()})
        return html(f"<form method=post>{visit.limited_notice('tips', 'de')}</form>")

    client = make_client(app, policy=TRANSLATED)
    client.choose("reject")
    pressed = re.search(r'value="(on:[^"]*)"', client.get("/bill").text)
    assert pressed

    client.request("POST", "/bill", body=f"cookiesafe-feature={pressed[1]}".encode())

    *_, record = client.records
    assert (record.event, record.language, record.choices["statistics"]) == ("grant", "de", True)


# --- pages that need a yes ------------------------------------------------------------------------


def test_what_needs_a_yes_says_so_in_the_language_of_the_browser(make_client: MakeClient) -> None:
    def app(visit: Visit, request: AppRequest) -> AppResponse:
        refusal = visit.refusal(feature="tips")
        assert refusal is not None
        return AppResponse(refusal.reply.status, refusal.reply.headers, [refusal.reply.body])

    client = make_client(app, policy=TRANSLATED)

    response = client.get("/tips", {"Accept-Language": "de"})

    assert page_language(response.text) == "de ltr"
    assert "„Statistik“ ist aus, daher gilt: sehen Sie dieselben Tipps wie alle." in response.text
    assert "accept-language" in varies_by(response)
