"""What a site declares: purposes, vendors, cookies and features, from TOML or Python."""

from __future__ import annotations

from .declared import NECESSARY_ID, Cookie, Feature, Purpose, Site, Vendor
from .hosts import Host, parse_host
from .known import NECESSARY, TRACKER_HOSTS, TRACKERS
from .lifetimes import MAX_LIFETIME, parse_lifetime
from .names import check_name
from .policy import Policy

__all__ = [
    "MAX_LIFETIME",
    "NECESSARY",
    "NECESSARY_ID",
    "TRACKERS",
    "TRACKER_HOSTS",
    "Cookie",
    "Feature",
    "Host",
    "Policy",
    "Purpose",
    "Site",
    "Vendor",
    "check_name",
    "parse_host",
    "parse_lifetime",
]
