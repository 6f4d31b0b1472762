"""How the templates of our pages are read: all that they are given is escaped, and what they are not given is an error."""

from __future__ import annotations

from typing import Any

import jinja2


def templates_of(*packages: str, **more: Any) -> jinja2.Environment:
    """Those in the folders ``templates`` of packages; ``more`` is what Jinja's ``Environment`` is given beside."""
    return jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(each) for each in packages]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        # They are those of an installed package. To look whether one was changed would ask the disk for each page.
        auto_reload=False,
        **more,
    )


def compile_all(templates: jinja2.Environment) -> None:
    """Compile them now, in a tenth of a second or so: whoever is first shown one is not to wait for that.

    Not in a thread: where a server forks meanwhile, its children would begin with that thread's locks, and without it.
    """
    for name in templates.list_templates():
        templates.get_template(name)
