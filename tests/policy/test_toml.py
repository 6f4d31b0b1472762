"""A policy file's problems: each with its line, what is wrong, and what to write instead."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.errors import PolicyError, Problem
from cookiesafe.policy import Policy, Site

SITE = '[site]\nname = "Site"\n'  # lines 1 and 2
ADS = '[purposes.ads]\ntitle = "Ads"\n'  # lines 3 and 4, after SITE
NEWS = '[purposes.news]\ntitle = "News"\nchannel = "email"\n'  # lines 3 to 5, after SITE
GULL = '[vendors.gull]\nname = "Gull"\nhosts = []\npurposes = ["ads"]\n'  # lines 5 to 8, after ADS


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(PolicyError) as caught:
        Policy.from_toml(text, "shop.toml")
    return caught.value.problems


def said_of(text: str) -> list[str]:
    return [problem.sentence("shop.toml") for problem in problems_of(text)]


@pytest.mark.law("T-I")
@pytest.mark.parametrize(
    ("code", "line", "text", "what", "fix"),
    [
        (
            "CS101",
            3,
            SITE + "contact = me\n",
            "not TOML: Invalid value",
            'Write key = "text", key = ["a", "list"], or a header such as [purposes.ads].',
        ),
        (
            "CS101",
            3,
            SITE + "[cookies.hl_ad*]\n",
            "not TOML: Expected ']' at the end of a table declaration",
            'Put a name with other marks than - and _ between quotes: [cookies."hl_ad*"].',
        ),
        (
            "CS101",
            7,
            SITE + ADS + '[cookies.a]\npurpose = "ads"\nlifetime = 90 days\n',
            "not TOML: Expected newline or end of document after a statement",
            'Put it between quotes: lifetime = "90 days".',
        ),
        (
            "CS101",
            5,
            SITE + ADS + ADS,
            "not TOML: Cannot declare ('purposes', 'ads') twice",
            "Each table and each key may be written once.",
        ),
        (
            "CS101",
            3,
            SITE + 'contact = """x\n\n',
            "not TOML: Unterminated string",
            'Write key = "text", key = ["a", "list"], or a header such as [purposes.ads].',
        ),
        (
            "CS102",
            3,
            SITE + '[purpose.ads]\ntitle = "Ads"\n',
            '"purpose" is no table of a policy',
            'Did you mean "purposes"?',
        ),
        (
            "CS102",
            3,
            SITE + 'langauge = "en"\n',
            '"langauge" is no key of a site',
            'Did you mean "language"?',
        ),
        (
            "CS102",
            9,
            SITE + ADS + GULL + 'host = "gull.example"\n',
            '"host" is no key of a vendor',
            'Did you mean "hosts"?',
        ),
        (
            "CS102",
            5,
            SITE + ADS + 'id = "ads"\n',
            '"id" is no key of a purpose',
            "Known: always, category, channel, editorial, google_consent, signal, text, title, why.",
        ),
        (
            "CS102",
            3,
            SITE + '[cookies.rack.session]\npurpose = "necessary"\nwhy = "sign in"\n',
            '"session" is no key of a cookie',
            'A name with dots stands between quotes: [cookies."rack.session"].',
        ),
        ("CS103", 1, "", "the site has no name", 'Add name = "…".'),
        ("CS103", 3, "\n\n[site]\n", "the site has no name", 'Add name = "…".'),
        (
            "CS103",
            2,
            '[site]\nname = "  "\n',
            "name is empty",
            "Visitors are shown it: write some words.",
        ),
        (
            "CS103",
            3,
            SITE + "hosts = 'static.example'\n",
            "hosts is text, expected a list of texts",
            'Write hosts = ["…"].',
        ),
        (
            "CS103",
            3,
            SITE + "hosts = ['static.example', 1]\n",
            "hosts is a list with a whole number in it, expected a list of texts",
            'Write hosts = ["…"].',
        ),
        (
            "CS103",
            3,
            SITE + "contact = 1979-05-27\n",
            "contact is a date, expected text",
            'Write contact = "…".',
        ),
        (
            "CS103",
            4,
            SITE + "[purposes]\nads = true\n",
            '"ads" is true or false, expected a table',
            "Write [purposes.ID] with keys below it.",
        ),
        (
            "CS103",
            1,
            "cookies = 3.5\n" + SITE,
            '"cookies" is a number, expected a table',
            "Write [cookies.NAME].",
        ),
        (
            "CS103",
            3,
            SITE + "[[vendors]]\nname = 'Gull'\n",
            '"vendors" is a list with a table in it, expected a table',
            "Write [vendors.ID].",
        ),
        ("CS103", 3, SITE + "[purposes.ads]\n", 'purpose "ads" has no title', 'Add title = "…".'),
        (
            "CS103",
            3,
            SITE + "[cookies.cart]\n",
            'cookie "cart" has no purpose',
            'Add purpose = "…".',
        ),
        (
            "CS103",
            5,
            SITE + ADS + '[vendors.gull]\nname = "Gull"\nhosts = []\n',
            'vendor "gull" has no purposes',
            'Add purposes = ["…"].',
        ),
        (
            "CS103",
            7,
            SITE + ADS + "[cookies.a]\npurpose = 'ads'\nlifetime = 90\n",
            "lifetime is a whole number, expected text",
            'Write lifetime = "90 days".',
        ),
        (
            "CS104",
            6,
            SITE + ADS + "[cookies.a]\npurpose = 'add'\n",
            'no purpose "add" is declared',
            'Did you mean "ads"?',
        ),
        (
            "CS104",
            10,
            SITE
            + ADS
            + "[vendors.gull]\nname = 'G'\nhosts = []\npurposes = [\n'ads',\n'tips',\n]\n",
            'no purpose "tips" is declared',
            "Known: ads, necessary.",
        ),
        (
            "CS104",
            4,
            SITE + "[features.tips]\npurpose = 'ads'\nwithout = 'no tips'\n",
            'no purpose "ads" is declared',
            "None are declared.",
        ),
        (
            "CS105",
            11,
            SITE + ADS + GULL + "[cookies.a]\npurpose = 'ads'\nvendor = 'gul'\n",
            'no vendor "gul" is declared',
            'Did you mean "gull"?',
        ),
        (
            "CS106",
            5,
            SITE + "hosts = [\n  'static.example',\n  'http://x.example/a.js',\n]\n",
            'host "http://x.example/a.js" has a path',
            'Write "x.example".',
        ),
        (
            "CS107",
            5,
            SITE + ADS + "[cookies.'a b']\npurpose = 'ads'\n",
            'cookie name "a b" has " " in it',
            "Use letters, digits and !#$%&'+-.^_`|~ (a token, RFC 9110).",
        ),
        (
            "CS107",
            5,
            SITE + ADS + "[cookies.'*a*']\npurpose = 'ads'\n",
            'cookie name "*a*" has more than one *',
            "Keep one: it stands for any text, the empty one included.",
        ),
        (
            "CS107",
            5,
            SITE + ADS + "[cookies.'']\npurpose = 'ads'\n",
            'cookie name "" has 0 characters',
            "Use 1 to 256.",
        ),
        (
            "CS108",
            3,
            SITE + "[purposes.My-Ads]\ntitle = 'Ads'\n",
            'id "My-Ads" is not 1 to 64 of a-z, 0-9 and _, with a letter first',
            'Write "my_ads".',
        ),
        (
            "CS108",
            3,
            SITE + f"[purposes.{'a' * 65}]\ntitle = 'Ads'\n",
            f'id "{"a" * 60}…" is not 1 to 64 of a-z, 0-9 and _, with a letter first',
            "Write one such as ads.",
        ),
        (
            "CS109",
            3,
            SITE + "[cookies.cart]\npurpose = 'necessary'\n",
            'cookie "cart" is called necessary and does not say why',
            'Add why = "…" with what breaks without it, or a purpose that can be refused.',
        ),
        (
            "CS109",
            7,
            SITE + "[vendors.cdn]\nname = 'C'\nhosts = []\npurposes = ['necessary']\nwhy = ''\n",
            'vendor "cdn" is called necessary and does not say why',
            'Add why = "…" with what breaks without it, or a purpose that can be refused.',
        ),
        (
            "CS110",
            5,
            SITE + "[cookies._ga_ABC]\nwhy = 'counts'\npurpose = 'necessary'\n",
            'cookie "_ga_ABC" is called necessary and follows visitors for Google Analytics',
            "Give it a purpose that the visitor can refuse.",
        ),
        (
            "CS110",
            5,
            SITE + "[cookies.'_*']\nwhy = 'all'\npurpose = 'necessary'\n",
            'cookie "_*" is called necessary and follows visitors for Google Analytics',
            "Give it a purpose that the visitor can refuse.",
        ),
        (
            "CS110",
            3,
            SITE + "hosts = ['www.googletagmanager.com']\n",
            'host "www.googletagmanager.com" would always pass and belongs to Google Tag Manager',
            "Give it a purpose that the visitor can refuse.",
        ),
        (
            "CS110",
            7,
            SITE + "[vendors.g]\nname = 'G'\nwhy = 'x'\n"
            "purposes = ['necessary']\nhosts = ['*.google.com']",
            'host "*.google.com" would always pass and belongs to Google Analytics',
            "Name the hosts you need one by one.",
        ),
        (
            "CS111",
            7,
            SITE + ADS + "[cookies.a]\npurpose = 'ads'\nlifetime = '2 years'\n",
            "lifetime is over 400 days, which browsers cut (RFC 6265bis, section 5.5)",
            'Write "400 days" or less.',
        ),
        (
            "CS113",
            3,
            SITE + "[purposes.necessary]\ntitle = 'N'\n",
            "purpose necessary is built in and cannot be declared",
            "Remove it, or give yours another id.",
        ),
        (
            "CS113",
            3,
            SITE + "[purposes.stay_signed_in]\ntitle = 'N'\n",
            "purpose stay_signed_in is built in and cannot be declared",
            "Remove it, or give yours another id.",
        ),
        ("CS113", 5, SITE + ADS + "signal = 'dnt'\n", 'no signal "dnt" is known', "Known: gpc."),
        (
            "CS113",
            4,
            SITE + "[features.tips]\npurpose = 'necessary'\nwithout = 'x'\n",
            'feature "tips" hangs on necessary, which nobody can refuse',
            "Remove it, or name another purpose.",
        ),
        (
            "CS113",
            6,
            SITE + "[vendors.gull]\nname = 'G'\nhosts = []\npurposes = []\n",
            'vendor "gull" has no purpose',
            'Name one, such as ["advertising"].',
        ),
        (
            "CS113",
            9,
            SITE + ADS + "[vendors.g]\nname = 'G'\nhosts = []\nwhy = 'x'\n"
            "purposes = ['necessary', 'ads']\n",
            'vendor "g" is necessary, so its other purposes hold nothing back',
            "Declare two vendors, each with the hosts it needs.",
        ),
        (
            "CS113",
            13,
            SITE + ADS + "[purposes.tips]\ntitle = 'T'\n[vendors.g]\nname = 'G'\nhosts = []\n"
            "purposes = ['tips']\n[cookies.a]\npurpose = 'ads'\nvendor = 'g'\n",
            'cookie "a" is for "ads", its vendor "g" is not',
            "Add it to the vendor's purposes, or choose one of them: tips.",
        ),
        (
            "CS113",
            9,
            SITE + ADS + GULL + "privacy = 'javascript:alert(1)'\n",
            'privacy "javascript:alert(1)" is no web address',
            "Write it with https:// in front.",
        ),
        (
            "CS113",
            3,
            SITE + "language = 'English!'\n",
            'language "English!" is no language tag',
            'Write one such as "en" or "pt-BR".',
        ),
        (
            "CS103",
            5,
            SITE + ADS + "always = 'true'\n",
            "always is text, expected true or false",
            "Write always = true, or leave it out.",
        ),
        (
            "CS103",
            3,
            SITE + "dnt = 1\n",
            "dnt is a whole number, expected true or false",
            "Write dnt = true, or leave it out.",
        ),
        (
            "CS103",
            3,
            SITE + "adult_from = '16'\n",
            "adult_from is text, expected a whole number",
            "Write adult_from = 13, without quotes.",
        ),
        (
            "CS103",
            3,
            SITE + "adult_from = true\n",
            "adult_from is true or false, expected a whole number",
            "Write adult_from = 13, without quotes.",
        ),
        (
            "CS113",
            3,
            SITE + "adult_from = 12\n",
            "adult_from is 12",
            "Write an age from 13 to 21.",
        ),
        (
            "CS103",
            3,
            SITE + "gpc = 2026-01-31\n",
            "gpc is a date, expected text",
            'Write gpc = "…".',
        ),
        *(
            (
                "CS113",
                3,
                SITE + f"gpc = '{text}'\n",
                f'gpc "{text}" is no day',
                'Write it such as "2026-01-31".',
            )
            for text in ("2026-02-30", "31.1.2026", "20260131", "2026-W05-6", "now")
        ),
        (
            "CS113",
            5,
            SITE + ADS + "category = 'advertsing'\n",
            'no category "advertsing" is known',
            'Did you mean "advertising"?',
        ),
        (
            "CS113",
            5,
            SITE + ADS + "category = ''\n",
            'no category "" is known',
            "Known: advertising, preferences, statistics.",
        ),
        (
            "CS113",
            5,
            SITE + NEWS.replace('"email"', "'e-mail'"),
            'no channel "e-mail" is known',
            'Did you mean "email"?',
        ),
        (
            "CS109",
            3,
            SITE + NEWS + "always = true\n",
            'purpose "news" is always on and does not say why',
            'Add why = "…" with what it is needed for, or remove always.',
        ),
        (
            "CS114",
            5,
            SITE + ADS + "always = true\nwhy = 'x'\n",
            'purpose "ads" is always on and has no channel',
            "Remove always: what browsers store without asking has the purpose necessary.",
        ),
        (
            "CS114",
            6,
            SITE + NEWS + "why = 'x'\n",
            'purpose "news" says why it is always on, and is not',
            "Write it into its text, or add always = true.",
        ),
        (
            "CS114",
            6,
            SITE + NEWS + "signal = 'gpc'\n",
            'purpose "news" has a channel, which no signal of a browser turns off',
            "Remove signal, or channel.",
        ),
        (
            "CS114",
            8,
            SITE
            + NEWS
            + "[vendors.post]\nname = 'P'\nhosts = ['p.example']\npurposes = ['news']\n",
            'vendor "post" has hosts, and "news" is about no browser',
            "Declare two vendors, and the one for it with hosts = [].",
        ),
        (
            "CS114",
            7,
            SITE + NEWS + "[cookies.a]\npurpose = 'news'\n",
            'purpose "news" has a channel and is about no browser',
            "Name a purpose without a channel.",
        ),
        (
            "CS114",
            8,
            SITE + NEWS + "[features.a]\nwithout = 'x'\npurpose = 'news'\n",
            'purpose "news" has a channel and is about no browser',
            "Name a purpose without a channel.",
        ),
        (
            "CS113",
            6,
            SITE + ADS + "google_consent = ['ad_storage',\n'ad_personalisation']\n",
            'Google\'s tags know no consent type "ad_personalisation"',
            'Did you mean "ad_personalization"?',
        ),
        (
            "CS113",
            5,
            SITE + ADS + "google_consent = ['ad_storage', 'ad_storage']\n",
            'consent type "ad_storage" is granted with "ads" already',
            "Keep one of the two.",
        ),
        (
            "CS114",
            6,
            SITE + ADS + "channel = 'email'\ngoogle_consent = ['ad_storage']\n",
            'purpose "ads" has a channel, and Google\'s tags are about browsers',
            "Remove google_consent, or channel.",
        ),
        *(
            (
                "CS116",
                6,
                SITE + ADS + f"editorial = ['0123456789ab',\n'{text}']\n",
                f'editorial "{text}" is no fingerprint of 12 digits, 0-9 and a-f',
                "Copy what policy.grounds has for the earlier wording.",
            )
            for text in (
                "",
                "0123456789AB",
                "0123456789abc",
                "0123456789a",
                "0123456789ag",
                "adverts",
            )
        ),
    ],
)
def test_a_problem_is_told_with_its_code_line_and_mend(
    code: str, line: int, text: str, what: str, fix: str
) -> None:
    told = [(each.code, each.line, each.what, each.fix) for each in problems_of(text)]

    assert (code, line, what, fix) in told


def test_an_undefined_purpose_is_named_with_its_line_and_the_closest_one() -> None:
    text = SITE + ADS + '\n# the advertiser\n[cookies."hl_ad*"]\npurpose = "adds"\n'

    assert said_of(text) == [
        'shop.toml:8: no purpose "adds" is declared. Did you mean "ads"? [CS104]'
    ]


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        "[cookies.cart]\npurpose = 'necessary'\n"
        "[features.tips]\npurpose = 'tip'\nwithout = ''\n"
        "[purposes.Tips]\ntitle = 1\n"
        "[site]\nnome = 'x'\n"
    )

    assert [(problem.line, problem.code) for problem in problems_of(text)] == [
        (1, "CS109"),
        (4, "CS104"),
        (5, "CS103"),
        (6, "CS108"),
        (7, "CS103"),
        (8, "CS103"),
        (9, "CS102"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        SITE + "[cookies.a]\npurpose = 1\n",
        SITE + "[purposes.ads]\n[cookies.a]\npurpose = 'ads'\n",
        SITE + ADS + "[vendors.gull]\nname = 'G'\nhosts = []\npurposes = 'ads'\n"
        "[cookies.a]\npurpose = 'ads'\nvendor = 'gull'\n",
        "site = 1\n",
    ],
)
def test_what_only_follows_from_a_problem_is_not_told_as_another(text: str) -> None:
    assert [problem.code for problem in problems_of(text)] == ["CS103"]


def test_a_host_may_belong_to_two_vendors_with_different_purposes() -> None:
    text = SITE + ADS + GULL.replace("[]", "['cdn.example']")
    text += "[vendors.other]\nname = 'O'\nhosts = ['cdn.example']\n"
    text += "purposes = ['necessary']\nwhy = 'x'\n"

    assert Policy.from_toml(text).vendors["other"].hosts == ("cdn.example",)


def test_lists_and_tables_nested_too_deeply_are_a_problem_of_the_file() -> None:
    depth = sys.getrecursionlimit()

    [said] = said_of(f"a = {'[' * depth}{']' * depth}")
    assert said.startswith("shop.toml:1: not TOML that can be read")


def test_a_number_too_long_to_read_is_a_problem_of_the_file() -> None:
    [problem] = problems_of(SITE + "a = " + "1" * 5_000)

    assert problem.code == "CS101"


def test_a_file_is_named_in_its_problems(tmp_path: Path) -> None:
    path = tmp_path / "cookiesafe.toml"
    path.write_text(SITE + ADS + "sginal = 'gpc'\n", encoding="utf-8")

    with pytest.raises(PolicyError) as caught:
        Policy.from_file(path)

    assert str(caught.value) == (
        f'{path}:5: "sginal" is no key of a purpose. Did you mean "signal"? [CS102]'
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_is_read_with_or_without_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "cookiesafe.toml"
    path.write_text('[site]\r\nname = "Zähler"\r\n', encoding=encoding, newline="")

    assert Policy.from_file(str(path)).site == Site(name="Zähler")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (None, "1: the policy cannot be read: No such file or directory. Check the path. [CS112]"),
        (
            b"[site]\nname = 'Z\xe4hler'\n",
            "2: the policy is not UTF-8 here. Save the file as UTF-8. [CS112]",
        ),
        (
            b"#" * 1_000_001,
            "1: the policy is over 1,000,000 bytes. Check that this is the policy file. [CS112]",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_a_problem_too(
    tmp_path: Path, data: bytes | None, sentence: str
) -> None:
    path = tmp_path / "cookiesafe.toml"
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(PolicyError) as caught:
        Policy.from_file(path)

    assert str(caught.value) == f"{path}:{sentence}"


@pytest.mark.parametrize("path", ["\0", "."])
def test_a_path_that_is_no_file_is_a_problem_too(path: str) -> None:
    with pytest.raises(PolicyError, match="CS112"):
        Policy.from_file(path)


VALUES = st.one_of(
    st.sampled_from(
        [
            '"ads"',
            '"necessary"',
            '"gull"',
            '["ads"]',
            '["necessary"]',
            '"x.example"',
            '"_ga"',
            '["*.x.example"]',
            '"90 days"',
            '"advertising"',
            '"email"',
            '["US-CA"]',
            '"9"',
            "1",
            "1.5",
            "true",
            "{}",
            "[]",
            "[[1]]",
            "''",
            "2000-01-01",
            "00:00:00",
            '{title = "x"}',
            '{"" = {}}',
            '"""\n[x]"""',
            '"\\u0000"',
        ]
    ),
    st.text(max_size=5),
)
KEYS = st.one_of(
    st.sampled_from(
        [
            "site",
            "purposes",
            "vendors",
            "cookies",
            "features",
            "ads",
            "gull",
            "name",
            "title",
            "text",
            "signal",
            "hosts",
            "purpose",
            "vendor",
            "lifetime",
            "why",
            "without",
            "category",
            "channel",
            "always",
            "editorial",
            "google_consent",
            "dnt",
            "gpc",
            "adult_from",
            "regimes",
            "places",
            "opt_out",
            "notice",
            "ask_again",
            "necessary",
            '"_ga*"',
            '""',
            '"*"',
            "a.b",
            '"\\n"',
        ]
    ),
    st.text(max_size=3),
)
HEADERS = st.lists(KEYS, min_size=1, max_size=3).map(lambda keys: f"[{'.'.join(keys)}]\n")
PAIRS = st.tuples(KEYS, VALUES).map(lambda pair: f"{pair[0]} = {pair[1]}\n")
DOCUMENTS = st.lists(st.one_of(HEADERS, PAIRS)).map("".join)


@given(st.one_of(st.text(), DOCUMENTS, DOCUMENTS.map((SITE + ADS + GULL).__add__)))
def test_any_text_is_a_policy_or_a_policy_error_with_lines(text: str) -> None:
    try:
        policy = Policy.from_toml(text, "shop.toml")
    except PolicyError as error:
        problems = error.problems
    else:
        assert policy.site.name
        return

    assert problems
    assert all(problem.line and problem.fix for problem in problems)
