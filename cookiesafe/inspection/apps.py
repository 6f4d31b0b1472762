"""An app, found by its name ``MODULE:APP``, and the CookieSafe in it."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Literal, NamedTuple

from ..errors import CookieSafeError, NoApp, did_you_mean
from ..events import is_async
from ..safe import CookieSafe
from .layers import Walk

Edge = Literal["asgi", "wsgi"]
_USUAL: Final = ("app", "application", "create_app()", "make_app()", "create_application()")
_SAMPLE: Final = 'Name it as your server does, such as "shop.asgi:app".'


class App(NamedTuple):
    """What was found: the ``app`` itself, its ``module``, how it is called, and its CookieSafe."""

    app: Any
    module: ModuleType
    edge: Edge
    walk: Walk
    safe: CookieSafe


class Failed(NoApp):
    """An app that raised while it was loaded; ``line`` is the last of its own lines that did."""

    def __init__(self, what: str, file: str, line: int, fix: str) -> None:
        self.file, self.line = file, line
        super().__init__(what, where=f"{file}:{line}" if line else file, fix=fix)


def find_app(name: str, folder: Path) -> App:
    """The app that ``name`` names, ``MODULE:APP`` or a file, seen from ``folder``.

    Raises ``NoApp``; and whatever ``CookieSafeError`` the app itself raises as it is loaded.
    """
    module_name, _, attribute = name.partition(":")
    module = _loaded(_module_name(module_name, folder), folder)
    app = _attribute(module, attribute)
    walk = Walk(app)
    safe = walk.safe() or _in_module(module)
    if safe is None:
        raise NoApp(
            f'"{name}" has no CookieSafe that could be found',
            fix="Wrap it: app = CookieSafeMiddleware(app, safe). See docs/frameworks.md.",
        )
    return App(app, module, _edge(app), walk, safe)


def _module_name(given: str, folder: Path) -> str:
    """Of a file, the module that it is."""
    path = Path(given)
    if path.suffix == ".py" or "/" in given:
        file = folder / path.with_suffix(".py")
        if not file.is_file():
            raise NoApp(f"there is no file {str(path)!r}", fix=_SAMPLE)
        relative = path.with_suffix("")
        if relative.is_absolute() or ".." in relative.parts:
            sys.path.insert(0, str(file.parent))
            return file.stem
        return ".".join(relative.parts)
    if not given or not all(part.isidentifier() for part in given.split(".")):
        raise NoApp(f"{given!r} is no module", fix=_SAMPLE)
    return given


def _loaded(name: str, folder: Path) -> ModuleType:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    if not _is_there(name):
        raise NoApp(
            f'there is no module "{name}"', where=str(folder), fix=f"{_SAMPLE} Begin in its folder."
        )
    with _telling(name):
        return import_module(name)


def _is_there(name: str) -> bool:
    """Whether there is such a module; what packages around it raise is theirs to tell."""
    try:
        return name in sys.modules or find_spec(name) is not None
    except ModuleNotFoundError as error:
        return not name.startswith(str(error.name))
    except Exception:
        return True


@contextmanager
def _telling(name: str) -> Iterator[None]:
    """Whatever the code of an app raises, in a line. What is an error of ours stays one."""
    try:
        yield
    except CookieSafeError:
        raise
    except (Exception, SystemExit) as error:
        file, line = own_line(error)
        said = str(error).partition("\n")[0]
        what = f'"{name}" raised {type(error).__name__}' + (f": {said}" if said else "")
        raise Failed(what, file, line, "Mend it, and see that it starts.") from error


def own_line(error: BaseException) -> tuple[str, int]:
    """The last line of a traceback that is neither Python's, a library's nor ours."""
    if isinstance(error, SyntaxError) and error.filename:
        return error.filename, error.lineno or 0
    ours = (str(Path(__file__).parents[1]), "<", sys.base_prefix + "/lib")
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not frame.filename.startswith(ours) and "site-packages" not in frame.filename:
            return frame.filename, frame.lineno or 0
    return "", 0


def _attribute(module: ModuleType, given: str) -> Any:
    names = [given] if given else [each for each in _USUAL if hasattr(module, each.rstrip("()"))]
    if not names:
        raise NoApp(f'"{module.__name__}" has no app', fix=_SAMPLE)
    found: Any = module
    name, call, rest = names[0].partition("(")
    for part in name.split("."):
        if not hasattr(found, part):
            known = [each for each in vars(module) if not each.startswith("_")]
            raise NoApp(f'"{module.__name__}" has no "{name}"', fix=did_you_mean(name, known))
        found = getattr(found, part)
    if call:
        if rest != ")":
            raise NoApp(
                f"{given!r} is no call without arguments", fix='Write "module:create_app()".'
            )
        with _telling(f"{module.__name__}.{name}()"):
            found = found()
    if not callable(found) and not isinstance(found, CookieSafe):
        raise NoApp(f'"{module.__name__}:{name}" is {type(found).__name__}, no app', fix=_SAMPLE)
    return found


def _in_module(module: ModuleType) -> CookieSafe | None:
    """The only one that the module has."""
    found = {id(each): each for each in vars(module).values() if isinstance(each, CookieSafe)}
    return next(iter(found.values())) if len(found) == 1 else None


def _edge(app: Any) -> Edge:
    if isinstance(app, partial):
        app = app.func
    if is_async(app):
        return "asgi"
    try:
        parameters = [
            each
            for each in signature(app).parameters.values()
            if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        return "wsgi"
    return "asgi" if len(parameters) == 3 else "wsgi"
