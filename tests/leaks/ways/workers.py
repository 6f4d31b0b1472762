"""Workers and worklets: each has a policy of its own, by where its script came from."""

from __future__ import annotations

from tests.leaks.way import JS, File, Reach, Way, html, scripted

NONE = Reach.NONE
_CALL = "fetch('$t/a.json', {mode: 'no-cors'})"
_OWN = {"w.js": File(_CALL, JS)}
_BLOB = "URL.createObjectURL(new Blob([`{}`], {{type: 'text/javascript'}}))"
_LOCAL = _BLOB.format(_CALL)


def worker(
    title: str,
    inside: str,
    *,
    page: str = "new Worker('w.js')",
    script_type: str = JS,
    bare: Reach = Reach.REQUEST,
) -> Way:
    """A worker from the site's own file ``w.js``."""
    return scripted(title, page, files={"w.js": File(inside, script_type)}, bare=bare)


def service(title: str, inside: str, *, then: str = "", bare: Reach = Reach.REQUEST) -> Way:
    """A service worker from the site's own file ``w.js``."""
    page = f"const registration = await navigator.serviceWorker.register('w.js'); await navigator.serviceWorker.ready; {then}"
    return scripted(
        title, page, files={"w.js": File(inside, JS), "later.html": File(html("A"))}, bare=bare
    )


_FRAME_LATER = "const frame = document.createElement('iframe'); frame.src = 'later.html'; document.body.append(frame);"

WORKERS: tuple[Way, ...] = (
    worker("worker, fetch", _CALL),
    worker(
        "worker, XMLHttpRequest",
        "const call = new XMLHttpRequest(); call.open('GET', '$t/a.json'); call.send()",
    ),
    worker("worker, importScripts", "importScripts('$t/a.js')"),
    worker("worker, import()", "import('$t/a.js')"),
    worker("worker, WebSocket", "new WebSocket('$w/a')"),
    worker("worker, EventSource", "new EventSource('$t/a')"),
    worker("worker, WebTransport", "new WebTransport('$s/a')"),
    worker("worker, font", "const font = new FontFace('a', 'url($t/a.woff2)'); font.load()"),
    worker("worker, eval", f'eval("{_CALL}")'),
    worker("worker, importScripts of the site", "importScripts('b.js')", bare=NONE),
    worker("worker, a blob worker in it", f"new Worker({_LOCAL})"),
    worker("worker, itself again in it", f"if (location.hash) {_CALL}; else new Worker('w.js#a')"),
    worker("worker, module", "import '$t/a.js'", page="new Worker('w.js', {type: 'module'})"),
    worker("worker, module by fetch", _CALL, page="new Worker('w.js', {type: 'module'})"),
    worker("worker of a text file", _CALL, script_type="text/plain"),
    worker("worker of a json file", _CALL, script_type="application/json"),
    worker("shared worker", _CALL, page="new SharedWorker('w.js')"),
    worker(
        "shared worker, importScripts", "importScripts('$t/a.js')", page="new SharedWorker('w.js')"
    ),
    worker(
        "shared worker, module",
        "import '$t/a.js'",
        page="new SharedWorker('w.js', {type: 'module'})",
    ),
    worker(
        "worker made in a blank frame",
        _CALL,
        page="const frame = document.createElement('iframe'); document.body.append(frame); new frame.contentWindow.Worker(new URL('w.js', location))",
    ),
    worker(
        "worker made in a frame of json",
        _CALL,
        page="const frame = document.createElement('iframe'); frame.src = 'missing.json'; frame.onload = () => new frame.contentWindow.Worker(new URL('w.js', location)); document.body.append(frame)",
    ),
    scripted("worker of the tracker", "new Worker('$t/a.js')", bare=NONE),
    scripted("shared worker of the tracker", "new SharedWorker('$t/a.js')", bare=NONE),
    scripted(
        "worker that the site redirects",
        "new Worker('r.js')",
        files={"r.js": File(status=302, headers=(("Location", "$t/a.js"),))},
        bare=NONE,
    ),
    scripted(
        "worker of the tracker by a blob",
        f"new Worker({_BLOB.format('importScripts(`$t/a.js`)').replace('[`', '[' + chr(34)).replace('`]', chr(34) + ']')})",
    ),
    scripted("blob worker", f"new Worker({_LOCAL})"),
    scripted("blob worker, module", f"new Worker({_LOCAL}, {{type: 'module'}})"),
    scripted("blob shared worker", f"new SharedWorker({_LOCAL})"),
    scripted(
        "data worker", "new Worker(\"data:text/javascript,fetch('$t/a.json',{mode:'no-cors'})\")"
    ),
    scripted(
        "data worker, importScripts",
        "new Worker(\"data:text/javascript,importScripts('$t/a.js')\")",
    ),
    scripted(
        "data shared worker",
        "new SharedWorker(\"data:text/javascript,fetch('$t/a.json',{mode:'no-cors'})\")",
        bare=Reach.REQUEST,
    ),
    service("service worker, fetch", _CALL),
    service("service worker, importScripts", "importScripts('$t/a.js')", bare=Reach.REQUEST),
    service("service worker, on installing", f"oninstall = event => event.waitUntil({_CALL})"),
    service(
        "service worker, its cache",
        "oninstall = event => event.waitUntil(caches.open('a').then(a => a.add('$t/a.json')))",
    ),
    service(
        "service worker, a page it makes",
        "onfetch = event => event.request.mode === 'navigate' && event.respondWith(new Response('<img src=$t/a.gif>', {headers: {'Content-Type': 'text/html'}}))",
        then=_FRAME_LATER,
        bare=NONE,
    ),
    service(
        "service worker, a request it redirects",
        "onfetch = event => { if (event.request.destination === 'image') event.respondWith(fetch('$t/a.gif', {mode: 'no-cors'})) }; onactivate = event => event.waitUntil(clients.claim())",
        then="navigator.serviceWorker.oncontrollerchange = () => { new Image().src = 'own.gif' }; new Image().src = 'own.gif'",
    ),
    service(
        "service worker, a static route",
        "oninstall = event => event.addRoutes({condition: {urlPattern: '*'}, source: 'network'}).then(() => fetch('$t/a', {mode: 'no-cors'}))",
    ),
    service(
        "service worker, background fetch",
        "",
        then="registration.backgroundFetch.fetch('a', ['$t/a.json'])",
        bare=NONE,
    ),
    service(
        "service worker, notification",
        "",
        then="registration.showNotification('A', {icon: '$t/a.gif'})",
        bare=NONE,
    ),
    service(
        "service worker, push",
        "",
        then="registration.pushManager.subscribe({userVisibleOnly: true, applicationServerKey: 'BA'})",
        bare=NONE,
    ),
    service(
        "service worker, payment handler",
        "",
        then="registration.paymentManager && registration.paymentManager.enableDelegations(['payerName'])",
        bare=NONE,
    ),
    scripted(
        "service worker, module",
        "await navigator.serviceWorker.register('w.js', {type: 'module'})",
        files={"w.js": File("import '$t/a.js'", JS)},
    ),
    scripted(
        "cache of the page", "const cache = await caches.open('a'); await cache.add('$t/a.json')"
    ),
    scripted(
        "audio worklet of the tracker",
        "const audio = new AudioContext(); audio.audioWorklet.addModule('$t/a.js')",
    ),
    scripted(
        "audio worklet, import",
        "const audio = new AudioContext(); audio.audioWorklet.addModule('w.js')",
        files={"w.js": File("import '$t/a.js'", JS)},
    ),
    scripted("paint worklet of the tracker", "CSS.paintWorklet.addModule('$t/a.js')"),
    scripted(
        "paint worklet, import",
        "CSS.paintWorklet.addModule('w.js')",
        files={"w.js": File("import '$t/a.js'", JS)},
    ),
    scripted("animation worklet", "CSS.animationWorklet.addModule('$t/a.js')", bare=NONE),
    scripted("layout worklet", "CSS.layoutWorklet.addModule('$t/a.js')", bare=NONE),
    scripted(
        "audio worklet by a blob",
        "const audio = new AudioContext(); audio.audioWorklet.addModule(URL.createObjectURL(new Blob(['import \"$t/a.js\"'], {type: 'text/javascript'})))",
    ),
)
