"""``{% limited_notice "saved_details" %}``, ``{% choices_link %}``, ``{% if "saved_details"|can %}``,
``{% if "advertising"|allows %}``.
"""

from __future__ import annotations

from django.template import Library

from cookiesafe.adapters.templates import allows, can, choices_link, limited_notice

register = Library()
for tag in (limited_notice, choices_link):
    register.simple_tag(tag)
for asked in (can, allows):
    register.filter(asked)
