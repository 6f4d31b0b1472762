"""A small site that is as it should be, and mistakes to plant in it, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

POLICY: Final = """\
[site]
name = "Quay"
contact = "privacy@quay.example"
hosts = ["static.quay.example"]

[purposes.statistics]
title = "Usage statistics"
text = "Counts visits, so that we can mend slow pages."

[purposes.advertising]
title = "Advertising"
text = "Lets Gullwing show adverts that match your interests."
signal = "gpc"

[vendors.gullwing]
name = "Gullwing Adverts"
hosts = ["ads.gullwing.example"]
purposes = ["advertising"]
privacy = "https://gullwing.example/privacy"

[vendors.payfast]
name = "Payfast"
hosts = ["js.payfast.example"]
purposes = ["necessary"]
why = "shows the card form"

[cookies.basket]
purpose = "necessary"
why = "holds what you buy until you pay"

[cookies.quay_stat]
purpose = "statistics"
lifetime = "90 days"

[cookies."quay_ad*"]
purpose = "advertising"
vendor = "gullwing"
lifetime = "30 days"

[features.matching]
purpose = "advertising"
without = "the adverts are the same for everybody"

[translations.de.purposes.statistics]
title = "Nutzung"
text = "Zählt Besuche, damit wir langsame Seiten ausbessern."

[translations.de.purposes.advertising]
title = "Werbung"
text = "Lässt Gullwing Werbung zeigen, die zu Ihnen passt."

[translations.de.vendors.payfast]
why = "zeigt das Formular für die Karte"

[translations.de.cookies.basket]
why = "behält, was Sie kaufen, bis Sie zahlen"

[translations.de.features.matching]
without = "sehen Sie dieselbe Werbung wie alle"
"""
APP: Final = '''\
"""The site."""

import os

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from cookiesafe import CookieSafe, Policy, current_visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware

PAGE = """<!doctype html><title>Quay</title><link rel="stylesheet" href="/style.css">
<link rel="canonical" href="https://elsewhere.example/"><body><h1>Quay</h1>
<script src="https://js.payfast.example/v1.js"></script>
<a href="/bills/7">Your bill</a> <a href="https://harbour.example/">Neighbours</a> <a href="/sign-out">Leave</a>"""


async def home(request):
    response = HTMLResponse(PAGE)
    response.set_cookie("basket", "7", secure=True, httponly=True)
    response.set_cookie("quay_stat", "1", max_age=86400 * 90, secure=True)
    return response


async def adverts(request):
    response = HTMLResponse("<!doctype html><p>Adverts")
    if current_visit().allows("advertising"):
        response = HTMLResponse('<!doctype html><img src="https://ads.gullwing.example/1.gif">')
        response.set_cookie("quay_ad_seen", "1", max_age=86400, secure=True)
    return response


async def bill(request):
    return HTMLResponse("<!doctype html><p>Bill " + request.path_params["number"])


async def style(request):
    return Response("h1 { background: url(/quay.png) }", media_type="text/css")


async def sign_out(request):
    raise RuntimeError("a page that is asked for by nobody")


routes = [
    Route("/", home),
    Route("/style.css", style),
    Route("/sign-out", sign_out),
    Route("/bills/{number}", bill),
    Mount("/shop", routes=[Route("/adverts", adverts)]),
]
safe = CookieSafe(
    Policy.from_file("cookiesafe.toml"),
    secret_key=os.environ["QUAY_KEY"],
    store="sqlite:///quay.db",
    origin="https://quay.example",
)
app = Starlette(
    routes=routes,
    middleware=[Middleware(GZipMiddleware), Middleware(CookieSafeMiddleware, safe=safe)],
)
'''
KEY: Final = "ZdvHmPmZ5YQJkqPWnYy1rCAGQ8sJ7vEHuG0Tt2bX3oE"
FILES: Final = {"cookiesafe.toml": POLICY, "quay.py": APP}


@dataclass(frozen=True)
class Mistake:
    """``old`` becomes ``new`` in ``file``; it is found at the line of ``at`` there."""

    name: str
    code: str
    file: str
    old: str
    new: str
    at: str
    about: str
    alone: bool = False
    """Whether it keeps others from being looked for."""
    follows: frozenset[str] = frozenset()
    """The codes of what comes of it."""

    def plant(self, files: dict[str, str]) -> dict[str, str]:
        assert self.old in files[self.file], f"{self.name}: there is no such text to change"
        return {**files, self.file: files[self.file].replace(self.old, self.new, 1)}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def line_of(text: str, at: str) -> int:
    """The line on which ``at`` begins, from 1."""
    return text[: text.index(at)].count("\n") + 1


T, A = "cookiesafe.toml", "quay.py"
_SET = '    response.set_cookie("basket", "7", secure=True, httponly=True)\n'
_MANY = ", ".join(f'"h{number:03}.long-name-of-a-host.gullwing.example"' for number in range(200))

MISTAKES: Final = (
    Mistake("a cookie of a purpose that is none", "CS104", T, 'quay_stat]\npurpose = "statistics"',
            'quay_stat]\npurpose = "statistic"', 'purpose = "statistic"', "cookies.quay_stat.purpose", alone=True),
    Mistake("a cookie of a vendor that is none", "CS105", T, 'vendor = "gullwing"', 'vendor = "gulwing"',
            'vendor = "gulwing"', "cookies.quay_ad*.vendor", alone=True),
    Mistake("a tracker that is called necessary", "CS110", T, "[cookies.basket]", "[cookies._ga]",
            'purpose = "necessary"\nwhy = "holds', "cookies._ga.purpose", alone=True,
            follows=frozenset({"CS117"})),
    Mistake("a lifetime over 400 days", "CS111", T, '"90 days"', '"2 years"', 'lifetime = "2 years"',
            "cookies.quay_stat.lifetime", alone=True),
    Mistake("a policy that is no TOML", "CS101", T, "[site]", "[site", "[site", "", alone=True),
    Mistake("a key that is too short", "CS501", A, 'os.environ["QUAY_KEY"]', 'os.environ["QUAY_KEY"][:9]',
            "safe = CookieSafe(", "setting", alone=True),
    Mistake("a colour that is hard to read", "CS521", A, "import CookieSafe, Policy, current_visit",
            'import CookieSafe, Policy, Theme, current_visit\n\nTHEME = Theme(brand="#ffee88")', "THEME =",
            "theme.brand", alone=True),
    Mistake("a place that is none", "CS520", A, "import CookieSafe, Policy, current_visit",
            'import CookieSafe, Policy, Theme, current_visit\n\nTHEME = Theme(layout="modal")', "THEME =",
            "theme.layout", alone=True),
    Mistake("a setting that cannot be", "CS500", A, 'origin="https://quay.example"', 'mode="off"',
            "safe = CookieSafe(", "setting", alone=True),
    Mistake("nobody to ask", "CS701", T, 'contact = "privacy@quay.example"\n', "", "[site]", ""),
    Mistake("a purpose that nothing hangs on", "CS702", T, "[vendors.gullwing]",
            '[purposes.comfort]\ntitle = "Comfort"\ntext = "Keeps sizes."\n\n[vendors.gullwing]',
            "[purposes.comfort]", "comfort", follows=frozenset({"CS710"})),
    Mistake("a vendor that nothing names", "CS703", T, "[vendors.payfast]",
            '[vendors.gannet]\nname = "Gannet"\nhosts = ["cdn.gannet.example"]\npurposes = ["statistics"]\n'
            'privacy = "https://gannet.example/"\n\n[vendors.payfast]', "[vendors.gannet]", "gannet"),
    Mistake("a cookie without a lifetime", "CS704", T, 'lifetime = "90 days"\n', "", "[cookies.quay_stat]", "quay_stat"),
    Mistake("a vendor without a privacy policy", "CS705", T, 'privacy = "https://gullwing.example/privacy"\n', "",
            "[vendors.gullwing]", "gullwing"),
    Mistake("a purpose that says nothing", "CS706", T, 'text = "Counts visits, so that we can mend slow pages."\n', "",
            "[purposes.statistics]", "statistics"),
    Mistake("words that flatter", "CS707", T, "Counts visits, so that we can mend slow pages.",
            "We value your privacy and count visits.", 'text = "We value', "purposes.statistics.text"),
    Mistake("words that press, in a translation", "CS707", T, 'title = "Nutzung"', 'title = "Legitimate interest"',
            'title = "Legitimate', "translations.de.purposes.statistics.title"),
    Mistake("an advertising purpose that heeds no signal", "CS708", T, 'signal = "gpc"\n', "", "[purposes.advertising]",
            "advertising"),
    Mistake("a host that is anybody's", "CS709", T, '["static.quay.example"]', '["*.cloudfront.net"]',
            'hosts = ["*.cloudfront.net"]', "*.cloudfront.net"),
    Mistake("a translation that was begun", "CS710", T, 'title = "Werbung"\n', "", "[translations.de", "de"),
    Mistake("a pattern that is nearly everything", "CS711", T, '"quay_ad*"', '"q*"', '[cookies."q*"]', "q*"),
    Mistake("more hosts than a header has room for", "CS504", T, 'hosts = ["ads.gullwing.example"]',
            f'hosts = ["ads.gullwing.example", {_MANY}]', "[vendors.gullwing]", "hosts"),
    Mistake("a key in the source", "CS721", A, 'os.environ["QUAY_KEY"]', f'"{KEY}"', "secret_key=", "secret_key"),
    Mistake("a key in the source for where there is none", "CS721", A, 'os.environ["QUAY_KEY"]',
            f'os.environ.get("QUAY_KEY", "{KEY}")', "secret_key=", "secret_key"),
    Mistake("a key that was thought up", "CS722", A, 'os.environ["QUAY_KEY"]', '"-".join(["not-so-secret"] * 4)',
            "safe = CookieSafe(", "secret_key"),
    Mistake("no store", "CS503", A, '    store="sqlite:///quay.db",\n', "", "safe = CookieSafe(", "store"),
    Mistake("a password in the source", "CS726", A, '"sqlite:///quay.db"', '"postgresql://quay:tide42@db.example/quay"',
            "    store=", "url"),
    Mistake("cookies without Secure", "CS723", A, 'origin="https://quay.example"', "secure=False",
            "safe = CookieSafe(", "secure"),
    Mistake("a trusted origin over http", "CS724", A, 'origin="https://quay.example",',
            'origin="https://quay.example",\n    trusted_origins=["http://old.quay.example"],', "    trusted_origins",
            "http://old.quay.example"),
    Mistake("nothing is held", "CS725", A, "    origin=", '    mode="observe",\n    origin=', "    mode=", "mode"),
    Mistake("compression behind the gate", "CS733", A,
            "Middleware(GZipMiddleware), Middleware(CookieSafeMiddleware, safe=safe)",
            "Middleware(CookieSafeMiddleware, safe=safe), Middleware(GZipMiddleware)",
            "from starlette.middleware.gzip", "GZipMiddleware"),
    Mistake("a session in front of the gate", "CS732", A, "middleware=[",
            'middleware=[Middleware(SessionMiddleware, secret_key=os.environ["QUAY_KEY"]), ',
            "from starlette.middleware.sessions", "SessionMiddleware"),
    Mistake("the gate twice", "CS734", A, "middleware=[",
            "middleware=[Middleware(CookieSafeMiddleware, safe=safe), ", "safe = CookieSafe(", "app", alone=True,
            follows=frozenset({"CS733"})),
    Mistake("no gate", "CS731", A, ", Middleware(CookieSafeMiddleware, safe=safe)", "", "safe = CookieSafe(", "app",
            alone=True, follows=frozenset({"CS741"})),
    Mistake("a cookie that nobody declared", "CS201", A, _SET, _SET + '    response.set_cookie("_tern", "1", secure=True)\n',
            '    response.set_cookie("_tern"', "_tern"),
    Mistake("a cookie that only who agrees gets", "CS201", A, '"quay_ad_seen"', '"seen"', '        response.set_cookie("seen"',
            "seen"),
    Mistake("a cookie of ours", "CS203", A, '    response.set_cookie("quay_stat"',
            '    response.set_cookie("cookiesafe", "7", secure=True)\n    response.set_cookie("quay_stat"', '    response.set_cookie("cookiesafe"',
            "cookiesafe"),
    Mistake("a cookie that browsers ignore", "CS204", A, _SET, _SET + '    response.headers.append("Set-Cookie", "basket=" + "x" * 5000)\n',
            '    response.set_cookie("basket"', "basket"),
    Mistake("a cookie that is kept too long", "CS208", A, "86400 * 90", "86400 * 900", '    response.set_cookie("quay_stat"',
            "quay_stat"),
    Mistake("a cookie that is set twice", "CS209", A, _SET, _SET + _SET, _SET, "basket"),
    Mistake("a cookie without Secure", "CS742", A, '"7", secure=True, ', '"7", ', '    response.set_cookie("basket"', "basket"),
    Mistake("a script of another host", "CS205", A, "<h1>Quay</h1>", '<h1>Quay</h1><script src="//cdn.tern.example/a.js"></script>',
            '<link rel="canonical"', "cdn.tern.example"),
    Mistake("an embed of another host", "CS205", A, "<!doctype html><p>Bill ", "<!doctype html><iframe src='https://map.tern.example'></iframe>",
            '    return HTMLResponse("<!doctype html><iframe', "map.tern.example"),
    Mistake("a call in a script", "CS205", A, "<h1>Quay</h1>", '<h1>Quay</h1><script>fetch("https://api.tern.example/v1")</script>',
            '<link rel="canonical"', "api.tern.example"),
    Mistake("a picture in a style sheet", "CS205", A, "url(/quay.png)", "url(https://img.tern.example/q.png)",
            '    return Response("h1', "img.tern.example"),
    Mistake("a cookie that a script sets", "CS743", A, "<h1>Quay</h1>", '<h1>Quay</h1><script>document.cookie = "_ga=1"</script>',
            '<link rel="canonical"', "_ga"),
    Mistake("a page that fails", "CS741", A, '    response = HTMLResponse("<!doctype html><p>Adverts")',
            "    response = HTMLResponse(1 / 0)", "    response = HTMLResponse(1 / 0)", "/shop/adverts",
            alone=True),
)  # fmt: skip
