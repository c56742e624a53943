# SPDX-License-Identifier: Apache-2.0
"""Pictures of what was measured: SVG that reads on light and on dark pages."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from contestants import Conversion
from measure import Measurement
from report import Section, cpu_name

WIDTH = 900
LEFT = 64
RIGHT = 16
PANEL = 330  # the height of the bars
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#7f7f7f")
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .small { font-size: 10px; }
  .grid { stroke: #8b949e; stroke-opacity: .35; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } }
"""


@dataclass(frozen=True)
class Scale:
    """A logarithmic scale between two powers of ten, which need not be whole."""

    low: float
    high: float
    start: float
    length: float

    def place(self, value: float) -> float:
        """Where a value stands."""
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + part * self.length

    def ticks(self) -> list[float]:
        """The whole powers of ten."""
        return [10.0**power for power in range(math.ceil(self.low), math.floor(self.high) + 1)]


def scale_of(values: list[float], start: float, length: float) -> Scale:
    """The scale that has room for all values."""
    low = math.floor(math.log10(min(values)))
    high = math.ceil(math.log10(max(values)) + 0.05)
    return Scale(low, max(high, low + 1), start, length)


def text(x: float, y: float, words: str, more: str = "") -> str:
    """A text element."""
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(words)}</text>'


def label(value: float, room: float = 30) -> str:
    """A value in the room that there is."""
    if value >= 1000 and room < 28:
        return f"{value / 1000:.1f}k"
    return f"{value:.2g}" if value < 10 else f"{value:,.0f}"


def document(height: float, title: str, body: list[str]) -> str:
    """An SVG file."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'role="img" aria-label="{escape(title)}">'
    )
    parts = [head, f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>", *body, "</svg>"]
    return "\n".join(parts) + "\n"


def horizontal_grid(scale: Scale, name: Callable[[float], str]) -> list[str]:
    """The lines across a panel, with their values."""
    parts = []
    for tick in scale.ticks():
        y = scale.place(tick)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(text(LEFT - 8, y + 4, name(tick), 'text-anchor="end"'))
    return parts


def fastest_by_family(section: Section) -> dict[str, Measurement]:
    """One measurement for each bar: of several modes the fastest."""
    best: dict[str, Measurement] = {}
    for measurement in section.measurements:
        family = measurement.contestant.family
        if family not in best or measurement.rate() > best[family].rate():
            best[family] = measurement
    return best


def panel(sections: list[Section], families: list[str], top: float) -> list[str]:
    """The bars of one conversion: a group for each profile."""
    conversion = sections[0].conversion
    groups = [fastest_by_family(section) for section in sections]
    rates = [measurement.rate() for group in groups for measurement in group.values()]
    bottom = top + 40 + PANEL
    scale = scale_of(rates, bottom, -PANEL)
    title = f"{conversion.kind.title()}s {conversion.source} to {conversion.target}: MB/s"
    title += " of input on one core (log scale)"
    parts = [text(LEFT, top + 18, title, 'class="title"')]
    parts += horizontal_grid(scale, lambda tick: f"{tick:,.0f}" if tick >= 1 else f"{tick:g}")
    group_width = (WIDTH - LEFT - RIGHT) / len(sections)
    bar_width = min(30.0, group_width * 0.86 / len(families))
    for index, (section, group) in enumerate(zip(sections, groups)):
        middle = LEFT + group_width * (index + 0.5)
        parts.append(
            text(middle, bottom + 18, section.corpus.profile, 'text-anchor="middle"')
        )
        for place, family in enumerate(families):
            x = middle + (place - len(families) / 2) * bar_width
            centre = x + bar_width / 2
            if family not in group:
                parts.append(text(centre, bottom - 4, "-", 'text-anchor="middle"'))
                continue
            rate = group[family].rate()
            y = scale.place(rate)
            colour = COLOURS[place % len(COLOURS)]
            parts.append(
                f'<rect x="{x + 1:.1f}" y="{y:.1f}" width="{bar_width - 2:.1f}" '
                f'height="{bottom - y:.1f}" fill="{colour}"/>'
            )
            parts.append(
                text(centre, y - 4, label(rate, bar_width), 'class="small" text-anchor="middle"')
            )
    return parts


def legend(families: list[str], top: float) -> list[str]:
    """What the colours mean."""
    parts = []
    x = float(LEFT)
    for place, family in enumerate(families):
        words = "C++ simdjson (fastest mode)" if family == "C++ simdjson" else family
        colour = COLOURS[place % len(COLOURS)]
        parts.append(f'<rect x="{x:.1f}" y="{top}" width="12" height="12" fill="{colour}"/>')
        parts.append(text(x + 17, top + 10, words))
        x += 17 + 7.0 * len(words) + 18
    return parts


def bars(sections: list[Section], file: Path) -> None:
    """Draws a panel for each conversion."""
    panels: dict[Conversion, list[Section]] = {}
    for section in sections:
        if section.measurements:
            panels.setdefault(section.conversion, []).append(section)
    families: list[str] = []
    for section in sections:
        for family in fastest_by_family(section):
            if family not in families:
                families.append(family)
    if not families:
        return
    body = legend(families, 8)
    top = 30.0
    for group in panels.values():
        body += panel(group, families, top)
        top += PANEL + 80
    body.append(text(LEFT, top + 6, cpu_name(), 'class="small"'))
    file.write_text(document(top + 16, "Throughput of transcode and its peers", body))


def round_step(least: float) -> float:
    """The next larger step that is good to read."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= least)


def curve(
    points: list[tuple[float, float]], across: Scale, top: float, title: str, colour: str
) -> list[str]:
    """One line with its points, over sizes of input."""
    height = 150.0
    bottom = top + 40 + height
    step = round_step(max(value for _, value in points) * 1.15 / 4)
    most = step * 4
    parts = [text(LEFT, top + 18, title, 'class="title"')]
    for quarter in range(5):
        level = bottom - height * quarter / 4
        parts.append(f'<path class="grid" d="M{LEFT} {level:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(text(LEFT - 8, level + 4, f"{step * quarter:,g}", 'text-anchor="end"'))
    places = [(across.place(x), bottom - height * y / most) for x, y in points]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
    for (x, y), (size, value) in zip(places, points):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>')
        parts.append(text(x, y - 9, label(value), 'class="small" text-anchor="middle"'))
        parts.append(text(x, bottom + 18, f"{size:,.0f} MB", 'text-anchor="middle"'))
    return parts


def growth(rates: list[tuple[float, float]], memory: list[tuple[float, float]], file: Path) -> None:
    """Draws speed and memory over the size of the input."""
    sizes = [math.log10(size) for size, _ in rates]
    across = Scale(min(sizes), max(sizes), LEFT + 40, WIDTH - LEFT - RIGHT - 80)
    body = curve(rates, across, 0, "MB/s of input on one core, by size of input", COLOURS[0])
    body += curve(memory, across, 225, "Peak memory in MiB, by size of input", COLOURS[1])
    body.append(text(LEFT, 460, cpu_name(), 'class="small"'))
    file.write_text(document(470, "Speed and memory of transcode by size of input", body))
