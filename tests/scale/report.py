"""Writes what was measured: to the terminal, to docs/performance.md, and as a picture."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
BEGIN, END = "<!-- scale: begin -->\n", "<!-- scale: end -->"
LEFT, WIDTH, ROW, TOP = 190, 640, 20, 30
LEAST, MOST = 0.3, 1000
"""Milliseconds at the two ends of the picture."""

COLOURS = ("#b9b9b9", "#d08b2c", "#0d4a4a")

Figures = Mapping[str, Sequence[float]]
"""Milliseconds by what was asked, one for each number of rows."""


def write(numbers: Sequence[int], figures: Figures) -> None:
    table = _table(numbers, figures)
    print(table, flush=True)
    page = DOCS / "performance.md"
    before, rest = page.read_text().split(BEGIN)
    text = f"\nOn {datetime.now(UTC):%Y-%m-%d}:\n\n{table}\n\n"
    page.write_text(f"{before}{BEGIN}{text}{END}{rest.split(END, 1)[1]}")
    (DOCS / "pictures" / "scale.svg").write_text(_picture(numbers, figures))


def _table(numbers: Sequence[int], figures: Figures) -> str:
    head = "".join(f" {number:,} |" for number in numbers)
    rows = [f"| {name} |" + "".join(f" {each:.1f} |" for each in took) for name, took in figures.items()]
    return "\n".join([f"| rows |{head}", "| --- |" + " --- |" * len(numbers), *rows])


def _picture(numbers: Sequence[int], figures: Figures) -> str:
    """A row for each route, and a dot for each number of rows; the scale is logarithmic."""
    bottom, parts = TOP + len(figures) * ROW, []
    for tick in (1, 10, 100):
        parts.append(f'<line x1="{_x(tick)}" y1="{TOP - 8}" x2="{_x(tick)}" y2="{bottom}" stroke="#ddd"/>')
        parts.append(f'<text x="{_x(tick)}" y="{TOP - 14}" text-anchor="middle">{tick} ms</text>')
    for row, (name, took) in enumerate(figures.items()):
        y = TOP + row * ROW + ROW // 2
        parts.append(f'<text x="{LEFT - 10}" y="{y + 4}" text-anchor="end">{name}</text>')
        for each, colour in zip(took, COLOURS, strict=False):
            parts.append(f'<circle cx="{_x(each)}" cy="{y}" r="5" fill="{colour}"/>')
    for place, (number, colour) in enumerate(zip(numbers, COLOURS, strict=False)):
        x = LEFT + place * 150
        parts.append(f'<circle cx="{x + 5}" cy="{bottom + 16}" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{x + 16}" y="{bottom + 20}">{number:,} rows</text>')
    size = f'width="{WIDTH}" height="{bottom + 32}"'
    style = 'font-family="sans-serif" font-size="12" fill="#777"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>\n' + "\n".join(parts) + "\n</svg>\n"


def _x(milliseconds: float) -> int:
    part = math.log(max(LEAST, milliseconds) / LEAST) / math.log(MOST / LEAST)
    return round(LEFT + part * (WIDTH - LEFT - 20))
