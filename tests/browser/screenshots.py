"""``python -m tests.browser.screenshots FOLDER``: a picture of every state, in each width, colour scheme and direction.

``--state "banner"`` takes those alone whose name begins so. The whole page is in it, however long.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from tests.support.browser import launched
from tests.support.shown import showing
from tests.support.states import STATES
from tests.support.walks import AROUND


def main(folder: Path, beginning: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    names = [name for name in STATES if name.startswith(beginning)]
    with launched() as browser:
        for written, around in AROUND.items():
            with showing(browser, around) as shown:
                for name in names:
                    if around.mixed and not STATES[name].around:
                        continue
                    shown.show(name)
                    for way in shown.ways():
                        picture = folder / f"{file_name(written, name, way)}.png"
                        shown.page.screenshot(path=picture, full_page=True)
    print(f"{len(list(folder.glob('*.png')))} pictures are in {folder}")


def file_name(*parts: str) -> str:
    return "_".join(re.sub(r"\W+", "-", each) for each in parts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--state", default="")
    given = parser.parse_args()
    main(given.folder, given.state)
