"""Rules about the policy, beyond those it is refused for: what it declares is used, and told in full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..gate.csp import everything, left_out
from ..policy import NECESSARY_ID, Cookie, Host, Vendor, parse_host
from ..policy.translations import missing_texts
from .finding import Finding
from .subject import Subject

SHARED_HOSTING: Final = (
    "amazonaws.com",
    "appspot.com",
    "azureedge.net",
    "azurewebsites.net",
    "blob.core.windows.net",
    "cloudfront.net",
    "fastly.net",
    "fastlylb.net",
    "firebaseapp.com",
    "github.io",
    "githubusercontent.com",
    "gitlab.io",
    "herokuapp.com",
    "netlify.app",
    "pages.dev",
    "r2.dev",
    "run.app",
    "storage.googleapis.com",
    "vercel.app",
    "web.app",
    "workers.dev",
)
"""Domains below which anybody can have a host. So are public suffixes of two labels, such as ``co.uk``."""
_PUBLIC_SECOND: Final = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})
_SHORTEST_STEM: Final = 2


def contact(subject: Subject) -> Iterator[Finding]:
    if not subject.policy.site.contact.strip():
        yield Finding(
            "CS701",
            "the site names nobody to ask about privacy",
            'Add contact = "privacy@…" to [site].',
            place=subject.declared("site"),
        )


def unused_purposes(subject: Subject) -> Iterator[Finding]:
    policy = subject.policy
    used = {each.purpose for each in policy.cookies}
    used |= {each.purpose for each in policy.features.values()}
    used |= {id for each in policy.vendors.values() for id in each.purposes}
    for purpose in policy.optional:
        if purpose.id not in used:
            yield Finding(
                "CS702",
                f'visitors are asked about the purpose "{purpose.id}", and nothing hangs on it',
                "Declare its cookies, vendors or features, or take it out.",
                place=subject.declared("purposes", purpose.id),
                about=purpose.id,
            )


def unused_vendors(subject: Subject) -> Iterator[Finding]:
    """Of whom nothing in the sources or in an answer names a host, and who has no cookie."""
    with_cookies = {each.vendor for each in subject.policy.cookies}
    for vendor in subject.policy.vendors.values():
        if vendor.id not in with_cookies and not any(
            _is_named(parse_host(host), subject) for host in vendor.hosts
        ):
            yield Finding(
                "CS703",
                f'the vendor "{vendor.id}" is declared, and no page or source of the app names it',
                "Take it out; or, if another vendor's script calls it, check with "
                f"--ignore CS703:{vendor.id}.",
                place=subject.declared("vendors", vendor.id),
                about=vendor.id,
            )


def _is_named(host: Host, subject: Subject) -> bool:
    if subject.sources.naming(host.name) is not None:
        return True
    return any(
        host.name in answer.body or any(host.name in each for each in answer.values("link"))
        for answer in subject.answers
    )


def lifetimes(subject: Subject) -> Iterator[Finding]:
    for cookie in _refusable(subject):
        if cookie.lifetime is None:
            yield Finding(
                "CS704",
                f'visitors are not told how long the cookie "{cookie.name}" is kept',
                'Add lifetime = "90 days", or "session".',
                place=subject.declared("cookies", cookie.name),
                about=cookie.name,
            )


def _refusable(subject: Subject) -> Iterator[Cookie]:
    return (each for each in subject.policy.cookies if each.purpose != NECESSARY_ID)


def privacy_policies(subject: Subject) -> Iterator[Finding]:
    for vendor in subject.policy.vendors.values():
        if not vendor.privacy and not _is_necessary(vendor):
            yield Finding(
                "CS705",
                f'visitors are not told where the vendor "{vendor.id}" says what it does with data',
                'Add privacy = "https://…" with the address of its privacy policy.',
                place=subject.declared("vendors", vendor.id),
                about=vendor.id,
            )


def _is_necessary(vendor: Vendor) -> bool:
    return NECESSARY_ID in vendor.purposes


def untold_purposes(subject: Subject) -> Iterator[Finding]:
    for purpose in (*subject.policy.optional, *subject.policy.contacts):
        if not purpose.text.strip():
            yield Finding(
                "CS706",
                f'visitors are asked to agree to "{purpose.title}" and not told what it does',
                'Add text = "…": one sentence that says who does what with what.',
                place=subject.declared("purposes", purpose.id),
                about=purpose.id,
            )


def signals(subject: Subject) -> Iterator[Finding]:
    for purpose in subject.policy.optional:
        if "advertising" in (purpose.id, purpose.category) and purpose.signal is None:
            yield Finding(
                "CS708",
                f'the purpose "{purpose.id}" is advertising, and a browser that asks not to have '
                "data sold or shared does not turn it off",
                'Add signal = "gpc".',
                place=subject.declared("purposes", purpose.id),
                about=purpose.id,
            )


def open_hosts(subject: Subject) -> Iterator[Finding]:
    own = [(("site", "hosts"), text) for text in subject.policy.site.hosts]
    theirs = [
        (("vendors", vendor.id, "hosts"), text)
        for vendor in subject.policy.vendors.values()
        for text in vendor.hosts
    ]
    for path, text in (*own, *theirs):
        host = parse_host(text)
        if host.wildcard and _is_anybodys(host.name):
            yield Finding(
                "CS709",
                f'the host "{text}" is anybody\'s who rents one there',
                "Name the hosts that you need one by one.",
                place=subject.declared(*path),
                about=text,
            )


def _is_anybodys(name: str) -> bool:
    labels = name.split(".")
    suffix = len(labels) == 2 and len(labels[1]) == 2 and labels[0] in _PUBLIC_SECOND
    return suffix or any(f".{name}".endswith(f".{each}") for each in SHARED_HOSTING)


def begun_translations(subject: Subject) -> Iterator[Finding]:
    begun = {each.language for each in subject.policy.declaration.translations}
    for language, missing in missing_texts(subject.policy.declaration).items():
        if language in begun and missing:
            first = ".".join(missing[0])
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            yield Finding(
                "CS710",
                f'the translation into "{language}" lacks {first}{more}',
                f'Add them under [translations.{language}]. "cookiesafe translations" lists them.',
                place=subject.declared("translations", language),
                about=language,
            )


def wide_patterns(subject: Subject) -> Iterator[Finding]:
    for cookie in subject.policy.cookies:
        if "*" in cookie.name and len(cookie.name.strip("*_-")) < _SHORTEST_STEM:
            yield Finding(
                "CS711",
                f'the cookie "{cookie.name}" is nearly every cookie there is',
                "Name more of it, so that what nobody knows of stays held.",
                place=subject.declared("cookies", cookie.name),
                about=cookie.name,
            )


def room(subject: Subject) -> Iterator[Finding]:
    hosts = sorted(left_out(subject.policy, everything(subject.policy)))
    if hosts:
        yield Finding(
            "CS504",
            f"the Content-Security-Policy of who agrees to everything has no room for {len(hosts)} "
            f"hosts, which stay held: {hosts[0]} is the first",
            "Declare fewer, or *.domain for several of one domain.",
            place=subject.declared("vendors"),
            about="hosts",
        )


RULES: Final = (
    contact,
    unused_purposes,
    unused_vendors,
    lifetimes,
    privacy_policies,
    untold_purposes,
    signals,
    open_hosts,
    begun_translations,
    wide_patterns,
    room,
)
