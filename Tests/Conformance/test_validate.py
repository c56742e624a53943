# SPDX-License-Identifier: Apache-2.0
"""Tests of the validator itself: good records pass, bad ones are refused for the reason they name.

`bad/X.reasons` has for each line of `bad/X.jsonl` a piece of the reason that has to be given.
"""
import contextlib
import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import bedrock
import gemini
import records
import shapes
import typed
import validate

HERE = Path(__file__).resolve().parent
MIN_BAD = 12


def records_test(format_name: str, kind: str) -> list[str]:
    """What goes wrong with the good and the bad records of one format and kind."""
    name = f"{format_name.replace('/', '-')}-{kind}"
    good, bad = HERE / "good" / f"{name}.jsonl", HERE / "bad" / f"{name}.jsonl"
    wrong, count = [], 0
    for count, found in validate.check_file(str(good), format_name, kind):
        wrong += [f"good/{name}.jsonl:{count}: {reason}" for reason in found]
    if not count:
        wrong.append(f"good/{name}.jsonl: holds no record")
    reasons = bad.with_suffix(".reasons").read_text(encoding="utf-8").splitlines()
    lines = list(validate.check_file(str(bad), format_name, kind))
    if len(lines) != len(reasons) or len(lines) < MIN_BAD:
        wrong.append(f"bad/{name}: {len(lines)} records, {len(reasons)} reasons, "
                     f"at least {MIN_BAD} of each are needed")
    for (number, found), reason in zip(lines, reasons):
        if not reason or not any(reason in text for text in found):
            wrong.append(f"bad/{name}.jsonl:{number}: expected {reason!r}, found {found}")
    return wrong


def _run(*arguments: str) -> tuple[int, str]:
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        status = validate.main(list(arguments))
    return status, output.getvalue()


def _expect(status: int, text: str, *arguments: str) -> list[str]:
    found, output = _run(*arguments)
    if found == status and text in output:
        return []
    return [f"{' '.join(arguments)}: status {found}, expected {status}; "
            f"no {text!r} in {output[:500]!r}"]


def command_line_test(scratch: Path) -> list[str]:
    good = str(HERE / "good" / "gemini-request.jsonl")
    bad = str(HERE / "bad" / "gemini-request.jsonl")
    wrong = _expect(0, " passed, 0 failed", "gemini", "request", good)
    wrong += _expect(1, f"{bad}:1: ", "gemini", "request", bad)
    wrong += _expect(1, f"0 passed, {_lines(bad)} failed", "gemini", "request", bad)
    wrong += _expect(0, f"{_lines(bad)} passed, 0 failed", "--bad", "gemini", "request", bad)
    wrong += _expect(1, f"{good}:1: accepted", "--bad", "gemini", "request", good)
    wrong += _expect(2, "unknown format or kind", "vertex", "request", good)
    wrong += _expect(2, "unknown format or kind", "gemini", "response", good)
    wrong += _expect(2, "no such file", "gemini", "request", str(scratch / "none.jsonl"))
    return wrong + _expect(2, "is needed", "gemini", "request")


def _lines(path: str) -> int:
    return Path(path).read_bytes().count(b"\n")


def tree_test(scratch: Path) -> list[str]:
    root = scratch / "tree"
    (root / "deeper").mkdir(parents=True)
    wrong = _expect(2, "no file to validate", "--tree", str(root))
    (root / "report.jsonl").write_text("{}\n")
    wrong += _expect(2, "not validated", "--tree", str(root))
    total = 0
    for format_name in validate.CHECKERS:
        dashed = format_name.replace("/", "-")
        for kind in validate.KINDS:
            good = HERE / "good" / f"{dashed}-{kind}.jsonl"
            shutil.copy(good, root / "deeper" / f"a.b.{dashed}.{kind}.jsonl")
            total += _lines(str(good))
    wrong += _expect(0, f"{total} passed, 0 failed", "--tree", str(root))
    shutil.copy(HERE / "bad" / "gemini-result.jsonl", root / "x.gemini.result.jsonl")
    wrong += _expect(1, "x.gemini.result.jsonl:1: ", "--tree", str(root))
    (root / "x.gemini.results.jsonl").write_text("{}\n")
    return wrong + _expect(2, "NAME.FORMAT.KIND", "--tree", str(root))


def file_test(scratch: Path) -> list[str]:
    """Files as a whole, and lines that no line of a text file can show."""
    path = scratch / "file.jsonl"
    request = (HERE / "good" / "gemini-request.jsonl").read_bytes().splitlines()[0]
    path.write_bytes(b"")
    wrong = _expect(1, f"{path}:0: file is empty", "gemini", "request", str(path))
    wrong += _expect(0, "0 passed, 0 failed", "gemini", "result", str(path))
    wrong += _expect(2, "no bad record", "--bad", "gemini", "result", str(path))
    path.write_bytes(request)
    wrong += _expect(0, "1 passed, 0 failed", "gemini", "request", str(path))
    path.write_bytes(request + b"\r\n" + request.replace(b"g 1", "\u2028\u0085".encode()))
    wrong += _expect(0, "2 passed, 0 failed", "gemini", "request", str(path))
    path.write_bytes(request + b"\n\n" + request)
    wrong += _expect(1, f"{path}:2: line is blank", "gemini", "request", str(path))
    path.write_bytes(request + b"\0")
    return wrong + _expect(1, "not JSON", "gemini", "request", str(path))


def package_test() -> list[str]:
    """What the strict twins refuse first in a whole record, the layers below refuse too."""
    wrong = []
    text = {"parts": [{"text": "q"}]}
    odd = {"contents": [text], "generationConfig": {"responseModalities": ["SMELL"]}}
    unknown = {"contents": [text], "config": {}}
    for request, reason in ((odd, "not a valid Modality"), (unknown, "not permitted"),
                            ({"contents": [text]}, "")):
        found = gemini._package_problems(gemini.GenerateContentRequest, request, "request")
        if bool(found) != bool(reason) or reason not in "".join(found):
            wrong.append(f"google-genai on {request}: {found}")
    found = shapes.botocore_problems({"modelId": "m", "messages": 5},
                                     shapes.runtime_shape("ConverseRequest"), "modelInput")
    if not found:
        wrong.append("botocore takes messages that are no array")
    try:
        typed.strict_annotation(complex)
        wrong.append("an annotation that is not known passes")
    except TypeError:
        pass
    return wrong


def size_test() -> list[str]:
    """An image above the limit; as a record it would be five megabytes of test data."""
    image = {"format": "png", "source": {"bytes": "AAAA" * 1_250_001}}
    record = {"modelInput": {"messages": [{"role": "user", "content": [{"image": image}]}]}}
    found = bedrock.check_request(record)
    expected = ["modelInput.messages[0].content: image of more than 3750000 bytes"]
    return [] if found == expected else [f"image size: {found}"]


def depth_test() -> list[str]:
    wrong = []
    for depth, expected in ((records.MAX_DEPTH, ""), (records.MAX_DEPTH + 1, "deeper"),
                            (10**6, "deeper")):
        line = b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"
        reason = records.parse_line(line)[1]
        if (expected not in reason) if expected else reason:
            wrong.append(f"depth {depth}: {reason!r}")
    return wrong


def limits_test(scratch: Path) -> list[str]:
    path = scratch / "many.jsonl"
    line = b'{"key":"k","request":{}}\n'
    path.write_bytes(line * 3)
    checker = validate.Checker(lambda _: [], lambda _: [], frozenset(), frozenset(), 2, 10)
    validate.CHECKERS["limited"] = checker
    try:
        found = [reason for _, reasons in validate.check_file(str(path), "limited", "request")
                 for reason in reasons]
    finally:
        del validate.CHECKERS["limited"]
    expected = ["3 records, at most 2 a file", f"{3 * len(line)} bytes, at most 10 a file"]
    return [] if found == expected else [f"limits: {found}, expected {expected}"]


def main() -> int:
    passed = failed = 0
    with tempfile.TemporaryDirectory() as directory:
        scratch = Path(directory)
        tests: list[tuple[str, Callable[[], list[str]]]] = [
            (f"{format_name} {kind}", lambda f=format_name, k=kind: records_test(f, k))
            for format_name in validate.CHECKERS for kind in validate.KINDS]
        tests += [("command line", lambda: command_line_test(scratch)),
                  ("tree", lambda: tree_test(scratch)), ("file", lambda: file_test(scratch)),
                  ("depth", depth_test), ("packages", package_test), ("sizes", size_test),
                  ("limits", lambda: limits_test(scratch))]
        for name, test in tests:
            wrong = test()
            print("\n".join([f"{'FAIL' if wrong else 'ok'}: {name}", *wrong]))
            failed += bool(wrong)
            passed += not wrong
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
