"""Django's users and the visit's are the same: ``COOKIESAFE = {"AUTH": True, …}``.

Who signs in by Django, in whatever view, is signed in in the visit, and remembered if a box ``remember`` was ticked in that
form. Who comes back remembered is signed in to Django, and not ``fresh``. Who is signed out, here, everywhere or on the
page of devices, is signed out of both; so is who has another password, but in the browser where it was changed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.hashers import is_password_usable
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.exceptions import ValidationError
from django.db.models.signals import pre_delete, pre_save
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from cookiesafe.adapters.django import setting
from cookiesafe.adapters.django.exchange import DjangoExchange
from cookiesafe.current import current_visit
from cookiesafe.errors import UsageError

BOX = "remember"
"""The field of a form by which somebody is signed in, and asks to stay so."""
_KEPT = "cookiesafe.auth"
"""Where our session has what changes with the password, and Django's session that it began with a visit."""
_NOT_TICKED = ("", "0", "false", "no", "off")
_PASSWORD = "password"  # noqa: S105
_HASH_LENGTH = 22
_SETTLING = "_cookiesafe_settling"


def login(request: HttpRequest, user: Any, *, remember: bool = False, backend: Any = None) -> None:
    """As ``django.contrib.auth.login``; with ``remember``, if the visitor has ticked the box for it, for longer."""
    auth.login(request, user, backend)
    _begin(request, user, remember=remember)


async def alogin(
    request: HttpRequest, user: Any, *, remember: bool = False, backend: Any = None
) -> None:
    """See ``login``."""
    await auth.alogin(request, user, backend)
    _begin(request, user, remember=remember)


def logout(request: HttpRequest, *, everywhere: bool = False, clear: bool = False) -> None:
    """As ``django.contrib.auth.logout``; ``everywhere`` and ``clear`` are those of ``visit.logout``."""
    auth.logout(request)
    request.visit.logout(everywhere=everywhere, clear=clear)


async def alogout(request: HttpRequest, *, everywhere: bool = False, clear: bool = False) -> None:
    """See ``logout``."""
    await auth.alogout(request)
    request.visit.logout(everywhere=everywhere, clear=clear)


def connect() -> None:
    """Hear who signs in and out of Django, who gets another password and whose account goes: in commands and workers, too."""
    user_logged_in.connect(_logged_in, dispatch_uid=__name__)
    user_logged_out.connect(_logged_out, dispatch_uid=__name__)
    pre_save.connect(_saved, dispatch_uid=__name__)
    if setting.is_auth():
        # Of all models, it would have Django load each object that it deletes.
        pre_delete.connect(_deleted, sender=auth.get_user_model(), dispatch_uid=__name__)


def settle(request: HttpRequest) -> None:
    """Have ``request.user`` be who the visit says, which is found out where somebody asks."""
    if not hasattr(request, "user"):
        return
    before = request.user
    request.user = SimpleLazyObject(lambda: _settled(request, before))

    async def auser() -> Any:
        return await sync_to_async(_found_out)(request)

    request.auser = auser


def _settled(request: HttpRequest, before: Any) -> Any:
    # Django's own functions ask for the user, too.
    request.user = before
    setattr(request, _SETTLING, True)
    try:
        user = _agreed(request, request.visit, before)
    except BaseException:
        # Who catches it is not to find somebody there whom the visit may not know.
        request.user = _nobody()
        raise
    finally:
        delattr(request, _SETTLING)
    request.user = user
    return user


def _agreed(request: HttpRequest, visit: DjangoExchange, user: Any) -> Any:
    """The user whom Django and the visit agree on. Neither is to be the way around what ended the other."""
    who = visit.user_id
    if visit.login_unknown:
        # For now: what the browser has is not touched.
        return _nobody()
    if user.is_authenticated:
        # A session of before the visit was asked holds as it did. Other middleware may have put somebody else in the place
        # of whom Django's session names, as where staff look at the site as a customer.
        if _KEPT not in request.session or who == request.session.get(auth.SESSION_KEY):
            return user
        auth.logout(request)
    if who is None:
        return _nobody()
    known = _find(who)
    if known is None or not _same_password(visit, *known):
        if not visit.departed:
            visit.logout()
        return _nobody()
    user, backend = known
    if not visit.departed:
        auth.login(request, user, backend)
        _bind(request, user)
    return user


def _logged_in(request: HttpRequest, user: Any, **_: Any) -> None:
    # A token that was given out may be told of as well.
    if _concerns(request) and request.session.get(auth.SESSION_KEY) == _id(user):
        _begin(request, user, remember=request.method == "POST" and _is_ticked(request.POST))


def _logged_out(request: HttpRequest, user: Any, **_: Any) -> None:
    if _concerns(request) and (user is not None or request.visit.brings_login):
        request.visit.logout()


def _is_ticked(form: Mapping[str, str]) -> bool:
    """Some scripts, and hidden fields beside a box, send one that is not ticked as well."""
    return form.get(BOX, "").strip().lower() not in _NOT_TICKED


def _saved(
    instance: Any, raw: bool, using: str, update_fields: Collection[str] | None, **_: Any
) -> None:
    """Another password: all other browsers are signed out before it counts, or it does not come to count."""
    if raw or not setting.is_auth() or not isinstance(instance, auth.get_user_model()):
        return
    if instance._state.adding or not _has_another_password(instance, using, update_fields):
        return
    user = _id(instance)
    setting.site().safe.sign_out_everywhere(user)
    try:
        visit = current_visit()
    except UsageError:
        return
    if visit.user_id == user and not visit.departed:
        kept = dict(visit.session)
        visit.logout()
        visit.login(user)
        visit.session.update({**kept, _KEPT: _hash_of(instance)})


def _deleted(instance: Any, **_: Any) -> None:
    """Who has the same id some day is not to be met by a browser that remembers this one."""
    if setting.is_auth():
        setting.site().safe.sign_out_everywhere(_id(instance))


def _has_another_password(user: Any, using: str, saved: Collection[str] | None) -> bool:
    """Whether it is not the one that the database has. One that Django only hashes anew, as who gives it signs in, is the
    same: then it saves that field alone."""
    if getattr(user, "_password", None) is not None:
        return True
    hashed = getattr(user, "password", None)
    if hashed is None or (saved is not None and _PASSWORD not in saved):
        return False
    if saved is not None and set(saved) == {_PASSWORD} and is_password_usable(hashed):
        return False
    there = type(user)._base_manager.using(using).filter(pk=user.pk)
    return any(each != hashed for each in there.values_list(_PASSWORD, flat=True))


def _concerns(request: Any) -> bool:
    """Whether it is done by somebody else than ``_settled``, in a visit."""
    return setting.is_auth() and hasattr(request, "visit") and not hasattr(request, _SETTLING)


def _begin(request: HttpRequest, user: Any, *, remember: bool) -> None:
    request.visit.login(_id(user), remember=remember)
    _bind(request, user)


def _bind(request: HttpRequest, user: Any) -> None:
    request.session[_KEPT] = True
    request.visit.session[_KEPT] = _hash_of(user)


def _same_password(visit: DjangoExchange, user: Any, backend: str) -> bool:
    """Whether it is the one that the session began with. Who comes back remembered begins one now."""
    kept = visit.session.get(_KEPT)
    if kept is None:
        return True
    fallbacks = getattr(user, "get_session_auth_fallback_hash", lambda: ())
    known = [_hash_of(user), *(each[:_HASH_LENGTH] for each in fallbacks())]
    return any(constant_time_compare(kept, each) for each in known)


def _hash_of(user: Any) -> str:
    whole = getattr(user, "get_session_auth_hash", str)()
    return str(whole)[:_HASH_LENGTH]


def _find(who: str) -> tuple[Any, str] | None:
    """The user of this id, and the first backend that lets them in."""
    try:
        key = auth.get_user_model()._meta.pk.to_python(who)
    except ValidationError:
        return None
    for path in settings.AUTHENTICATION_BACKENDS:
        backend = auth.load_backend(path)
        # Those that only know who may do what have none.
        user = backend.get_user(key) if hasattr(backend, "get_user") else None
        if user is not None and getattr(backend, "user_can_authenticate", _is_active)(user):
            return user, path
    return None


def _is_active(user: Any) -> bool:
    """What Django's own backends ask for, and not all others do: which of them let somebody in is not known any more."""
    return bool(getattr(user, "is_active", True))


def _id(user: Any) -> str:
    return str(user._meta.pk.value_to_string(user))


def _found_out(request: HttpRequest) -> Any:
    """In this thread: it may ask a database."""
    getattr(request.user, "pk", None)
    return request.user


def _nobody() -> Any:
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()
