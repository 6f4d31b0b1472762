"""What nothing that a server says can refuse: each with why, and in which browsers."""

from __future__ import annotations

from tests.leaks.way import File, Reach, Way, html, markup, scripted

NONE, NAME, CONNECTION = Reach.NONE, Reach.NAME, Reach.CONNECTION
ALL = "all"
LEAVES = "The whole page leaves, as by a link: where it leads is the site's and the visitor's own."
_HINT = "const link = document.createElement('link'); link.rel = '{}'; link.href = '$t'; document.head.append(link)"
_MADE = (
    "A script of the page makes the hint; no directive of CSP covers hints, and no server sees it."
)
_PEER = (
    "new RTCPeerConnection({{iceServers: [{{urls: '{}:$h{}', username: 'a', credential: 'a'}}]}})"
)
_OFFER = "; peer.createDataChannel('a'); peer.createOffer().then(a => peer.setLocalDescription(a))"
_RTC = "Chromium does not enforce the directive that CSP has for WebRTC (webrtc), and there is no other."

BEYOND: tuple[Way, ...] = (
    scripted(
        "preconnect made by a script",
        _HINT.format("preconnect"),
        bare=CONNECTION,
        by="nothing",
        why=_MADE,
        browsers=ALL,
    ),
    scripted(
        "dns-prefetch made by a script",
        _HINT.format("dns-prefetch"),
        bare=NAME,
        by="nothing",
        why=_MADE,
        browsers=ALL,
    ),
    scripted(
        "preconnect made by innerHTML",
        "document.body.innerHTML = '<link rel=preconnect href=$t>'",
        bare=CONNECTION,
        by="nothing",
        why=_MADE,
        browsers=ALL,
    ),
    scripted(
        "WebRTC, stun",
        f"const peer = {_PEER.format('stun', '')}{_OFFER}",
        bare=NONE,
        by="nothing",
        why=_RTC,
        browsers=ALL,
    ),
    scripted(
        "WebRTC, turn",
        f"const peer = {_PEER.format('turn', '')}{_OFFER}",
        bare=NONE,
        by="nothing",
        why=_RTC,
        browsers=ALL,
    ),
    scripted(
        "WebRTC, turn over TCP",
        f"const peer = {_PEER.format('turn', '?transport=tcp')}{_OFFER}",
        bare=CONNECTION,
        by="nothing",
        why=_RTC,
        browsers=ALL,
    ),
    scripted(
        "WebRTC in a srcdoc frame",
        f"const frame = document.createElement('iframe'); frame.srcdoc = \"<script>const peer = {_PEER.format('stun', '')}{_OFFER}<\\/script>\"; document.body.append(frame)",
        bare=NONE,
        by="nothing",
        why=_RTC,
        browsers=ALL,
    ),
    scripted(
        "leaving by location", "location = '$t/a.html'", by="nothing", why=LEAVES, browsers=ALL
    ),
    scripted(
        "leaving by location.replace",
        "location.replace('$t/a.html')",
        by="nothing",
        why=LEAVES,
        browsers=ALL,
    ),
    scripted(
        "leaving by a link pressed by a script",
        "const link = document.createElement('a'); link.href = '$t/a.html'; link.click()",
        by="nothing",
        why=LEAVES,
        browsers=ALL,
    ),
    scripted(
        "leaving by a form sent by a script",
        "const form = document.createElement('form'); form.action = '$t/a.html'; document.body.append(form); form.submit()",
        by="nothing",
        why=LEAVES,
        browsers=ALL,
    ),
    scripted(
        "leaving by a form posted by a script",
        "const form = document.createElement('form'); form.method = 'post'; form.action = '$t/a.html'; document.body.append(form); form.submit()",
        by="nothing",
        why=LEAVES,
        browsers=ALL,
    ),
    scripted(
        "leaving by navigation.navigate",
        "navigation.navigate('$t/a.html')",
        by="nothing",
        why=LEAVES,
        browsers=ALL,
    ),
    scripted(
        "leaving by a refresh made by a script",
        "document.head.insertAdjacentHTML('beforeend', '<meta http-equiv=refresh content=0;url=$t/a.html>')",
        by="nothing",
        why=LEAVES,
        browsers=ALL,
    ),
    scripted(
        "leaving a frame for the top",
        "const frame = document.createElement('iframe'); frame.srcdoc = \"<script>top.location = '$t/a.html'<\\/script>\"; document.body.append(frame)",
        by="nothing",
        why=LEAVES,
        browsers=ALL,
    ),
    scripted(
        "leaving by a popup", "window.open('$t/a.html')", by="nothing", why=LEAVES, browsers=ALL
    ),
    scripted(
        "leaving by a popup that leaves",
        "window.open('a.html')",
        files={"a.html": File(html("<script>location = '$t/a.html'</script>"))},
        by="nothing",
        why=LEAVES,
        browsers=ALL,
    ),
    markup(
        "leaving by a link",
        "<a id=act href=$t/a.html>A</a>",
        act="click",
        by="nothing",
        why=LEAVES,
        browsers=ALL,
    ),
    markup(
        "leaving by a link to a new tab",
        "<a id=act target=_blank href=$t/a.html>A</a>",
        act="click",
        by="nothing",
        why=LEAVES,
        browsers=ALL,
    ),
    markup(
        "leaving by a map's area",
        "<img id=act src='data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7' usemap=#m width=40 height=40><map name=m><area shape=rect coords=0,0,40,40 href=$t/a.html></map>",
        act="click",
        by="nothing",
        why=LEAVES,
        browsers=ALL,
    ),
    markup(
        "leaving by a link in svg",
        "<svg><a href=$t/a.html><text id=act y=20>AAAA</text></a></svg>",
        act="click",
        by="nothing",
        why=LEAVES,
        browsers=ALL,
    ),
    markup(
        "leaving by a form",
        "<form action=$t/a.html><button id=act>A</button></form>",
        act="click",
        by="nothing",
        why=LEAVES,
        browsers=ALL,
    ),
    markup(
        "leaving by a download",
        "<a id=act download href=$t/a.html>A</a>",
        act="click",
        by="nothing",
        why=LEAVES,
        browsers=ALL,
    ),
    Way(
        title="leaving by a redirect of the page",
        page=File(status=302, headers=(("Location", "$t/a.html"),)),
        by="nothing",
        why=LEAVES,
        browsers=ALL,
    ),
)
