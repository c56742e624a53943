# SPDX-License-Identifier: Apache-2.0
"""Validates batch files against the vendors' own types.

    validate.py [--bad] FORMAT KIND FILE...
    validate.py [--bad] --tree DIRECTORY

FORMAT is bedrock/converse, bedrock/anthropic, bedrock/nova, bedrock/llama, bedrock/mistral,
bedrock/titan, openai/chat, openai/responses, gemini, gemini/vertex or anthropic, or for embeddings
openai/embeddings, gemini/embed-content, bedrock/titan-embed or bedrock/cohere-embed; KIND is
request or result. A tree holds files named NAME.FORMAT.KIND.jsonl, the slash of the format written
as a dash.
With --bad every line has to be refused. Exit status: 0 as expected, 1 not, 2 wrong usage, nothing
to validate, or a name that says neither format nor kind.
"""
import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import anthropic_messages
import bedrock
import bedrock_bodies
import embeddings
import gemini
import openai_chat
import openai_responses
from records import lines_of, parse_line, repeated_members

KINDS = ("request", "result")


@dataclass(frozen=True)
class Checker:
    """What one format asks of a record, and of the file around its requests."""
    request: Callable[[dict[str, Any]], list[str]]
    result: Callable[[dict[str, Any]], list[str]]
    request_opaque: frozenset[str]
    result_opaque: frozenset[str]
    max_records: int | None
    max_bytes: int
    unique_id: str | None = None
    shared: tuple[str, ...] = ()


CHECKERS = {
    "bedrock/converse": Checker(
        bedrock.check_request, bedrock.check_result, bedrock.REQUEST_OPAQUE,
        bedrock.RESULT_OPAQUE, 50_000, 10**9),
    "bedrock/anthropic": Checker(
        bedrock.check_anthropic_request, bedrock.check_anthropic_result, bedrock.REQUEST_OPAQUE,
        bedrock.RESULT_OPAQUE, 50_000, 10**9),
    "bedrock/nova": Checker(
        bedrock_bodies.check_nova_request, bedrock_bodies.check_nova_result,
        bedrock.REQUEST_OPAQUE, bedrock.RESULT_OPAQUE, 50_000, 10**9),
    **{f"bedrock/{name}": Checker(
        partial(bedrock_bodies.check_prompt_request, family=family),
        partial(bedrock_bodies.check_prompt_result, family=family),
        frozenset(), frozenset({"$.modelInput"}), 50_000, 10**9)
       for name, family in (("llama", bedrock_bodies.LLAMA), ("mistral", bedrock_bodies.MISTRAL),
                            ("titan", bedrock_bodies.TITAN))},
    "openai/chat": Checker(
        openai_chat.check_request, openai_chat.check_result, openai_chat.OPAQUE,
        openai_chat.OPAQUE, 50_000, 200 * 10**6, "custom_id", ("model",)),
    "openai/responses": Checker(
        openai_responses.check_request, openai_responses.check_result, openai_responses.OPAQUE,
        openai_responses.OPAQUE, 50_000, 200 * 10**6, "custom_id", ("model",)),
    "gemini": Checker(
        gemini.check_request, gemini.check_result, gemini.OPAQUE, gemini.OPAQUE,
        None, 2 * 10**9),
    "gemini/vertex": Checker(
        gemini.check_vertex_request, gemini.check_vertex_result, gemini.OPAQUE, gemini.OPAQUE,
        None, 2 * 10**9),
    "anthropic": Checker(
        anthropic_messages.check_request, anthropic_messages.check_result,
        anthropic_messages.OPAQUE, anthropic_messages.OPAQUE, 100_000, 256 * 10**6, "custom_id"),
    "openai/embeddings": Checker(
        embeddings.check_openai_request, embeddings.check_openai_result, embeddings.OPAQUE,
        embeddings.OPAQUE, 50_000, 200 * 10**6, "custom_id", ("model",)),
    "gemini/embed-content": Checker(
        embeddings.check_gemini_request, embeddings.check_gemini_result, embeddings.OPAQUE,
        embeddings.OPAQUE, None, 2 * 10**9),
    "bedrock/titan-embed": Checker(
        embeddings.check_titan_request, embeddings.check_titan_result, embeddings.OPAQUE,
        embeddings.BEDROCK_RESULT_OPAQUE, 50_000, 10**9),
    "bedrock/cohere-embed": Checker(
        embeddings.check_cohere_request, embeddings.check_cohere_result, embeddings.OPAQUE,
        embeddings.BEDROCK_RESULT_OPAQUE, 50_000, 10**9),
}


@dataclass
class FileRules:
    """The rules that look at more than one record of a request file."""
    checker: Checker
    ids: set[str] = field(default_factory=set)
    shared: dict[str, Any] = field(default_factory=dict)

    def check(self, record: dict[str, Any]) -> list[str]:
        found = []
        own = record.get(self.checker.unique_id) if self.checker.unique_id else None
        if isinstance(own, str):
            if own in self.ids:
                found.append(f"{self.checker.unique_id}: {own!r} occurs twice in the file")
            self.ids.add(own)
        body = record.get("body")
        for name in self.checker.shared:
            value = body.get(name) if isinstance(body, dict) else None
            if isinstance(value, str) and self.shared.setdefault(name, value) != value:
                found.append(f"body.{name}: {value!r} differs from {self.shared[name]!r} "
                             f"of the records before")
        return found


def check_file(path: str, format_name: str, kind: str) -> Iterator[tuple[int, list[str]]]:
    """The violations of each line by its number; number 0 stands for the file as a whole."""
    checker = CHECKERS[format_name]
    check, opaque = (checker.request, checker.request_opaque) if kind == "request" \
        else (checker.result, checker.result_opaque)
    file_rules = FileRules(checker)
    count = 0
    for count, line in lines_of(path):
        record, reason = parse_line(line)
        found = [reason] if reason else []
        if record is not None and not reason:
            found = repeated_members(record, opaque) + check(record)
            if kind == "request":
                found += file_rules.check(record)
        yield count, found
    if kind == "request":
        limits = _file_limits(path, checker, count)
        if limits:
            yield 0, limits


def _file_limits(path: str, checker: Checker, count: int) -> list[str]:
    found = [] if count else ["file is empty, which no batch service accepts"]
    if checker.max_records is not None and count > checker.max_records:
        found.append(f"{count} records, at most {checker.max_records} a file")
    size = Path(path).stat().st_size
    if size > checker.max_bytes:
        found.append(f"{size} bytes, at most {checker.max_bytes} a file")
    return found


def name_parts(path: Path) -> tuple[str, str] | None:
    """Format and kind in NAME.FORMAT.KIND.jsonl, None when the name says something else."""
    parts = path.name.split(".")
    formats = {name.replace("/", "-"): name for name in CHECKERS}
    if len(parts) >= 4 and parts[-3] in formats and parts[-2] in KINDS:
        return formats[parts[-3]], parts[-2]
    return None


def tree_jobs(root: str) -> list[tuple[str, str, str]]:
    """The files below a directory; ValueError for a name that says only half of what it should."""
    jobs = []
    for path in sorted(Path(root).rglob("*.jsonl")):
        named = name_parts(path)
        if named:
            jobs.append((str(path), *named))
        elif set(path.name.split(".")) & {*KINDS, *(name.replace("/", "-") for name in CHECKERS)}:
            raise ValueError(f"{path}: name is not NAME.FORMAT.KIND.jsonl")
        else:
            print(f"{path}: not validated, the name has no format and kind", file=sys.stderr)
    if not jobs:
        raise ValueError(f"{root}: no file to validate")
    return jobs


def _usage(message: str) -> int:
    print(f"validate.py: {message}", file=sys.stderr)
    return 2


def run(jobs: list[tuple[str, str, str]], bad: bool) -> int:
    """Validates all files, prints what is not as expected, and returns the exit status."""
    passed = failed = 0
    for path, format_name, kind in jobs:
        for number, found in check_file(path, format_name, kind):
            if bool(found) == bad:
                passed += number != 0
            else:
                failed += 1
            if found and not bad:
                print("\n".join(f"{path}:{number}: {reason}" for reason in found))
            elif bad and not found:
                print(f"{path}:{number}: accepted, though known to be bad")
    print(f"{passed} passed, {failed} failed")
    if bad and not passed and not failed:
        return _usage("no bad record to refuse")
    return 1 if failed else 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="validate.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bad", action="store_true", help="every line has to be refused")
    parser.add_argument("--tree", metavar="DIRECTORY", help="validate the named files below it")
    parser.add_argument("words", nargs="*", metavar="FORMAT KIND FILE")
    options = parser.parse_args(arguments)
    if options.tree is not None:
        if options.words or not Path(options.tree).is_dir():
            return _usage("--tree takes one directory and nothing else")
        try:
            return run(tree_jobs(options.tree), options.bad)
        except ValueError as error:
            return _usage(str(error))
    if len(options.words) < 3:
        return _usage("FORMAT KIND FILE... or --tree DIRECTORY is needed")
    format_name, kind, *files = options.words
    if format_name not in CHECKERS or kind not in KINDS:
        return _usage(f"unknown format or kind: {format_name} {kind}")
    missing = [path for path in files if not Path(path).is_file()]
    if missing:
        return _usage(f"no such file: {', '.join(missing)}")
    return run([(path, format_name, kind) for path in files], options.bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
