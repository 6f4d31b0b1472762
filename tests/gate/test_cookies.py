"""The gate for cookies: what leaves, and what the app may read."""

from __future__ import annotations

import tomllib
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cookiesafe.consent import Allowed
from cookiesafe.cookies import LONGEST_LIFE, SetCookie, parse_cookie, parse_set_cookie
from cookiesafe.gate import CookieGate, Held
from cookiesafe.gate.cookies import repeated
from cookiesafe.policy import Cookie, Policy, Purpose, Site, Vendor

NOW = 1_795_305_600
OWN = "__Host-cookiesafe"
POLICY = Policy(
    site=Site(name="Site"),
    purposes=[Purpose(id="ads", title="Adverts"), Purpose(id="tips", title="Tips")],
    vendors=[
        Vendor(id="gull", name="Gull", hosts=("gull.example",), purposes=("ads",)),
        Vendor(id="tern", name="Tern", hosts=("tern.example",), purposes=("ads", "tips")),
    ],
    cookies=[
        Cookie(name="cart", purpose="necessary", why="holds your bill"),
        Cookie(name="tip", purpose="tips"),
        Cookie(name="ad", purpose="ads", vendor="gull"),
        Cookie(name="ad_*", purpose="ads", vendor="tern"),
    ],
)
NOTHING = Allowed()
TIPS = Allowed(purposes=frozenset({"necessary", "tips"}))
ADS_WITHOUT_GULL = Allowed(purposes=frozenset({"necessary", "ads"}), refused=frozenset({"gull"}))
GULL_ALONE = Allowed(vendors=frozenset({"gull"}))
ALL = Allowed(frozenset({"necessary", "ads", "tips"}), frozenset({"gull", "tern"}))
STANDINGS = [NOTHING, TIPS, ADS_WITHOUT_GULL, GULL_ALONE, ALL]
NAMES = ["cart", "tip", "ad", "ad_1", "ad_", "sessionid", OWN, "unheard-of", "Cart", "ad2"]


def a_gate(allowed: Allowed = NOTHING) -> CookieGate:
    return CookieGate(POLICY, allowed, [OWN])


def may_pass(name: str, allowed: Allowed) -> bool:
    """The rule, as plainly as it can be written."""
    if name == OWN:
        return True
    cookie = POLICY.cookie_for(name)
    if cookie is None or cookie.vendor in allowed.refused:
        return False
    return cookie.purpose in allowed.purposes or cookie.vendor in allowed.vendors


# --- coming in ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allowed", "names"),
    [
        pytest.param(NOTHING, ["cart", "sessionid", OWN], id="nothing agreed to"),
        pytest.param(TIPS, ["cart", "tip", "sessionid", OWN], id="one purpose"),
        pytest.param(
            ADS_WITHOUT_GULL, ["cart", "ad_1", "ad_", "sessionid", OWN], id="without one vendor"
        ),
        pytest.param(GULL_ALONE, ["cart", "ad", "sessionid", OWN], id="one vendor alone"),
        pytest.param(ALL, ["cart", "tip", "ad", "ad_1", "ad_", "sessionid", OWN], id="everything"),
    ],
)
def test_the_app_reads_what_was_agreed_to_and_our_own(allowed: Allowed, names: list[str]) -> None:
    gate = a_gate(allowed)

    assert [name for name in NAMES if gate.passes(name)] == names
    assert gate.incoming("; ".join(f"{name}=1" for name in NAMES)) == "; ".join(
        f"{name}=1" for name in names
    )


@pytest.mark.parametrize(
    ("header", "seen"),
    [
        pytest.param("", None, id="nothing"),
        pytest.param("cart=1", None, id="one that passes"),
        pytest.param("cart=1; sessionid=2", None, id="two that pass"),
        pytest.param("tip=1", "", id="one that does not"),
        pytest.param("tip=1; cart=2; ad=3", "cart=2", id="one of three"),
        pytest.param("cart=1; cart=2; tip=3", "cart=1; cart=2", id="duplicates stay"),
        pytest.param('cart="a=b; tip=1; c"', 'cart="a=b', id="quotes protect nothing"),
        pytest.param("cart=a=b", None, id="an equals sign in the value"),
        pytest.param("cart=; tip=", "cart=", id="empty values"),
        pytest.param("tip", "", id="nameless"),
        pytest.param("cart", "", id="nameless, with a name for a value"),
        pytest.param("=cart; cart=1", "cart=1", id="nameless behind an equals sign"),
        pytest.param("cart=1;tip=2", "cart=1", id="no space between"),
        pytest.param("cart=1 ;\ttip=2", "cart=1", id="a space before and a tab behind"),
        pytest.param(" tip =1; cart =2", "cart =2", id="space around names"),
        pytest.param("cart=1;;; tip=2;", "cart=1", id="empty pairs"),
        pytest.param("cart=\xe9\x00; tip=1", "cart=\xe9\x00", id="bytes of any kind"),
        pytest.param("CART=1; Tip=2", "", id="capitals are another name"),
        pytest.param("xcart=1; cart2=1", "", id="longer names"),
    ],
)
def test_what_the_app_sees_of_a_header(header: str, seen: str | None) -> None:
    assert a_gate().incoming(header) == seen


@pytest.mark.parametrize("header", ["cart=1;tip=2", "cart=1;\ttip=2", "cart=1 ;ad=3"])
def test_a_name_that_passed_before_takes_no_other_along(header: str) -> None:
    gate = a_gate()
    gate.incoming("cart=1")

    assert gate.incoming(header) is not None
    assert "=" not in (gate.incoming(header) or "").replace("cart=1", "")


PAIRS = st.sampled_from(NAMES).map("{}=1".format) | st.text(
    st.sampled_from('cartipd_=; \t",é'), max_size=10
)
HEADERS = st.lists(
    st.tuples(PAIRS, st.sampled_from(["; ", "; ", "; ", ";", " ; ", ";;", ";\t", ";  "])),
    max_size=6,
).map(lambda parts: "".join(pair + between for pair, between in parts).removesuffix("; "))


@settings(deadline=None, max_examples=300)
@given(st.lists(HEADERS, min_size=1, max_size=5), st.sampled_from(STANDINGS))
@example(["cart=1", "cart=1;ad=1"], NOTHING)
def test_whatever_came_before_the_app_reads_only_what_passes(
    headers: list[str], allowed: Allowed
) -> None:
    gate = a_gate(allowed)

    for header in headers:
        seen = gate.incoming(header)
        expected = [
            (name, value) for name, value in parse_cookie(header) if may_pass(name, allowed)
        ]
        assert parse_cookie(header if seen is None else seen) == expected
        assert seen != header


def test_a_flood_of_names_is_judged_and_not_kept() -> None:
    gate = a_gate(ALL)

    for number in range(0, 5000, 100):
        header = "; ".join(f"ad_{each}=1; x{each}=1" for each in range(number, number + 100))
        seen = gate.incoming(header)
        assert seen == "; ".join(f"ad_{each}=1" for each in range(number, number + 100))
    assert gate.incoming("x1=1; cart=1") == "cart=1"


# --- going out ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        pytest.param("cart=1", None, id="necessary"),
        pytest.param("sessionid=1; Path=/; HttpOnly", None, id="a framework's own"),
        pytest.param("__Host-sessionid=1; Path=/; Secure", None, id="a framework's, with a prefix"),
        pytest.param("tip=1", "not granted", id="not agreed to"),
        pytest.param("ad_1=x; Max-Age=60", "not granted", id="not agreed to, by its pattern"),
        pytest.param("new=1", "undeclared", id="undeclared"),
        pytest.param("Cart=1", "undeclared", id="in another case"),
        pytest.param("  tip = 1 ; Path=/", "not granted", id="with spaces"),
        pytest.param("tip=1; Max-Age=0", None, id="a deletion by Max-Age"),
        pytest.param("new=; Max-Age=-1", None, id="a deletion of what is undeclared"),
        pytest.param("tip=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", None, id="a deletion by date"),
        pytest.param("tip=1; Expires=0", "not granted", id="no date"),
        pytest.param(
            "tip=1; Max-Age=0; Max-Age=x", "not granted", id="a deletion for some browsers alone"
        ),
        pytest.param(
            "tip=1; Expires=1st Jan 1970AD 00:00:00",
            "not granted",
            id="a date that some cannot read",
        ),
        pytest.param(
            "tip=1; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            "not granted",
            id="Max-Age goes before Expires",
        ),
        pytest.param(
            "tip=1; Expires=Thu, 01 Jan 29999 1970 00:00:00 GMT", "not granted", id="two years"
        ),
        pytest.param(
            "tip=1; Expires=Thu, 01 Jan 00:00:00 00:00:00 GMT", "not granted", id="two clocks"
        ),
        pytest.param("tip=1; Max-Age=0; Max-Age=9", "not granted", id="the last Max-Age counts"),
        pytest.param("tip=; Path=/", "not granted", id="an empty value is no deletion"),
        pytest.param(f"{OWN}=1", "reserved", id="our own"),
        pytest.param(f"{OWN}=; Max-Age=0", "reserved", id="a deletion of our own"),
        pytest.param(f" {OWN} =1; Secure", "reserved", id="our own, with spaces"),
        pytest.param("__host-COOKIESAFE=1", "reserved", id="our own, in another case"),
        pytest.param("cookiesafe=1; Domain=site.example", "reserved", id="without its prefix"),
        pytest.param("__Secure-cookiesafe=1; Secure", "reserved", id="with another prefix"),
        pytest.param("__Host-Http-cookiesafe=1", "reserved", id="with the longest prefix"),
        pytest.param("__Host-cookiesafe2=1", "undeclared", id="longer than our own"),
        pytest.param("__Host-=1", "undeclared", id="a prefix alone"),
        pytest.param(f"={OWN}=1", "reserved", id="nameless, that comes back as our own"),
        pytest.param("=tip=1", "not granted", id="nameless, that comes back under a name"),
        pytest.param("=cart=1", None, id="nameless, that comes back as a necessary one"),
        pytest.param("justavalue", "undeclared", id="nameless"),
        pytest.param("", "malformed", id="nothing"),
        pytest.param("=", "malformed", id="neither name nor value"),
        pytest.param("; Path=/", "malformed", id="attributes alone"),
        pytest.param("tip=\x00", "malformed", id="a control character"),
        pytest.param("cart=\x00", "malformed", id="a control character in one that may pass"),
        pytest.param("cart=" + "x" * 4096, "malformed", id="one that may pass, too long"),
        pytest.param("tip=1\r\nSet-Cookie: cart=1", "malformed", id="another line in it"),
        pytest.param("new=" + "x" * 4096, "malformed", id="too long"),
        pytest.param("tip=\x00; Max-Age=0", "malformed", id="a deletion that browsers ignore"),
        pytest.param("tip=\xc3\xa9", "not granted", id="bytes beyond ASCII"),
    ],
)
def test_what_is_held_and_by_which_rule(line: str, rule: str | None) -> None:
    passed = a_gate().outgoing(line, NOW)

    assert (passed.rule if isinstance(passed, Held) else None) == rule
    assert isinstance(passed, Held) or passed == line


@pytest.mark.parametrize("allowed", STANDINGS)
@pytest.mark.parametrize("name", NAMES)
def test_what_leaves_is_what_may_be_read(name: str, allowed: Allowed) -> None:
    gate = a_gate(allowed)

    leaves = gate.outgoing(f"{name}=1", NOW) == f"{name}=1"
    assert leaves == (gate.passes(name) and name != OWN)


@settings(deadline=None, max_examples=300)
@given(
    st.tuples(
        st.sampled_from([*NAMES, "", "=tip", f"={OWN}"]),
        st.sampled_from(["=1", "=", "", "=a=b", "=\x00", " = 1"]),
        st.lists(
            st.sampled_from(
                [
                    "; Max-Age=0",
                    "; max-age=-5",
                    "; Max-Age=10",
                    "; Max-Age=x",
                    "; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                    "; Expires=Thu, 01 Jan 2099 00:00:00 GMT",
                    "; Path=/",
                    "; Domain=site.example",
                ]
            ),
            max_size=3,
        ).map("".join),
    ).map("".join),
    st.sampled_from(STANDINGS),
)
def test_what_a_browser_would_keep_passes_only_if_it_may(line: str, allowed: Allowed) -> None:
    passes = isinstance(a_gate(allowed).outgoing(line, NOW), str)
    cookie = parse_set_cookie(line)

    if cookie is None:
        assert not passes
        return
    name = cookie.sent_name
    assert passes == (name != OWN and (may_pass(name, allowed) or cookie.is_deletion(NOW)))


def test_a_cookie_that_expires_now_is_a_deletion_and_one_that_expires_later_is_not() -> None:
    # 1795305600 is Sun, 22 Nov 2026 00:00:00 GMT.
    gate = a_gate()

    gone = "tip=1; Expires=Sun, 22 Nov 2026 00:00:00 GMT"
    assert gate.outgoing(gone, NOW) == gone
    assert isinstance(gate.outgoing("tip=1; Expires=Sun, 22 Nov 2026 00:00:01 GMT", NOW), Held)


def test_what_is_held_says_its_purpose_and_what_to_do() -> None:
    held = a_gate().outgoing("ad=1", NOW)

    assert isinstance(held, Held)
    assert (held.name, held.purpose, held.rule) == ("ad", "ads", "not granted")
    assert '"ads"' in held.remedy


@pytest.mark.parametrize(
    "name", ["new", "hl_ad[1]", "näme".encode().decode("latin-1"), "a\\b", 'a"b']
)
def test_the_remedy_for_an_undeclared_cookie_is_a_line_of_a_policy(name: str) -> None:
    held = a_gate().outgoing(f"{name}=1", NOW)

    assert isinstance(held, Held)
    assert (held.name, held.purpose, held.rule) == (name, None, "undeclared")
    line = held.remedy.partition(": ")[2]
    assert tomllib.loads(f"[cookies]\n{line}") == {"cookies": {name: {"purpose": "…"}}}


def test_the_name_of_a_malformed_cookie_is_shown_short() -> None:
    held = a_gate().outgoing("x" * 5000 + "=1", NOW)

    assert isinstance(held, Held)
    assert held.name == "x" * 80


# --- for how long ------------------------------------------------------------------------------

LASTING = Policy(
    site=Site(name="Site"),
    cookies=[
        Cookie(name="cart", purpose="necessary", why="holds your bill", lifetime=3600),
        Cookie(name="note", purpose="necessary", why="tells you something", lifetime=0),
    ],
)
# 1795305600 is Sun, 22 Nov 2026 00:00:00 GMT.
IN_AN_HOUR = "Sun, 22 Nov 2026 01:00:00 GMT"
IN_AN_HOUR_AND_A_MINUTE = "Sun, 22 Nov 2026 01:01:00 GMT"
IN_400_DAYS = "Mon, 27 Dec 2027 00:00:00 GMT"
LATER = "Tue, 01 Jan 2036 00:00:00 GMT"


@pytest.mark.parametrize(
    ("line", "leaves"),
    [
        pytest.param("cart=1; Max-Age=3601", "cart=1; Max-Age=3600", id="Max-Age"),
        pytest.param(f"cart=1; Expires={LATER}", f"cart=1; Expires={IN_AN_HOUR}", id="Expires"),
        pytest.param(
            f"cart=1; Max-Age=9999; Expires={LATER}; Path=/",
            f"cart=1; Max-Age=3600; Expires={IN_AN_HOUR}; Path=/",
            id="both",
        ),
        pytest.param(
            f"cart=1; Max-Age=60; Expires={LATER}",
            f"cart=1; Max-Age=60; Expires={IN_AN_HOUR}",
            id="one of them",
        ),
        pytest.param(
            ' cart = "1" ;;path=/ ;\tmax-age = 9999 ; HTTPONLY',
            ' cart = "1" ;;path=/ ;\tmax-age =3600; HTTPONLY',
            id="all else byte for byte",
        ),
        pytest.param(
            "cart=Max-Age=9999; Max-Age=9999", "cart=Max-Age=9999; Max-Age=3600", id="not the value"
        ),
        pytest.param(
            "cart=1; Max-Age=9; Max-Age=9999",
            "cart=1; Max-Age=9; Max-Age=3600",
            id="the last counts",
        ),
        pytest.param(
            "cart=1; Max-Age=9999; Max-Age=x", "cart=1; Max-Age=3600; Max-Age=x", id="no number"
        ),
        pytest.param("cart=1; Max-Age=" + "9" * 1024, "cart=1; Max-Age=3600", id="a long number"),
        pytest.param(
            "cart=1; Max-Age=+9999", "cart=1; Max-Age=3600", id="a plus, which some browsers take"
        ),
        pytest.param(
            "cart=1; Expires=Thu, 01 Jan 29999 1970 00:00:00 GMT",
            "cart=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            id="a date of two years, which some browsers take for the first",
        ),
        pytest.param(
            "cart=1; Expires=Thu, 01 Jan 2036 99:00:00 00:00:00 GMT; Path=/",
            "cart=1; Path=/",
            id="a date of two clocks, which some browsers cannot read",
        ),
        pytest.param(
            "cart=1; Max-Age=60; Expires=1st Jan 2036AD 00:00:00",
            f"cart=1; Max-Age=60; Expires={IN_AN_HOUR}",
            id="a date with letters behind the numbers",
        ),
        pytest.param("=cart=1; Max-Age=3601", "=cart=1; Max-Age=3600", id="nameless"),
        pytest.param(
            "note=1; Max-Age=60; Path=/", "note=1; Path=/", id="of the session, with Max-Age"
        ),
        pytest.param(
            f"note=1; Path=/;Expires={LATER}", "note=1; Path=/", id="of the session, with Expires"
        ),
        pytest.param(
            "note=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            "note=1",
            id="of the session, with a date that is over and does not count",
        ),
        pytest.param(
            "sessionid=1; Max-Age=34560001",
            "sessionid=1; Max-Age=34560000",
            id="400 days, whoever declared it",
        ),
        pytest.param(
            f"sessionid=1; Expires={LATER}",
            f"sessionid=1; Expires={IN_400_DAYS}",
            id="400 days from now",
        ),
    ],
)
def test_a_cookie_lives_no_longer_than_its_policy_says(line: str, leaves: str) -> None:
    gate = CookieGate(LASTING, NOTHING, [OWN])

    assert gate.outgoing(line, NOW + 0.9) == leaves
    assert gate.outgoing(leaves, NOW) == leaves


@pytest.mark.parametrize(
    "line",
    [
        "cart=1",
        "cart=1; Max-Age=3600; Secure",
        "cart=1; Max-Age=0",
        "cart=1; Max-Age=0; Expires=" + LATER,
        "cart=1; Max-Age=never; Expires=never",
        "cart=1; Max-Age=" + "9" * 1025,
        "cart=1; Max-Age",
        "cart=1; Max-Age =; X-Max-Age=9999",
        f"cart=1; Expires={IN_AN_HOUR}",
        f"cart=1; expires={IN_AN_HOUR_AND_A_MINUTE}",
        "cart=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "note=1; Path=/",
        "note=1; Max-Age=0",
        "note=1; Max-Age=never",
        "note=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/",
        "sessionid=1; Max-Age=34560000",
        " sessionid = 1 ;; expires= " + IN_400_DAYS,
    ],
)
def test_what_promises_no_more_leaves_byte_for_byte(line: str) -> None:
    """An Expires may be a minute over: the app reads its clock after we have read ours."""
    assert CookieGate(LASTING, NOTHING, [OWN]).outgoing(line, NOW) == line


@settings(deadline=None)
@given(
    st.sampled_from(["cart", "note", "sessionid"]),
    st.lists(
        st.sampled_from(["Max-Age", "max-age ", "Expires", "Path", "Domain", ""]).flatmap(
            lambda key: st.sampled_from(
                ["", "0", "-1", "60", "3600", "9999", "1e9", "/", "99999999999", LATER, IN_AN_HOUR]
            ).map(lambda value: f"{key}={value}")
        ),
        max_size=5,
    ),
)
def test_whatever_the_app_promises_the_browser_keeps_it_no_longer(
    name: str, attributes: list[str]
) -> None:
    line = "; ".join([f"{name}=1", *attributes])
    before = parse_set_cookie(line)
    leaves = CookieGate(LASTING, NOTHING, [OWN]).outgoing(line, NOW)
    assert isinstance(leaves, str)
    after = parse_set_cookie(leaves)
    assert before is not None
    assert after is not None

    assert life_of(after) <= max(0.0, min(life_of(before), LIVES[name] + 60))
    assert (after.is_deletion(NOW), after.path, after.domain, after.value) == (
        before.is_deletion(NOW),
        before.path,
        before.domain,
        before.value,
    )


LIVES = {"cart": 3600, "note": 0, "sessionid": LONGEST_LIFE}


def life_of(cookie: SetCookie) -> float:
    """Seconds that a browser keeps it after it was closed."""
    if cookie.max_age is not None:
        return max(0, cookie.max_age)
    return 0 if cookie.expires is None else max(0, cookie.expires - NOW)


# --- twice in one response ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["a=1", "b=1"], []),
        (["a=1", "a=2"], ["a"]),
        (["a=1; Path=/", "b=1", " a = 2;path=/; Secure"], ["a"]),
        (["a=; Max-Age=0", "a=1"], ["a"]),
        (["=a=1", "a=2"], ["a"]),
        (["a=1", "a=2; Path=/"], []),
        (["a=1", "a=2; Domain=site.example"], []),
        (["a=1; Domain=.site.example", "a=2; Domain=SITE.example"], ["a"]),
        (["a=1", "a=2; Secure; Partitioned"], []),
        (["a=1", "A=2"], []),
        (["a=1", "a=2", "a=3", "b=1", "b=2"], ["a", "b"]),
        ([], []),
    ],
)
def test_a_cookie_set_twice_in_one_place_is_found(lines: list[str], names: list[str]) -> None:
    assert repeated(lines) == names


# --- however much is declared ------------------------------------------------------------------


@pytest.mark.parametrize("declared", [1, 1000])
def test_what_is_declared_besides_changes_nothing(declared: int) -> None:
    policy = Policy(
        site=Site(name="Site"),
        purposes=[Purpose(id="ads", title="Adverts")],
        cookies=[
            Cookie(name="cart", purpose="necessary", why="holds your bill"),
            *(Cookie(name=f"ad{number}", purpose="ads") for number in range(declared)),
            *(Cookie(name=f"p{number}_*", purpose="ads") for number in range(declared)),
        ],
    )
    gate = CookieGate(policy, NOTHING, [OWN])

    assert gate.incoming("cart=1; ad0=1; p0_x=1; other=1") == "cart=1"
    assert gate.withdrawn("cart=1; ad0=1; p0_x=1; other=1; ad0=2") == ("ad0", "p0_x")
    assert gate.held_in("cart=1; ad0=1; other=1; =; ; x") == ("ad0", "other", "")


def test_no_name_that_a_client_made_up_is_remembered() -> None:
    gate = a_gate()
    before, flood = ("; ".join(f"{number:{fill}>250}=1" for number in range(1000)) for fill in "x0")
    # Python keeps what has room for so many tuples, too.
    gate.incoming(before)
    gate.held_in(before)
    gate.incoming("cart=1; new=1")

    tracemalloc.start()
    try:
        assert gate.incoming(flood) == ""
        gate.held_in(flood)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < 50_000


def test_of_a_flood_of_cookies_the_first_are_judged_and_all_are_kept_from_the_app() -> None:
    flood = "; ".join(f"tip{number}=1" for number in range(12_000))
    header = f"tip=1; {flood}; cart=1; ad=1"
    gate = a_gate()

    assert gate.incoming(header) == "cart=1"
    assert len(gate.held_in(header)) == 500
    assert gate.withdrawn(header) == ("tip",)
    assert gate.withdrawn("tip=1; ad=1") == ("tip", "ad")
