"""In the admin: the records of the ledger, to be looked at and not changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from cookiesafe.adapters.django import setting
from cookiesafe.adapters.django.models import Record
from cookiesafe.adapters.django.records import MOST_PENDING, Page, page_of
from cookiesafe.errors import CookieSafeError

_LONGEST_RECEIPT = 64
_LONGEST_INDEX = 18


@admin.register(Record)
class RecordAdmin(admin.ModelAdmin):  # type: ignore[misc]
    """For staff with the permission *Can view record*. There is no page for one record: a row has all of it."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return setting.is_given() and bool(super().has_view_permission(request, obj))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.changelist_view)
        return [path("", view, name="cookiesafe_record_changelist")]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        receipt = request.GET.get("q", "").strip()[:_LONGEST_RECEIPT]
        before = request.GET.get("before", "")
        page, error = Page((), 0), None
        try:
            page = page_of(setting.site().safe.store, receipt, _index(before))
        except CookieSafeError as failure:
            error = failure
        context = {
            **self.admin_site.each_context(request),
            "title": "Records",
            "opts": self.opts,
            "page": page,
            "receipt": receipt,
            "before": before,
            "most_pending": MOST_PENDING,
            "error": error,
            **(extra_context or {}),
        }
        template = "admin/cookiesafe/record/change_list.html"
        status = 200 if error is None else 503
        return TemplateResponse(request, template, context, status=status)


def _index(text: str) -> int | None:
    known = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_INDEX
    return int(text) if known else None
