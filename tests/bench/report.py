"""Writes what `compare` measured: to the terminal, to docs/performance.md, and as a picture."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
BEGIN, END = "<!-- compared: begin -->\n", "<!-- compared: end -->"
WIDTH, ROW = 640, 46
Figures = Mapping[str, tuple[float, float]]
"""Microseconds of Kiosk and of the peer, by what was asked."""


def write(figures: Figures) -> None:
    table = _table(figures)
    print(table)
    page = DOCS / "performance.md"
    before, rest = page.read_text().split(BEGIN)
    text = f"\nOn {datetime.now(UTC):%Y-%m-%d}:\n\n{table}\n\n"
    page.write_text(f"{before}{BEGIN}{text}{END}{rest.split(END, 1)[1]}")
    (DOCS / "pictures" / "compared.svg").write_text(_picture(figures))


def _table(figures: Figures) -> str:
    rows = [f"| {name} | {ours:.0f} | {peer:.0f} | {peer / ours:.2f} |" for name, (ours, peer) in figures.items()]
    return "\n".join(["| request | Kiosk, µs | plain Flask, µs | ratio |", "| --- | --- | --- | --- |", *rows])


def _picture(figures: Figures) -> str:
    most = max(max(each) for each in figures.values())
    scale = (WIDTH - 260) / most
    parts = []
    for number, (name, pair) in enumerate(figures.items()):
        top = 10 + number * ROW
        parts.append(f'<text x="150" y="{top + 22}" text-anchor="end">{name}</text>')
        for row, (who, colour, value) in enumerate(zip(("Kiosk", "Flask"), ("#0d4a4a", "#b9b9b9"), pair, strict=True)):
            y, wide = top + row * 17, value * scale
            parts.append(f'<rect x="160" y="{y}" width="{wide:.0f}" height="14" fill="{colour}"/>')
            parts.append(f'<text x="{166 + wide:.0f}" y="{y + 12}">{who} {value:.0f} µs</text>')
    size = f'width="{WIDTH}" height="{10 + len(figures) * ROW}"'
    style = 'font-family="sans-serif" font-size="12" fill="#777"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>\n' + "\n".join(parts) + "\n</svg>\n"
