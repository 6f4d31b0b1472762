"""The middleware: one line in ``MIDDLEWARE``, in front of all that sets cookies, for views that are awaited or not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse

from cookiesafe.adapters._perform import converse, no_body
from cookiesafe.adapters.django import setting
from cookiesafe.adapters.django.exchange import DjangoExchange
from cookiesafe.current import enter, leave
from cookiesafe.errors import UsageError
from cookiesafe.ports import Store


class CookieSafeMiddleware:
    """Signs the session, and holds back every cookie and third party the visitor has not agreed to.

    The setting ``COOKIESAFE`` says by which policy. Views find the visit in ``request.visit`` and by
    ``current_visit()``. Raises ``SettingError`` where the app starts, for a setting that cannot work.
    """

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        self._awaited = iscoroutinefunction(get_response)
        if self._awaited:
            markcoroutinefunction(self)
        if setting.site().auth:
            self._settle_users()

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        return self._answer_async(request) if self._awaited else self._answer(request)

    def _settle_users(self) -> None:
        """Have ``process_view``, which is called when all middleware has seen the request. Nobody else pays for that."""
        from cookiesafe.adapters.django import auth

        def process_view(request: HttpRequest, *view: Any) -> None:
            auth.settle(request)

        async def process_view_async(request: HttpRequest, *view: Any) -> None:
            auth.settle(request)

        auth.connect()
        self.process_view = process_view_async if self._awaited else process_view

    def _answer(self, request: HttpRequest) -> HttpResponse:
        site = setting.site()
        safe = site.safe
        exchange = site.exchange(request, safe.store)
        if not exchange.arrive(safe.settings):
            if (exchange.needs or exchange.ours) and not exchange.host:
                return exchange.refuse()
            if exchange.needs:
                converse(exchange, safe.store, exchange.read_body)
            if exchange.ours:
                return exchange.answer()
            exchange.narrow()
        request.visit = exchange
        before = enter(exchange)
        try:
            response = self._get_response(request)
        finally:
            leave(before)
        if exchange.leaves_as_it_is(response):
            return response
        try:
            _let_out(exchange, response, safe.store)
        except UsageError as error:
            response = _failed(request, error, response)
            _let_out(exchange, response, safe.store)
        return response

    async def _answer_async(self, request: HttpRequest) -> HttpResponse:
        site = setting.site()
        safe = site.safe
        exchange = site.exchange(request, safe.store)
        if not exchange.arrive(safe.settings):
            if (exchange.needs or exchange.ours) and not exchange.host:
                return exchange.refuse()
            if exchange.needs:
                await site.pool.converse(exchange, partial(_read_body, exchange))
            if exchange.ours:
                return exchange.answer()
            exchange.narrow()
        request.visit = exchange
        before = enter(exchange)
        try:
            response = await self._get_response(request)
        finally:
            leave(before)
        if exchange.leaves_as_it_is(response):
            return response
        try:
            await _let_out_async(exchange, response, site)
        except UsageError as error:
            # It renders the site's own page for errors, which may look into its database.
            response = await sync_to_async(_failed, thread_sensitive=False)(
                request, error, response
            )
            await _let_out_async(exchange, response, site)
        return response


def _let_out(exchange: DjangoExchange, response: HttpResponse, store: Store) -> None:
    if exchange.keeps(response):
        converse(exchange, store, no_body)
    exchange.let_out(response)


async def _let_out_async(
    exchange: DjangoExchange, response: HttpResponse, site: setting.Site
) -> None:
    if exchange.keeps(response):
        await site.pool.converse(exchange, _read_nothing)
    exchange.let_out(response)


async def _read_body(exchange: DjangoExchange, limit: int) -> bytes | None:
    """Over ASGI, Django has received it already."""
    return exchange.read_body(limit)


async def _read_nothing(limit: int) -> None:
    return no_body(limit)


def _failed(request: HttpRequest, error: UsageError, instead_of: HttpResponse) -> HttpResponse:
    """What Django answers where a view raises this: the session was given what it cannot keep, and is given up."""
    # Imported where it is needed: it brings Django's page for errors along.
    from django.core.handlers.exception import response_for_exception

    try:
        raise error
    except UsageError:
        response = response_for_exception(request, error)
    response._resource_closers.extend(instead_of._resource_closers)
    return response
