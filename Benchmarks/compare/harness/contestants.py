# SPDX-License-Identifier: Apache-2.0
"""Who takes part: transcode, and the peers that can be had on this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from places import BUILD, PEERS, ROOT, Missing, first_line, run_quietly, say

MODEL = "model"
# A source distribution that carries simdjson's amalgamated source: newer than Debian's package.
PYSIMDJSON = "pysimdjson==7.0.2"
JQ_CONVERSIONS = {
    "request openai bedrock",
    "request openai gemini",
    "request bedrock openai",
    "request gemini openai",
    "result bedrock openai",
    "result gemini openai",
}


@dataclass(frozen=True)
class Conversion:
    """What is converted into what."""

    kind: str
    source: str
    target: str

    def __str__(self) -> str:
        return f"{self.kind} {self.source} {self.target}"


@dataclass(frozen=True)
class Contestant:
    """A program that converts standard input to standard output."""

    name: str
    family: str  # contestants of one family share a bar in the plot
    version: str
    megabytes: float  # at most so much of the corpus: less for the slow
    command: Callable[[Conversion], list[str] | None]  # nothing where it has no such conversion


def transcode_command(program: str, conversion: Conversion, jobs: int) -> list[str]:
    """The command line of transcode."""
    return [
        *(program, "convert", "--quiet", "--kind", conversion.kind),
        *("--from", conversion.source, "--to", conversion.target),
        *("--model", MODEL, "--jobs", str(jobs), "-"),
    ]


def find_transcode() -> str:
    """The program under test: TRANSCODE, or what the root package builds."""
    given = os.environ.get("TRANSCODE")
    if given:
        return str(Path(given).resolve())
    build = ["swift", "build", "-c", "release", "--product", "transcode"]
    say("building transcode")
    run_quietly(build, cwd=ROOT)
    folder = run_quietly([*build, "--show-bin-path"], cwd=ROOT).strip()
    return f"{folder}/transcode"


def transcode() -> Contestant:
    """transcode with one thread."""
    program = find_transcode()
    return Contestant(
        "transcode",
        "transcode",
        first_line([program, "--version"]),
        float("inf"),
        lambda conversion: transcode_command(program, conversion, 1),
    )


def install(command: str, package: str) -> None:
    """Has Debian's package installed where its command or file is missing."""
    if shutil.which(command) or Path(command).exists():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Missing(f"{package} is not installed (as root: apt-get install {package})")
    say(f"installing {package}")
    apt = ["apt-get", "install", "--yes", "--quiet", package]
    try:
        run_quietly(apt)
    except Missing:
        run_quietly(["apt-get", "update", "--quiet"])
        run_quietly(apt)


def compiler() -> str:
    """CXX, or g++."""
    given = os.environ.get("CXX")
    if given:
        return given
    install("g++", "g++")
    return "g++"


def build(source: Path, program: Path, *more: str) -> str:
    """Compiles a C++ program, unless it is newer than all its sources."""
    sources = [*source.parent.glob("*.h"), *source.parent.glob("*.cpp")]
    newest = max(file.stat().st_mtime for file in sources)
    if not program.exists() or program.stat().st_mtime < newest:
        say(f"compiling {program.name}")
        program.parent.mkdir(parents=True, exist_ok=True)
        flags = ["-std=c++17", "-O3", "-march=native", "-Wall", "-Wextra"]
        run_quietly([compiler(), *flags, str(source), *more, "-o", str(program)])
    return str(program)


def simdjson_modes(program: str) -> list[Contestant]:
    """Both modes of the C++ program."""
    words = first_line([program, "--version"])
    number = words.split()[1]

    def contestant(mode: str, label: str) -> Contestant:
        def command(conversion: Conversion) -> list[str]:
            kind, source, target = str(conversion).split()
            return [program, kind, source, target, MODEL, mode]

        name = f"C++ simdjson {number}, {label}"
        return Contestant(name, "C++ simdjson", words, float("inf"), command)

    return [contestant("many", "iterate_many"), contestant("lines", "by line")]


def simdjson_debian() -> list[Contestant]:
    """The C++ program with Debian's simdjson."""
    install("/usr/include/simdjson.h", "libsimdjson-dev")
    program = BUILD / "bin" / "simdjson-debian"
    return simdjson_modes(build(PEERS / "simdjson" / "main.cpp", program, "-lsimdjson"))


def simdjson_newer() -> list[Contestant]:
    """The C++ program with a newer simdjson, which is much faster on short strings."""
    folder = BUILD / "simdjson-source"
    if not list(folder.glob("*/simdjson/simdjson.cpp")):
        folder.mkdir(parents=True, exist_ok=True)
        say(f"fetching the source of {PYSIMDJSON}")
        pip = [python(), "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        try:
            run_quietly([*pip, PYSIMDJSON, "--dest", str(folder)])
        except Missing:
            pass  # pip saves the archive, and may then fail to build what nobody needs
        archives = list(folder.glob("*.tar.gz"))
        if not archives:
            raise Missing(f"{PYSIMDJSON} cannot be fetched")
        run_quietly(["tar", "-xzf", str(archives[0]), "-C", str(folder)])
    found = list(folder.glob("*/simdjson/simdjson.cpp"))
    if not found:
        raise Missing(f"{PYSIMDJSON} has no simdjson.cpp")
    program = BUILD / "bin" / "simdjson-newer"
    include = f"-I{found[0].parent}"
    return simdjson_modes(
        build(PEERS / "simdjson" / "main.cpp", program, include, str(found[0]), "-w")
    )


def python() -> str:
    """A Python of our own, with pip."""
    program = BUILD / "venv" / "bin" / "python"
    if not program.exists():
        say("making a virtual environment")
        run_quietly(["python3", "-m", "venv", str(BUILD / "venv")])
    return str(program)


def python_orjson() -> list[Contestant]:
    """Python with the fastest JSON module that it has."""
    program = python()
    check = [program, "-c", "import orjson; print(orjson.__version__)"]
    try:
        version = first_line(check)
    except Missing:
        say("installing orjson")
        run_quietly([program, "-m", "pip", "install", "--quiet", "orjson"])
        version = first_line(check)
    version = f"orjson {version}, {first_line([program, '--version'])}"
    return [python_peer("Python orjson", program, "orjson", version, 20)]


def python_json() -> list[Contestant]:
    """Python with its standard library alone."""
    program = shutil.which("python3") or "python3"
    return [python_peer("Python json", program, "json", first_line([program, "--version"]), 10)]


def python_peer(name: str, program: str, module: str, version: str, limit: int) -> Contestant:
    """The Python program with one of the two modules."""
    script = str(PEERS / "python" / "peer.py")
    return Contestant(
        name,
        name,
        version,
        limit,
        lambda conversion: [program, script, module, *str(conversion).split(), MODEL],
    )


def node() -> list[Contestant]:
    """Node, where it is installed."""
    program = shutil.which("node")
    if program is None:
        raise Missing("node is not installed")
    script = str(PEERS / "node" / "peer.mjs")
    return [
        Contestant(
            "Node JSON.parse",
            "Node JSON.parse",
            f"Node {first_line([program, '--version'])}",
            20,
            lambda conversion: [program, script, *str(conversion).split(), MODEL],
        )
    ]


def jq() -> list[Contestant]:
    """jq, which has some of the conversions."""
    install("jq", "jq")
    script = str(PEERS / "jq" / "peer.jq")

    def command(conversion: Conversion) -> list[str] | None:
        if str(conversion) not in JQ_CONVERSIONS:
            return None
        words = ["--arg", "conversion", str(conversion), "--arg", "model", MODEL]
        return ["jq", "-c", *words, "-f", script]

    return [Contestant("jq", "jq", first_line(["jq", "--version"]), 4, command)]


def peers() -> list[Contestant]:
    """All peers that can be had; the others are named with the reason."""
    found: list[Contestant] = []
    makers = [simdjson_debian, simdjson_newer, python_orjson, node, python_json, jq]
    for maker in makers:
        try:
            found += maker()
        except Missing as error:
            say(f"skipped {maker.__name__.replace('_', ' ')}: {error}")
    return found
