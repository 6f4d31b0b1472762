"""What a site declares: purposes, vendors, cookies and features, from TOML or Python."""

from __future__ import annotations

from .announcement import Announcement
from .declared import (
    CATEGORIES,
    CHANNELS,
    GOOGLE_CONSENT,
    NECESSARY_ID,
    STAYING_ID,
    STRICTEST,
    Cookie,
    Feature,
    Mode,
    Purpose,
    Regime,
    Site,
    Translation,
    Vendor,
)
from .differences import Difference, differences
from .history import History
from .hosts import Host, parse_host
from .known import NECESSARY, TRACKER_HOSTS, TRACKERS
from .lifetimes import MAX_LIFETIME, duration, parse_lifetime
from .names import check_name
from .policy import Policy
from .regimes import REGIMES, REGIMES_AS_OF
from .substance import Company, Kept, Substance
from .words import one_line

__all__ = [
    "CATEGORIES",
    "CHANNELS",
    "GOOGLE_CONSENT",
    "MAX_LIFETIME",
    "NECESSARY",
    "NECESSARY_ID",
    "REGIMES",
    "REGIMES_AS_OF",
    "STAYING_ID",
    "STRICTEST",
    "TRACKERS",
    "TRACKER_HOSTS",
    "Announcement",
    "Company",
    "Cookie",
    "Difference",
    "Feature",
    "History",
    "Host",
    "Kept",
    "Mode",
    "Policy",
    "Purpose",
    "Regime",
    "Site",
    "Substance",
    "Translation",
    "Vendor",
    "check_name",
    "differences",
    "duration",
    "one_line",
    "parse_host",
    "parse_lifetime",
]
