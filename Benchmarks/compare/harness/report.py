# SPDX-License-Identifier: Apache-2.0
"""Tables for people and JSON for programs."""

from __future__ import annotations

import os
import platform
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contestants import Contestant, Conversion
from corpora import MEGABYTE, Corpus
from measure import Measurement, pinned_core


@dataclass
class Section:
    """What came out for one conversion of one corpus."""

    conversion: Conversion
    corpus: Corpus
    measurements: list[Measurement]
    others: dict[str, str]  # who is not in the table, and why
    wall: dict[str, list[float]] = field(default_factory=dict)  # MB/s, one thread first

    def title(self) -> str:
        """What the table is about."""
        words = f"{self.conversion.source} -> {self.conversion.target}"
        file = self.corpus.file()
        size = file.stat().st_size / MEGABYTE
        return f"{self.conversion.kind}s {words}, {self.corpus.profile} ({size:.0f} MB)"

    def is_equal(self) -> bool:
        """Whether all that took part wrote the same and came to an end."""
        return all(why == "-" for why in self.others.values())

    def best_cpp(self) -> Measurement | None:
        """The fastest C++ mode."""
        modes = [measurement for measurement in self.measurements if measurement.is_cpp()]
        return max(modes, key=Measurement.rate, default=None)

    def ratios(self, measurement: Measurement) -> list[float]:
        """Its rate by that of the best C++ mode, round by round."""
        best = self.best_cpp()
        if best is None:
            return []
        return [own / other for own, other in zip(measurement.rates(), best.rates())]


def cpu_name() -> str:
    """The processor's name as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def heading(contestants: list[Contestant], runs: int) -> list[str]:
    """What the figures depend on."""
    load = os.getloadavg()[0]
    cores = os.cpu_count()
    lines = [
        f"CPU: {cpu_name()}, {cores} cores, of which number {pinned_core()} is used; "
        f"{platform.system()} {platform.release()}; load {load:.2f} at the start",
        f"MB/s: megabytes of input a second of CPU time (user and system), start-up taken off; "
        f"median of {runs} runs (least-most)",
        "Input from the page cache, output to /dev/null, one core. "
        "vs C++: by the fastest C++ mode of the same rounds.",
    ]
    named = set()
    for contestant in contestants:
        if (contestant.family, contestant.version) not in named:
            named.add((contestant.family, contestant.version))
            lines.append(f"{contestant.family}: {contestant.version}")
    return lines


def number(value: float) -> str:
    """Three figures that count, or whole megabytes."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def spread(values: list[float]) -> str:
    """The least and the most."""
    return f"{number(min(values))}-{number(max(values))}"


def ratio(value: float) -> str:
    """A ratio in two figures, or two decimals."""
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def rows(section: Section, order: list[Contestant]) -> list[list[str]]:
    """The table of a section, its head included."""
    table = [["contestant", "MB/s", "least-most", "vs C++", "least-most", "RSS MiB", "input MB"]]
    by_name = {each.contestant.name: each for each in section.measurements}
    for contestant in order:
        measurement = by_name.get(contestant.name)
        if measurement is None:
            reason = section.others.get(contestant.name, "FAILED").split(":")[0]
            table.append([contestant.name, reason, "", "", "", "", ""])
            continue
        rates, ratios = measurement.rates(), section.ratios(measurement)
        table.append(
            [
                contestant.name,
                number(measurement.rate()),
                spread(rates),
                ratio(statistics.median(ratios)) if ratios else "-",
                f"{ratio(min(ratios))}-{ratio(max(ratios))}" if ratios else "-",
                f"{measurement.memory():.1f}",
                f"{measurement.file.stat().st_size / MEGABYTE:.0f}",
            ]
        )
    return table


def wall_lines(section: Section) -> list[str]:
    """The rows about threads: wall time, on all cores."""
    if not section.wall:
        return []
    one = statistics.median(next(iter(section.wall.values())))
    lines = ["Wall time on all cores, start-up included, by one thread:"]
    for name, rates in section.wall.items():
        rate = statistics.median(rates)
        lines.append(f"{name}: {number(rate)} MB/s ({spread(rates)}), {rate / one:.2f}")
    return lines


def as_text(table: list[list[str]]) -> str:
    """A table in columns."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    lines = []
    for row in table:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def as_markdown(table: list[list[str]]) -> str:
    """A table as Markdown has it."""
    head, *body = ["| " + " | ".join(row) + " |" for row in table]
    rule = "|---|" + "---:|" * (len(table[0]) - 1)
    return "\n".join([head, rule, *body])


def print_section(section: Section, order: list[Contestant], is_markdown: bool) -> None:
    """Prints one table, and whatever has to be said about it."""
    print(f"\n{'### ' if is_markdown else '== '}{section.title()}\n")
    table = rows(section, order)
    print(as_markdown(table) if is_markdown else as_text(table))
    notes = [f"{name} {why}" for name, why in section.others.items() if why != "-"]
    for line in wall_lines(section) + notes:
        print(f"\n{line}" if is_markdown else line, flush=True)


def as_json(head: list[str], command: str, sections: list[Section]) -> dict[str, Any]:
    """All that was measured."""
    return {
        "heading": head,
        "command": command,
        "cpu": cpu_name(),
        "sections": [
            {
                "kind": section.conversion.kind,
                "from": section.conversion.source,
                "to": section.conversion.target,
                "profile": section.corpus.profile,
                "seed": section.corpus.seed,
                "excluded": section.others,
                "wall": section.wall,
                "contestants": [
                    {
                        "name": each.contestant.name,
                        "family": each.contestant.family,
                        "version": each.contestant.version,
                        "bytes": each.file.stat().st_size,
                        "megabytesPerSecond": each.rates(),
                        "ratioToBestCpp": section.ratios(each),
                        "startSeconds": each.start,
                        "cpuSeconds": [run.cpu for run in each.runs],
                        "peakMiB": each.memory(),
                    }
                    for each in section.measurements
                ],
            }
            for section in sections
        ],
    }
