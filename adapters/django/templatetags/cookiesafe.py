"""``{% limited_notice "saved_details" %}``, ``{% choices_link %}``, ``{% cookie_banner %}``, ``{% cookiesafe_script %}``;
``{% form_token %}``, ``{% carry_field "order" data %}``;
``{% allows "advertising" as adverts %}``, and the same as a filter: ``{% if "advertising"|allows %}``.
"""

from __future__ import annotations

from django.template import Library

from cookiesafe.adapters.templates import HELPERS, allows, allows_vendor, can

register = Library()
for tag in HELPERS.values():
    register.simple_tag(tag)
for asked in (can, allows, allows_vendor):
    register.filter(asked)
