"""What a script of the page can do: calls, elements it makes, markup it writes, and the disguises it does it in."""

from __future__ import annotations

from tests.leaks.way import CONNECTS, JS, JSON, File, Reach, Way, html, markup, scripted

NONE, CONNECTION = Reach.NONE, Reach.CONNECTION
_MODULE = {"m.js": File("import '$t/a.js'", JS)}

CALLS: tuple[Way, ...] = (
    scripted("fetch", "fetch('$t/a.json')"),
    scripted("fetch without CORS", "fetch('$t/a.json', {mode: 'no-cors'})"),
    scripted("fetch by POST", "fetch('$t/a', {method: 'POST', body: 'a', mode: 'no-cors'})"),
    scripted("fetch with a preflight", "fetch('$t/a', {method: 'PUT', headers: {'X-A': 'a'}})"),
    scripted(
        "fetch kept alive",
        "fetch('$t/a', {method: 'POST', keepalive: true, mode: 'no-cors', body: 'a'})",
    ),
    scripted(
        "fetch kept alive, leaving",
        "addEventListener('pagehide', () => fetch('$t/a', {method: 'POST', keepalive: true, mode: 'no-cors', body: 'a'}))",
        act="leave",
    ),
    scripted("fetch later", "fetchLater('$s/a', {activateAfter: 0})"),
    scripted("fetch of a Request", "fetch(new Request('$t/a.json', {mode: 'no-cors'}))"),
    scripted("fetch with topics", "fetch('$s/a', {browsingTopics: true, mode: 'no-cors'})"),
    scripted(
        "fetch with attribution",
        "fetch('$s/a', {mode: 'no-cors', keepalive: true, attributionReporting: {eventSourceEligible: true, triggerEligible: false}})",
    ),
    scripted(
        "fetch with a private token",
        "fetch('$s/a', {privateToken: {version: 1, operation: 'token-request'}})",
        bare=NONE,
    ),
    scripted(
        "fetch into shared storage", "fetch('$s/a', {sharedStorageWritable: true, mode: 'no-cors'})"
    ),
    scripted(
        "fetch of the site, redirected",
        "fetch('a.json', {mode: 'no-cors'})",
        files={"a.json": File(status=302, headers=(("Location", "$t/a.json"),))},
    ),
    scripted(
        "XMLHttpRequest",
        "const call = new XMLHttpRequest(); call.open('GET', '$t/a.json'); call.send()",
    ),
    scripted(
        "XMLHttpRequest, synchronous",
        "const call = new XMLHttpRequest(); call.open('GET', '$t/a.json', false); call.send()",
    ),
    scripted(
        "XMLHttpRequest, its upload",
        "const call = new XMLHttpRequest(); call.upload.onprogress = () => 0; call.open('POST', '$t/a'); call.send('a')",
    ),
    scripted("sendBeacon", "navigator.sendBeacon('$t/a', 'a')"),
    scripted(
        "sendBeacon of a Blob",
        "navigator.sendBeacon('$t/a', new Blob(['{}'], {type: 'application/json'}))",
    ),
    scripted(
        "sendBeacon on pagehide",
        "addEventListener('pagehide', () => navigator.sendBeacon('$t/a'))",
        act="leave",
    ),
    scripted(
        "sendBeacon on unload",
        "addEventListener('unload', () => navigator.sendBeacon('$t/a'))",
        act="leave",
    ),
    scripted(
        "sendBeacon on beforeunload",
        "addEventListener('beforeunload', () => { navigator.sendBeacon('$t/a') })",
        act="leave",
    ),
    scripted(
        "sendBeacon when hidden",
        "addEventListener('visibilitychange', () => navigator.sendBeacon('$t/a'))",
        act="leave",
    ),
    scripted("EventSource", "new EventSource('$t/a')"),
    scripted("EventSource with credentials", "new EventSource('$t/a', {withCredentials: true})"),
    scripted("WebSocket", "new WebSocket('$w/a')"),
    scripted("WebSocket of an http address", "new WebSocket('$t/a')"),
    scripted("WebSocketStream", "new WebSocketStream('$w/a')"),
    scripted("WebTransport", "new WebTransport('$s/a')"),
    scripted("import()", "import('$t/a.js')"),
    scripted("import of a module", "", body="<script type=module>import '$t/a.js'</script>"),
    scripted(
        "import of a module of a module",
        "",
        body="<script type=module src=m.js></script>",
        files=_MODULE,
    ),
    scripted(
        "import map",
        "",
        body='<script type=importmap>{"imports":{"a":"$t/a.js"}}</script><script type=module>import \'a\'</script>',
    ),
    scripted(
        "import map with a scope",
        "",
        body='<script type=importmap>{"scopes":{"./":{"a":"$t/a.js"}}}</script><script type=module>import \'a\'</script>',
    ),
    scripted("import of json", "await import('$t/a.json', {with: {type: 'json'}})"),
    scripted("import of css", "await import('$t/a.css', {with: {type: 'css'}})"),
    scripted("import in a data module", "import('data:text/javascript,import \"$t/a.js\"')"),
    scripted(
        "import in a blob module",
        "import(URL.createObjectURL(new Blob(['import \"$t/a.js\"'], {type: 'text/javascript'})))",
    ),
    scripted(
        "WebAssembly, compiled as it streams", "WebAssembly.compileStreaming(fetch('$t/a.wasm'))"
    ),
    scripted(
        "WebAssembly that calls out",
        "const code = new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,2,7,1,1,97,1,98,0,0,8,1,0]); WebAssembly.instantiate(code, {a: {b: () => fetch('$t/a', {mode: 'no-cors'})}})",
    ),
    scripted(
        "joinAdInterestGroup",
        "navigator.joinAdInterestGroup({owner: '$s', name: 'a', biddingLogicURL: '$s/a.js', updateURL: '$s/b.json'}, 3600)",
        bare=NONE,
    ),
    scripted(
        "runAdAuction",
        "navigator.runAdAuction({seller: '$s', decisionLogicURL: '$s/a.js', interestGroupBuyers: ['$s']})",
        bare=NONE,
    ),
    scripted(
        "shared storage worklet",
        "sharedStorage.createWorklet('$s/a.js', {dataOrigin: 'script-origin'})",
        bare=NONE,
    ),
    scripted("shared storage module", "sharedStorage.worklet.addModule('$s/a.js')", bare=NONE),
    scripted(
        "PaymentRequest",
        "new PaymentRequest([{supportedMethods: '$s/pay'}], {total: {label: 'A', amount: {currency: 'EUR', value: '1'}}}).canMakePayment()",
    ),
    scripted(
        "credentials from a provider",
        "navigator.credentials.get({identity: {providers: [{configURL: '$s/a.json', clientId: 'a'}]}, mediation: 'optional'})",
    ),
    scripted(
        "passkeys of a related origin",
        "navigator.credentials.get({publicKey: {challenge: new Uint8Array(9), rpId: '$n'}})",
        bare=Reach.NAME,
        by="nothing",
        why="The browser itself looks the passkey's host up, before it asks who may use it.",
        browsers="Chromium, Safari",
    ),
    scripted(
        "notification icon",
        "new Notification('A', {icon: '$t/a.gif', image: '$t/b.gif'})",
        bare=NONE,
    ),
    scripted(
        "media session artwork",
        "navigator.mediaSession.metadata = new MediaMetadata({title: 'A', artwork: [{src: '$t/a.gif', sizes: '96x96', type: 'image/gif'}]})",
        bare=NONE,
    ),
    scripted("storage access for another", "document.requestStorageAccessFor('$s')", bare=NONE),
    scripted(
        "web share target and protocol handler",
        "navigator.registerProtocolHandler('web+a', '$t/%s')",
        bare=NONE,
    ),
)

MADE: tuple[Way, ...] = (
    scripted("new Image", "new Image().src = '$t/a.gif'"),
    scripted("new Image, srcset", "new Image().srcset = '$t/a.gif'"),
    scripted(
        "new Image, decoded",
        "const picture = new Image(); picture.src = '$t/a.gif'; picture.decode()",
    ),
    scripted("new Audio", "new Audio('$t/a.mp3')"),
    scripted(
        "a video made and loaded",
        "const film = document.createElement('video'); film.src = '$t/a.mp4'; film.load()",
    ),
    scripted(
        "a script made",
        "const script = document.createElement('script'); script.src = '$t/a.js'; document.head.append(script)",
    ),
    scripted(
        "a script made in svg",
        "const script = document.createElementNS('http://www.w3.org/2000/svg', 'script'); script.setAttribute('href', '$t/a.js'); document.body.append(script)",
    ),
    scripted(
        "a frame made",
        "const frame = document.createElement('iframe'); frame.src = '$t/a.html'; document.body.append(frame)",
        **CONNECTS,
    ),
    scripted(
        "an object made",
        "const object = document.createElement('object'); object.data = '$t/a.html'; document.body.append(object)",
    ),
    scripted(
        "a preload made",
        "const link = document.createElement('link'); link.rel = 'preload'; link.as = 'image'; link.href = '$t/a.gif'; document.head.append(link)",
    ),
    scripted(
        "a prefetch made",
        "const link = document.createElement('link'); link.rel = 'prefetch'; link.href = '$t/a.html'; document.head.append(link)",
    ),
    scripted(
        "a base made",
        "const base = document.createElement('base'); base.href = '$t/'; document.head.append(base); new Image().src = 'a.gif'",
    ),
    scripted("innerHTML", "document.body.innerHTML = '<img src=$t/a.gif>'"),
    scripted(
        "outerHTML", "document.querySelector('p').outerHTML = '<img src=$t/a.gif>'", body="<p>A</p>"
    ),
    scripted(
        "insertAdjacentHTML", "document.body.insertAdjacentHTML('beforeend', '<img src=$t/a.gif>')"
    ),
    scripted(
        "setHTMLUnsafe",
        "document.body.setHTMLUnsafe('<div><template shadowrootmode=open><img src=$t/a.gif></template></div>')",
    ),
    scripted(
        "shadow root",
        "document.body.attachShadow({mode: 'closed'}).innerHTML = '<img src=$t/a.gif>'",
    ),
    scripted(
        "custom element",
        "customElements.define('x-a', class extends HTMLElement { connectedCallback() { this.innerHTML = '<img src=$t/a.gif>' } })",
        body="<x-a></x-a>",
    ),
    scripted(
        "template cloned",
        "document.body.append(document.querySelector('template').content.cloneNode(true))",
        body="<template><img src=$t/a.gif></template>",
    ),
    scripted(
        "template cloned, with a script",
        "document.body.append(document.importNode(document.querySelector('template').content, true))",
        body="<template><script src=$t/a.js></script></template>",
    ),
    scripted(
        "DOMParser, adopted",
        "document.body.append(new DOMParser().parseFromString('<img src=$t/a.gif>', 'text/html').body.firstChild)",
    ),
    scripted(
        "another document's img",
        "document.implementation.createHTMLDocument('').body.innerHTML = '<img src=$t/a.gif>'",
        bare=NONE,
    ),
    scripted(
        "createContextualFragment",
        "document.body.append(document.createRange().createContextualFragment('<script src=$t/a.js><\\/script>'))",
    ),
    scripted("document.write", "document.write('<img src=$t/a.gif>')"),
    scripted("document.write of a script", "document.write('<script src=$t/a.js><\\/script>')"),
    scripted(
        "document.write piece by piece",
        "for (const piece of '<img src=$t/a.gif>') document.write(piece)",
    ),
    scripted(
        "document.open",
        "addEventListener('load', () => { document.open(); document.write('<img src=$t/a.gif>'); document.close() })",
    ),
    scripted(
        "a lazy tag filled in later",
        "document.querySelector('img').src = document.querySelector('img').dataset.src",
        body="<img data-src=$t/a.gif>",
    ),
    scripted(
        "a held tag put back",
        "const held = document.querySelector('[type=text\\\\/plain]'); const script = document.createElement('script'); script.src = held.src; held.replaceWith(script)",
        body="<script type=text/plain src=$t/a.js></script>",
    ),
    scripted(
        "an observer of mutations",
        "new MutationObserver(() => { new Image().src = '$t/a.gif' }).observe(document.body, {childList: true}); document.body.append('A')",
    ),
    scripted(
        "an observer of visibility",
        "new IntersectionObserver(() => { new Image().src = '$t/a.gif' }).observe(document.body)",
    ),
    scripted(
        "a trusted type",
        "const policy = trustedTypes.createPolicy('a', {createScriptURL: a => a}); const script = document.createElement('script'); script.src = policy.createScriptURL('$t/a.js'); document.head.append(script)",
    ),
    scripted(
        "canvas of a picture",
        "const picture = new Image(); picture.crossOrigin = 'anonymous'; picture.onload = () => createImageBitmap(picture); picture.src = '$t/a.gif'",
    ),
    markup(
        "an event handler in markup",
        "<img src=data:, onerror=\"new Image().src='$t/a.gif'\">",
        script=True,
    ),
    markup(
        "an event handler of svg",
        "<svg onload=\"fetch('$t/a',{mode:'no-cors'})\"></svg>",
        script=True,
    ),
    markup(
        "an event handler of details",
        "<details open ontoggle=\"new Image().src='$t/a.gif'\"><summary>A</summary></details>",
        script=True,
    ),
    markup(
        "an event handler of an animation",
        "<style>@keyframes k{}</style><p style='animation:k 1s' onanimationstart=\"new Image().src='$t/a.gif'\">A",
        script=True,
    ),
    markup(
        "a javascript link",
        "<a id=act href=\"javascript:void(new Image().src='$t/a.gif')\">A</a>",
        script=True,
        act="click",
    ),
    markup(
        "typing",
        "<input id=act onfocus=\"navigator.sendBeacon('$t/a')\">",
        script=True,
        act="focus",
    ),
    scripted("eval", "eval(\"new Image().src = '$t/a.gif'\")"),
    scripted("new Function", "new Function(\"new Image().src = '$t/a.gif'\")()"),
    scripted("setTimeout of a string", "setTimeout(\"new Image().src = '$t/a.gif'\", 10)"),
    scripted(
        "setTimeout, half a second", "setTimeout(() => { new Image().src = '$t/a.gif' }, 500)"
    ),
    scripted("requestIdleCallback", "requestIdleCallback(() => { new Image().src = '$t/a.gif' })"),
    scripted(
        "names in pieces",
        "const url = ['$t', 'a.gif'].join('/'); window['Im' + 'age'].prototype.constructor; const it = new window['Im' + 'age'](); it['s' + 'rc'] = url",
    ),
    scripted(
        "characters by their codes",
        "const letters = [...'$t/a.gif'].map(a => a.charCodeAt(0) + 1); new Image().src = String.fromCharCode(...letters.map(a => a - 1))",
    ),
    scripted("atob", "eval(atob(btoa(\"new Image().src = '$t/a.gif'\")))"),
    scripted(
        "a proxy and reflection", "Reflect.set(Reflect.construct(Image, []), 'src', '$t/a.gif')"
    ),
    scripted(
        "a generator and await",
        "await Promise.resolve(); const calls = (function* () { yield fetch('$t/a', {mode: 'no-cors'}) })(); calls.next()",
    ),
    scripted(
        "a script of the site's own",
        "",
        body="<script src=own.js></script>",
        files={"own.js": File("new Image().src = '$t/a.gif'", JS)},
    ),
    scripted(
        "a script of the site's own by data",
        "",
        body="<script src=\"data:text/javascript,fetch('$t/a',{mode:'no-cors'})\"></script>",
    ),
    scripted(
        "a script of the site's own by blob",
        "const script = document.createElement('script'); script.src = URL.createObjectURL(new Blob([\"new Image().src = '$t/a.gif'\"])); document.head.append(script)",
    ),
    scripted(
        "an app's configuration in json",
        "fetch('a.json').then(a => a.json()).then(a => { new Image().src = a.pixel })",
        files={"a.json": File('{"pixel":"$t/a.gif"}', JSON)},
    ),
    scripted(
        "a fragment of the site's own, fetched",
        "fetch('part.html').then(a => a.text()).then(a => { document.body.innerHTML = a })",
        files={"part.html": File("<img src=$t/a.gif>")},
    ),
    Way(
        title="a page that makes itself anew",
        page=File(
            html(
                "<script>fetch('a.html').then(a => a.text()).then(a => { document.open(); document.write(a) })</script>"
            )
        ),
        files={"a.html": File(html("<img src=$t/a.gif>"))},
        script=True,
    ),
)
