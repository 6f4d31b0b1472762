"""What is known of cookies and hosts: what frameworks need, and what follows visitors around.

A name is necessary only if a site breaks for its visitor without it during one visit. What keeps
somebody signed in for longer (Flask-Login's ``remember_token`` and its like) is consent of its own,
and is left out on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .declared import NECESSARY_ID, Cookie

_SESSION: Final = "keeps your visit together from page to page"
_LOGIN: Final = "keeps you signed in during your visit"
_FORGERY: Final = "makes sure that a form was sent by you and not by another site"

_FRAMEWORKS: Final = {
    # Django and what follows its names (Wagtail, Starlette-CSRF, Litestar)
    "sessionid": _SESSION,
    "csrftoken": _FORGERY,
    "messages": "carries a message such as “saved” to the next page",
    "django_language": "remembers the language you chose",
    # Flask, Starlette, FastAPI, Quart, Litestar, Pyramid
    "session": _SESSION,
    "auth_tkt": _LOGIN,
    "access_token_cookie": _LOGIN,
    "csrf_access_token": _FORGERY,
    "fastapiusersauth": _LOGIN,
    "fastapi-csrf-token": _FORGERY,
    # Bottle, Falcon, TurboGears (Beaker); CherryPy, Odoo, web.py, aiohttp, Masonite, Zope, Plone
    "beaker.session.id": _SESSION,
    "bottle.session": _SESSION,
    "session_id": _SESSION,
    "webpy_session_id": _SESSION,
    "AIOHTTP_SESSION": _SESSION,
    "SESSID": _SESSION,
    "_ZopeId": _SESSION,
    "__ac": _LOGIN,
    # Tornado, Jupyter, Streamlit
    "_xsrf": _FORGERY,
    "_streamlit_xsrf": _FORGERY,
    # Names that many frameworks share
    "csrf_token": _FORGERY,
    "_csrf_token": _FORGERY,
    "_csrf": _FORGERY,
    "XSRF-TOKEN": _FORGERY,
    # Neighbours behind the same host
    "PHPSESSID": _SESSION,
    "JSESSIONID": _SESSION,
    "ASP.NET_SessionId": _SESSION,
    "connect.sid": _SESSION,
}

# A prefix only tightens what a cookie may do (RFC 6265bis, section 4.1.3): it is the same cookie.
NECESSARY: Final[tuple[Cookie, ...]] = tuple(
    Cookie(name=f"{prefix}{name}", purpose=NECESSARY_ID, why=why)
    for name, why in _FRAMEWORKS.items()
    for prefix in ("", "__Host-", "__Secure-")
)
"""Well-known necessary cookies, all of them exact names, each with why."""

TRACKERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "_ga": "Google Analytics",
        "_ga_*": "Google Analytics",
        "_gid": "Google Analytics",
        "_gat*": "Google Analytics",
        "__utm*": "Google Analytics",
        "_gaexp*": "Google Optimize",
        "_gcl_*": "Google Ads",
        "_gac_*": "Google Ads",
        "FPGCLAW": "Google Ads",
        "FPGCLGB": "Google Ads",
        "FPLC": "Google Tag Manager",
        "FPID": "Google Tag Manager",
        "__gads": "Google Ad Manager",
        "__gpi": "Google Ad Manager",
        "__eoi": "Google Ad Manager",
        "IDE": "Google DoubleClick",
        "DSID": "Google DoubleClick",
        "test_cookie": "Google DoubleClick",
        "_fbp": "Meta",
        "_fbc": "Meta",
        "_hj*": "Hotjar",
        "_clck": "Microsoft Clarity",
        "_clsk": "Microsoft Clarity",
        "CLID": "Microsoft Clarity",
        "_uet*": "Microsoft Advertising",
        "MUID": "Microsoft Advertising",
        "ai_user": "Microsoft Application Insights",
        "_pin_unauth": "Pinterest",
        "_pinterest_*": "Pinterest",
        "_ttp": "TikTok",
        "_tt_enable_cookie": "TikTok",
        "_scid*": "Snapchat",
        "_rdt_*": "Reddit",
        "_twclid": "X",
        "li_fat_id": "LinkedIn",
        "li_sugr": "LinkedIn",
        "bcookie": "LinkedIn",
        "UserMatchHistory": "LinkedIn",
        "AnalyticsSyncHistory": "LinkedIn",
        "hubspotutk": "HubSpot",
        "__hstc": "HubSpot",
        "__hssrc": "HubSpot",
        "__hssc": "HubSpot",
        "_mkto_trk": "Marketo",
        "visitor_id*": "Salesforce Pardot",
        "__kla_id": "Klaviyo",
        "mp_*_mixpanel": "Mixpanel",
        "amplitude_*": "Amplitude",
        "AMP_*": "Amplitude",
        "ajs_*": "Segment",
        "ph_*_posthog": "PostHog",
        "_hp2_*": "Heap",
        "_pk_id*": "Matomo",
        "_pk_ref*": "Matomo",
        "_pk_ses*": "Matomo",
        "_sp_id*": "Snowplow",
        "_sp_ses*": "Snowplow",
        "_vwo*": "VWO",
        "_vis_opt_*": "VWO",
        "optimizelyEndUserId": "Optimizely",
        "mbox*": "Adobe Target",
        "AMCV_*": "Adobe Analytics",
        "s_vi*": "Adobe Analytics",
        "demdex": "Adobe Audience Manager",
        "_ym_*": "Yandex Metrica",
        "yandexuid": "Yandex",
        "__qca": "Quantcast",
        "cto_*": "Criteo",
        "t_gid": "Taboola",
        "__adroll*": "AdRoll",
        "_parsely_*": "Parse.ly",
        "_cb": "Chartbeat",
        "_chartbeat*": "Chartbeat",
        "mf_*": "Mouseflow",
        "_ce.*": "Crazy Egg",
        "fs_uid": "FullStory",
        "_lr_uf_*": "LogRocket",
    }
)
"""Well-known cookies of advertising and analytics, exact or with one ``*``, with whose they are."""

TRACKER_HOSTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "google-analytics.com": "Google Analytics",
        "analytics.google.com": "Google Analytics",
        "googletagmanager.com": "Google Tag Manager",
        "googletagservices.com": "Google Ad Manager",
        "googlesyndication.com": "Google Ads",
        "googleadservices.com": "Google Ads",
        "adservice.google.com": "Google Ads",
        "doubleclick.net": "Google DoubleClick",
        "facebook.net": "Meta",
        "facebook.com": "Meta",
        "hotjar.com": "Hotjar",
        "hotjar.io": "Hotjar",
        "clarity.ms": "Microsoft Clarity",
        "bat.bing.com": "Microsoft Advertising",
        "ads.linkedin.com": "LinkedIn",
        "licdn.com": "LinkedIn",
        "analytics.tiktok.com": "TikTok",
        "ct.pinterest.com": "Pinterest",
        "ads-twitter.com": "X",
        "analytics.twitter.com": "X",
        "sc-static.net": "Snapchat",
        "redditstatic.com": "Reddit",
        "criteo.com": "Criteo",
        "criteo.net": "Criteo",
        "taboola.com": "Taboola",
        "outbrain.com": "Outbrain",
        "adnxs.com": "Xandr",
        "adsrvr.org": "The Trade Desk",
        "rubiconproject.com": "Magnite",
        "pubmatic.com": "PubMatic",
        "casalemedia.com": "Index Exchange",
        "openx.net": "OpenX",
        "amazon-adsystem.com": "Amazon Ads",
        "adroll.com": "AdRoll",
        "quantserve.com": "Quantcast",
        "scorecardresearch.com": "Comscore",
        "demdex.net": "Adobe Audience Manager",
        "omtrdc.net": "Adobe Analytics",
        "mc.yandex.ru": "Yandex Metrica",
        "hs-analytics.net": "HubSpot",
        "mktoresp.com": "Marketo",
        "pardot.com": "Salesforce Pardot",
        "mixpanel.com": "Mixpanel",
        "mxpnl.com": "Mixpanel",
        "amplitude.com": "Amplitude",
        "segment.io": "Segment",
        "heapanalytics.com": "Heap",
        "fullstory.com": "FullStory",
        "mouseflow.com": "Mouseflow",
        "crazyegg.com": "Crazy Egg",
        "chartbeat.net": "Chartbeat",
        "visualwebsiteoptimizer.com": "VWO",
        "optimizely.com": "Optimizely",
    }
)
"""Domains of advertising and analytics, with everything below them, each with whose they are."""
