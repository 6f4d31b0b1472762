"""How the templates of our pages are read: all that they are given is escaped, and what they are not given is an error."""

from __future__ import annotations

from typing import Any

import jinja2


def templates_of(package: str, **more: Any) -> jinja2.Environment:
    """Those in the folder ``templates`` of a package; ``more`` is what Jinja's ``Environment`` is given beside."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        **more,
    )
