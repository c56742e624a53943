# SPDX-License-Identifier: Apache-2.0
"""The files that are converted: made once by make-corpus, and cut for those who are slow."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from places import BENCHMARKS, BUILD, Missing, run_quietly, say

PROFILES = ("short", "long", "tools", "tools-same", "image", "shuffled")
MEGABYTE = 1_000_000


@cache
def generator() -> str:
    """make-corpus: MAKE_CORPUS, or what the package of the benchmarks builds."""
    given = os.environ.get("MAKE_CORPUS")
    if given:
        return str(Path(given).resolve())
    build = ["swift", "build", "--package-path", str(BENCHMARKS), "-c", "release"]
    build += ["--product", "make-corpus"]
    say("building make-corpus")
    run_quietly(build)
    return run_quietly([*build, "--show-bin-path"]).strip() + "/make-corpus"


@dataclass(frozen=True)
class Corpus:
    """One profile in one format."""

    profile: str
    kind: str
    source: str
    megabytes: float
    seed: int

    def command(self) -> list[str]:
        """What writes the corpus to standard output."""
        words = [self.profile, self.kind, self.source, f"{self.megabytes:g}"]
        return [generator(), *words, "--seed", str(self.seed)]

    def file(self) -> Path:
        """The whole corpus; it is made when it is missing or older than its generator."""
        words = (self.profile, self.kind, self.source, f"{self.megabytes:g}", str(self.seed))
        file = BUILD / "corpora" / f"{'-'.join(words)}.jsonl"
        if file.exists() and file.stat().st_mtime >= Path(generator()).stat().st_mtime:
            return file
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        with part.open("wb") as output:
            done = subprocess.run(self.command(), stdout=output, check=False)
        if done.returncode != 0:
            part.unlink()
            raise Missing(f"make-corpus failed with status {done.returncode}")
        part.rename(file)
        return file

    def cut(self, megabytes: float) -> Path:
        """The first records of the corpus, about so many megabytes of them, but three at least."""
        if megabytes >= self.megabytes:
            return self.file()
        return self.head(f"first{megabytes:g}MB", megabytes * MEGABYTE, 3, None)

    def sample(self) -> Path:
        """The records that are compared."""
        count = 30 if self.profile == "image" else 2000
        return self.head(f"first{count}", float("inf"), count, count)

    def head(self, name: str, byte_limit: float, least: int, most: int | None) -> Path:
        """A file of the first lines."""
        whole = self.file()
        file = whole.with_name(f"{whole.stem}.{name}.jsonl")
        if not file.exists() or file.stat().st_mtime < whole.stat().st_mtime:
            with file.open("wb") as output:
                output.writelines(first_lines(whole, byte_limit, least, most))
        return file


def first_lines(file: Path, byte_limit: float, least: int, most: int | None) -> Iterator[bytes]:
    """The lines that end before the limit, but `least` at least and `most` at most."""
    size = 0
    with file.open("rb") as lines:
        for number, line in enumerate(lines):
            size += len(line)
            if (size > byte_limit and number >= least) or number == most:
                return
            yield line
