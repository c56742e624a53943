#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Converts every fixture to every format, for validate.py to look at.

usage: convert_all.py TRANSCODE OUTPUT_FOLDER

Inputs are the golden cases, the case folders and, where the folder is there, batch files from the
wild (TRANSCODE_REAL_FILES, or ../shared/real beside the project). Records that are refused are
left out; ids are made unique, since most golden cases share one. Same-format conversions are left
out too: they copy their input, whatever it is. Between OpenAI's two dialects is a conversion.
"""
from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FIXTURES = PROJECT / "Tests" / "Fixtures"
TARGETS = ["bedrock/converse", "bedrock/anthropic", "bedrock/nova", "bedrock/llama",
           "bedrock/mistral", "bedrock/titan", "openai/chat", "openai/responses", "gemini",
           "gemini/vertex", "anthropic", "openai/embeddings", "gemini/embed-content",
           "bedrock/titan-embed", "bedrock/cohere-embed"]
# By its provider alone a target takes embeddings too, which have files of their own here.
NAMED = {"gemini": "gemini/generate-content"}
MODELS = {"openai/chat": "gpt-4o-mini", "openai/responses": "gpt-4o-mini",
          "anthropic": "claude-sonnet-4-5", "gemini": "gemini-2.5-flash",
          "gemini/vertex": "gemini-2.5-flash", "bedrock/converse": "anthropic.claude-sonnet-4-5",
          "bedrock/anthropic": "claude-sonnet-4-5", "bedrock/nova": "amazon.nova-2-lite-v1:0",
          "bedrock/llama": "meta.llama3-8b-instruct-v1:0",
          "bedrock/mistral": "mistral.mistral-7b-instruct-v0:2",
          "bedrock/titan": "amazon.titan-text-express-v1",
          "openai/embeddings": "text-embedding-3-small",
          "gemini/embed-content": "gemini-embedding-001",
          "bedrock/titan-embed": "amazon.titan-embed-text-v2:0",
          "bedrock/cohere-embed": "cohere.embed-v4:0"}
# Cases whose input a provider would refuse, in a way that conversions pass on: budgets out of
# bounds between two Claudes, calls that nobody answers, schemas that are no objects, names of
# tools in results, the deepest nesting.
PASSED_ON = {
    "thinking_budget_a2o", "effort_with_budget_a2o", "budget_passes_unchecked_b2a",
    "native_anthropic_tools_b2o", "raw_escapes_args_o2g", "result_count_smaller_than_calls_g2b",
    "json_schema_field_raw_g2o", "strict_notes_pass_o2g", "own_tools_names_copied_g2o",
    "passes_o2r", "url_responses_passes_in_a_mixed_file_o2r", "own_depth_1024_b2o",
    "own_tools_names_copied_g2b", "tool_id_missing_synthesized_o2b",
}
# The same between OpenAI's dialects: arguments that are no JSON object, vectors whose base64 is cut,
# unpadded or none.
PASSED_ON_WITHIN_OPENAI = {
    "call_id_missing_r2b", "call_id_missing_r2o", "empty_assistant_content_with_tool_call_o2b",
    "tool_args_invalid_and_not_an_object_o2b", "tool_args_invalid_o2g", "embed_base64_cut_o2g",
    "embed_base64_not_o2g", "embed_base64_unpadded_o2g",
}
ID_MEMBER = {"openai/chat": "custom_id", "openai/responses": "custom_id", "gemini": "key",
             "gemini/vertex": "custom_id", "anthropic": "custom_id",
             "openai/embeddings": "custom_id", "gemini/embed-content": "key"}


def golden_records() -> dict[tuple[str, str], list[tuple[str, bytes]]]:
    """The inputs of all golden cases by kind and format; bad ones are refused by the engine."""
    records: dict[tuple[str, str], list[tuple[str, bytes]]] = defaultdict(list)
    for folder in ("golden", "golden-own"):
        for file in sorted((FIXTURES / folder).glob("*.jsonl")):
            for line in file.read_text(encoding="utf-8").split("\n"):
                if not line.strip():
                    continue
                case = json.loads(line)
                if case["name"] in PASSED_ON:
                    continue
                source = "gemini" if case["from"] == "vertex" else case["from"]
                raw = case.get("input_raw")
                text = raw if raw is not None else json.dumps(case["input"], ensure_ascii=False)
                line = text.lstrip("\ufeff").encode()
                records[case["kind"], source].append((case["name"], line))
    return records


def folder_records() -> dict[tuple[str, str], list[tuple[str, bytes]]]:
    """The spellings of the case folders by kind and format."""
    records: dict[tuple[str, str], list[tuple[str, bytes]]] = defaultdict(list)
    for kind, folder in (("request", "cases"), ("result", "results")):
        for file in sorted((FIXTURES / folder).glob("*/*.jsonl")):
            source = file.name.split(".")[0].replace("-", "/", 1)
            # Named whole, since it is converted to Bedrock's other dialects too.
            source = "bedrock/converse" if source == "bedrock" else source
            line = file.read_bytes().rstrip(b"\n")
            records[kind, source].append((file.parent.name, line))
    return records


def real_files() -> list[tuple[str, str, Path]]:
    """Batch files from the wild: kind, format and path."""
    default = PROJECT.parent / "shared" / "real"
    folder = Path(os.environ.get("TRANSCODE_REAL_FILES", default))
    if not folder.is_dir():
        print(f"convert_all: no folder {folder.name} of real files here: left out")
        return []
    found = []
    for file in sorted(folder.glob("*/*.jsonl")):
        provider, kind = file.parent.name.rsplit("-", 1)
        found.append((kind, "gemini" if provider == "vertex" else provider, file))
    return found


def with_unique_ids(output: bytes, target: str, prefix: str) -> bytes:
    """The records with ids that differ, so that the files are valid as a whole.

    Ids are replaced in the text: Python's own JSON would change numbers such as 1e400.
    """
    member = ID_MEMBER.get(target, "recordId").encode()
    pattern = re.compile(rb'"' + member + rb'":"(?:[^"\\]|\\.)*"')
    lines = []
    for number, line in enumerate(output.split(b"\n")):
        if line:
            identity = b'"%s":"%s-%d"' % (member, prefix.encode(), number)
            lines.append(pattern.sub(identity, line, count=1))
    return b"\n".join(lines) + b"\n" if lines else b""


def convert(transcode: str, kind: str, source: str, target: str, data: bytes) -> bytes:
    """Converts records in memory; a status other than 0 or 1 ends the run."""
    command = [transcode, "convert", "-q", "--kind", kind, "-f", source,
               "-t", NAMED.get(target, target),
               "-m", MODELS[target], "--created", "1700000000", "--on-error", "skip", "-"]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"convert_all: {' '.join(command)}: {done.returncode}\n{done.stderr.decode()}")
    return done.stdout


def converts(source: str, target: str, name: str) -> bool:
    """Whether a conversion does more than to copy its input, or to pass its faults on."""
    if target.split("/")[0] != source.split("/")[0]:
        return True
    if source.startswith("openai/") and name not in PASSED_ON_WITHIN_OPENAI:
        return target != source
    return source.startswith("bedrock/") and target != source


def by_dialect(source: str) -> str:
    """OpenAI's sources with their dialect: what is read as openai would be copied in part."""
    return "openai/chat" if source == "openai" else source


def main() -> None:
    transcode, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    jobs: list[tuple[str, str, str, str, bytes]] = []
    for name, records in (("golden", golden_records()), ("cases", folder_records())):
        for (kind, provider), cases in sorted(records.items()):
            source = by_dialect(provider)
            # Golden cases share their ids, which OpenAI and Anthropic refuse: one run each.
            for case, line in cases:
                for target in TARGETS:
                    if converts(source, target, case):
                        label = f"{name}-{source.replace('/', '-')}"
                        jobs.append((label, kind, source, target, line + b"\n"))
    for kind, provider, file in real_files():
        source = by_dialect(provider)
        for target in TARGETS:
            if converts(source, target, file.name):
                label = f"real-{source.replace('/', '-')}"
                jobs.append((label, kind, source, target, file.read_bytes()))
    outputs: dict[tuple[str, str, str], list[bytes]] = defaultdict(list)
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        results = pool.map(lambda job: convert(transcode, *job[1:]), jobs)
        for (name, kind, _, target, _), output in zip(jobs, results):
            outputs[name, kind, target].append(output)
    total = 0
    for (name, kind, target), parts in sorted(outputs.items()):
        data = with_unique_ids(b"".join(parts), target, "r")
        total += data.count(b"\n")
        if data:
            path = folder / f"{name}.{target.replace('/', '-')}.{kind}.jsonl"
            path.write_bytes(data)
    print(f"convert_all: {total} records of {len(jobs)} conversions in {len(outputs)} files")


if __name__ == "__main__":
    main()
