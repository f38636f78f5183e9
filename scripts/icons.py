"""Draws the icons of the page in pixels from frontend/public/favicon.svg, after that was changed: `make icons`."""

import re
import struct
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location

from playwright.sync_api import Error, sync_playwright
from steps import ROOT, StepError

PUBLIC = ROOT / "frontend" / "public"
TAB_SIDES = (16, 32, 48)
FILLED = {"apple-touch-icon.png": (180, 1), "icons/maskable.png": (512, 0.78)}
"""Side in pixels, and how much of it the drawing takes: phones cut their own shape out of these."""

PLAIN = {"icons/192.png": 192, "icons/512.png": 512}


def main() -> None:
    drawing = (PUBLIC / "favicon.svg").read_text()
    colour = re.findall(r'fill="(#[0-9a-f]{6})"', drawing)[0]
    (PUBLIC / "icons").mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**_browser())
        page = browser.new_page()

        def draw(side: int, share: float = 1, behind: str = "transparent") -> bytes:
            page.set_viewport_size({"width": side, "height": side})
            page.set_content(
                f"<body style='margin: 0; height: 100vh; display: grid; place-items: center; background: {behind}'>"
                f"<div style='width: {side * share}px; height: {side * share}px'>{drawing}</div>"
            )
            return page.screenshot(omit_background=True)

        for name, side in PLAIN.items():
            (PUBLIC / name).write_bytes(draw(side))
        for name, (side, share) in FILLED.items():
            (PUBLIC / name).write_bytes(draw(side, share, colour))
        (PUBLIC / "favicon.ico").write_bytes(_ico(draw))
        browser.close()


def _browser() -> dict[str, object]:
    spec = spec_from_file_location("playwright_config", ROOT / "playwright.config.py")
    if spec is None or spec.loader is None:
        raise StepError("playwright.config.py is not there.")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    options: dict[str, object] = module.launch()
    return options


def _ico(draw: Callable[[int], bytes]) -> bytes:
    """A table, and a PNG file for each size; a product without pictures has no Pillow to write it.

    https://learn.microsoft.com/en-us/previous-versions/ms997538(v=msdn.10).
    """
    files = [draw(side) for side in TAB_SIDES]
    at = 6 + 16 * len(files)
    table = struct.pack("<HHH", 0, 1, len(files))
    for side, file in zip(TAB_SIDES, files, strict=True):
        table += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(file), at)
        at += len(file)
    return table + b"".join(files)


if __name__ == "__main__":
    try:
        main()
    except (StepError, Error) as error:
        sys.exit(f"make icons: {error}")
