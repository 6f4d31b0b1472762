"""One request of Django's and its response, as the middleware drives them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from typing import Any
from weakref import ref

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from cookiesafe.adapters._body import passing, passing_async
from cookiesafe.adapters._environ import EnvironExchange, announced, narrow
from cookiesafe.adapters._perform import converse, no_body
from cookiesafe.adapters._scope import narrow as narrow_scope
from cookiesafe.adapters.django.fields import add, fields_of, plain_fields_of, put
from cookiesafe.carry import Carry
from cookiesafe.errors import UsageError
from cookiesafe.fields import TEXT
from cookiesafe.gate.documents import DESTINATIONS
from cookiesafe.ports import Reply, Store
from cookiesafe.session import Session

_NO_REPLY = Reply(503, [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
_BAD_HOST = Reply(400, [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])


class DjangoExchange(EnvironExchange):
    """An exchange over Django's ``HttpRequest``, that of WSGI or of ASGI.

    ``request.META`` is an environ on both. What leaves of an ``HttpResponse`` is put into that very object, since the
    view, middleware further out and the test client may hold it.
    """

    _asked = False

    def __init__(self, request: HttpRequest, store: Store) -> None:
        self._store = store
        self.environ = environ = request.META
        # The request has its visit: one that held the request would be left to the garbage collector.
        self._of = ref(request)
        self.scheme = request.scheme
        self.path = request.path_info
        root = environ["SCRIPT_NAME"] if "SCRIPT_NAME" in environ else ""
        if root:
            self.root = root.rstrip("/")
        self.cookie = cookie = environ["HTTP_COOKIE"] if "HTTP_COOKIE" in environ else ""
        if "," in cookie and hasattr(request, "scope"):
            self.cookie = environ["HTTP_COOKIE"] = _several(request)
        if "HTTP_SEC_GPC" in environ:
            self.gpc = environ["HTTP_SEC_GPC"]
        if "HTTP_SEC_FETCH_DEST" in environ:
            destination = environ["HTTP_SEC_FETCH_DEST"]
            self.destination = destination if destination in DESTINATIONS else ""
            self._fetched = destination

    # --- the request ------------------------------------------------------------------------------

    @property
    def request(self) -> HttpRequest:
        request = self._of()
        if request is None:
            raise UsageError("the request was answered, and is not looked at again")
        return request

    @property
    def host(self) -> str:
        """As Django has it, behind a proxy too; nothing where ``ALLOWED_HOSTS`` does not have it."""
        try:
            return str(self.request.get_host())
        except DisallowedHost:
            return ""

    @property
    def agent(self) -> str:
        return self.header("user-agent") or ""

    def params(self) -> Mapping[str, object] | None:
        found = self.request.resolver_match
        if found is None:
            return None
        return {**{str(at): each for at, each in enumerate(found.args)}, **found.kwargs}

    @property
    def query(self) -> str:
        query = super().query
        # Django decodes that of ASGI alone.
        decoded = not query.isascii() and "wsgi.input" not in self._request()
        return query.encode().decode("latin-1") if decoded else query

    def read_body(self, limit: int) -> bytes | None:
        """What was read is there to be read again."""
        request, length = self.request, announced(self._request())
        # Whatever Django raises: the client has left, the site allows less, or somebody has read it before.
        with suppress(Exception):
            if hasattr(request, "scope") and not request.META.get("CONTENT_LENGTH"):
                return _read_unannounced(request, limit)
            if length is not None and length <= limit:
                body: bytes = request.body
                return body if len(body) == length else None
        return None

    def narrow(self) -> None:
        """Let the app see only what it may of the request, and find the visit in it."""
        request = self.request
        narrow(request.META, self)
        if hasattr(request, "scope"):
            narrow_scope(request.scope, self)
        # Both are worked out when they are first asked for, which somebody may have done.
        for worked_out in ("COOKIES", "headers"):
            vars(request).pop(worked_out, None)

    # --- who is signed in -------------------------------------------------------------------------

    @property
    def brings_login(self) -> bool:
        """Whether the request has something of ours by which somebody is, or may be, signed in."""
        return self._login is not None

    @property
    def login_unknown(self) -> bool:
        """Whether the store could not say who it is: then nobody is signed in for now."""
        return self._login is not None and self._login.unknown

    # --- Django's own cache -----------------------------------------------------------------------

    @property
    def asked(self) -> bool:
        """Whether the answer depends on the visitor: then ``UpdateCacheMiddleware`` and ``cache_page`` keep it for nobody."""
        return self._asked

    @asked.setter
    def asked(self, asked: bool) -> None:
        self._asked = asked
        if asked:
            self._keep_uncached()

    @property
    def session(self) -> Session:
        self._keep_uncached()
        return super().session

    @property
    def carry(self) -> Carry:
        self._keep_uncached()
        return super().carry

    def _keep_uncached(self) -> None:
        request = self._of()
        if request is not None:
            request._cache_update_cache = False

    # --- the response -----------------------------------------------------------------------------

    def answer(self) -> HttpResponse:
        """Our own."""
        reply = self.reply or _NO_REPLY
        response = HttpResponse(reply.body, status=reply.status)
        put(response, reply.headers)
        # Django logs what has a status of 400 or more, each time.
        response._has_been_logged = True
        return response

    def refuse(self) -> HttpResponse:
        """For who asks at a host that the site does not answer for, as Django does."""
        self.reply = Reply(_BAD_HOST.status, self.depart(400, _BAD_HOST.headers, TEXT))
        return self.answer()

    def leaves_as_it_is(self, response: HttpResponse) -> bool:
        """Whether it is the same for every visitor: then it has all it needs."""
        if response.cookies or not self.is_same_for_all(plain_fields_of(response)):
            return False
        add(response, self._settings.constant_text)
        self._follow(response)
        return True

    def keeps(self, response: HttpResponse) -> bool:
        """Begin to let it leave; whether there are ``needs`` first. Raises ``UsageError`` as ``leave`` does."""
        return self.leave(response.status_code, fields_of(response))

    def let_out(self, response: HttpResponse) -> None:
        """Gate fields and body. Raises ``UsageError`` as ``depart`` does."""
        measured = "Content-Length" in response.headers
        put(response, self.depart(response.status_code, fields_of(response), TEXT))
        self._follow(response)
        if measured and self.page is not None and not response.streaming:
            response.headers["Content-Length"] = str(len(response.content))

    def _follow(self, response: HttpResponse) -> None:
        """Be there while its body is made, and when it is closed, which Django does where something may wait."""
        self._follow_body(response)
        if self._login is not None:
            response._resource_closers.append(self._end)

    def _follow_body(self, response: HttpResponse) -> None:
        if not response.streaming:
            if self.page is not None:
                response.content = self.body(response.content, last=True)
        elif response.is_async:
            response.streaming_content = passing_async(self, response.streaming_content)
        # A file is read by nobody's code, and a server may have a faster way.
        elif self.page is not None or getattr(response, "file_to_stream", None) is None:
            response.streaming_content = passing(self, iter(response.streaming_content))

    def _end(self) -> None:
        """Keep what the app has changed since the fields left."""
        try:
            self.finish()
            if self.needs:
                converse(self, self._store, no_body)
        except UsageError as error:
            # Django lets nothing out of what it calls then.
            self._settings.telling.report_unkept(error)


def _several(request: Any) -> str:
    """Several ``Cookie`` fields, as HTTP/2 may have them (RFC 9113, section 8.2.3): Django joins them with commas."""
    fields = (
        value.decode("latin-1") for name, value in request.scope["headers"] if name == b"cookie"
    )
    return "; ".join(fields)


def _read_unannounced(request: Any, limit: int) -> bytes | None:
    """A body whose length nobody has told, which over ASGI was received already."""
    if hasattr(request, "_body"):
        return request._body if len(request._body) <= limit else None
    body: bytes = request.read(limit + 1)
    whole = len(body) <= limit
    if whole:
        request._body, request._stream = body, BytesIO(body)
    else:
        request._stream.seek(0)
        request._read_started = False
    return body if whole else None
