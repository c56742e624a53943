# SPDX-License-Identifier: Apache-2.0

# Writes the line-splitting fixtures: `<slug>.bin` is the file as read, `<slug>.expected.json` an
# array of [physical line number from 1, content in hex] for each line that is not blank. The
# expectations are written by hand in the table below, not computed from the bytes.
#
# Only LF ends a line. The content has no LF and loses one CR at its end. A BOM is skipped at
# offset 0 and nowhere else. A line of nothing but spaces, tabs and CRs is blank: it is skipped
# and counted. A reader must give the same lines for every way to cut the bytes into chunks.

import json
from pathlib import Path

FOLDER = Path(__file__).resolve().parent

BOM = b"\xef\xbb\xbf"
LONG = b'{"data":"' + b"0123456789abcdef" * 6400 + b'"}'
TINY_LINES = 3000

Lines = list[tuple[int, bytes]]
Case = tuple[str, bytes, Lines]

ENDINGS: list[Case] = [
    ("lf", b"{}\n[]\n1\n", [(1, b"{}"), (2, b"[]"), (3, b"1")]),
    ("crlf", b"{}\r\n[]\r\n", [(1, b"{}"), (2, b"[]")]),
    ("mixed_lf_and_crlf", b"a\nb\r\nc\nd\r\n", [(1, b"a"), (2, b"b"), (3, b"c"), (4, b"d")]),
    ("one_line_no_final_newline", b"{}", [(1, b"{}")]),
    ("no_final_newline", b"a\nb", [(1, b"a"), (2, b"b")]),
    ("no_final_newline_after_crlf", b"a\r\nb", [(1, b"a"), (2, b"b")]),
    ("final_cr_without_lf", b"a\r\nb\r", [(1, b"a"), (2, b"b")]),
    ("final_blanks_without_lf", b"a\n \t ", [(1, b"a")]),
    ("two_crs_before_lf", b"a\r\r\nb\n", [(1, b"a\r"), (2, b"b")]),
    ("lone_cr_inside", b'{"a":1,\r"b":2}\n[\r]\r\n', [(1, b'{"a":1,\r"b":2}'), (2, b"[\r]")]),
    ("only_crs_between", b"a\rb\rc", [(1, b"a\rb\rc")]),
    ("cr_at_start", b"\ra\n\rb\r\n", [(1, b"\ra"), (2, b"\rb")]),
    ("lf_then_cr", b"a\n\rb\n", [(1, b"a"), (2, b"\rb")]),
]

BLANKS: list[Case] = [
    ("empty", b"", []),
    ("one_newline", b"\n", []),
    ("only_newlines", b"\n\n\n\n\n", []),
    ("only_crlfs", b"\r\n\r\n\r\n", []),
    ("one_cr", b"\r", []),
    ("only_blanks_no_newline", b" \t \r ", []),
    ("blank_lines_between", b"a\n\n\nb\n\nc\n", [(1, b"a"), (4, b"b"), (6, b"c")]),
    ("blank_lines_first", b"\n\r\n\na\n", [(4, b"a")]),
    ("blank_lines_last", b"a\n\n\r\n\n", [(1, b"a")]),
    ("whitespace_only_lines", b"a\n   \n\t\t\n\r\n \t\r\r\n\r\r\nb\n", [(1, b"a"), (7, b"b")]),
    ("blanks_around_content", b"  a  \n\tb\t\r\n c \r \n", [
        (1, b"  a  "), (2, b"\tb\t"), (3, b" c \r ")]),
    ("form_feed_is_content", b"a\n\x0c\n\x0b\nb\n", [
        (1, b"a"), (2, b"\x0c"), (3, b"\x0b"), (4, b"b")]),
    ("no_break_space_is_content", b"a\n\xc2\xa0\nb\n", [(1, b"a"), (2, b"\xc2\xa0"), (3, b"b")]),
]

MARKS: list[Case] = [
    ("bom_first", BOM + b"a\nb\n", [(1, b"a"), (2, b"b")]),
    ("bom_first_crlf", BOM + b"a\r\nb\r\n", [(1, b"a"), (2, b"b")]),
    ("bom_only", BOM, []),
    ("bom_and_newline", BOM + b"\na\n", [(2, b"a")]),
    ("bom_and_blanks", BOM + b" \t\r\na\n", [(2, b"a")]),
    ("bom_after_blank", b" " + BOM + b"a\n", [(1, b" " + BOM + b"a")]),
    ("bom_on_second_line", b"a\n" + BOM + b"b\n", [(1, b"a"), (2, BOM + b"b")]),
    ("bom_after_newline", b"\n" + BOM + b"a\n", [(2, BOM + b"a")]),
    ("bom_inside_and_at_end", b"a" + BOM + b"b\nc" + BOM, [
        (1, b"a" + BOM + b"b"), (2, b"c" + BOM)]),
    ("bom_twice", BOM + BOM + b"a\n", [(1, BOM + b"a")]),
    ("bom_alone_on_second_line", b"a\n" + BOM + b"\nb\n", [(1, b"a"), (2, BOM), (3, b"b")]),
    ("bom_cut_after_one_byte", b"\xef", [(1, b"\xef")]),
    ("bom_cut_after_two_bytes", b"\xef\xbb\na\n", [(1, b"\xef\xbb"), (2, b"a")]),
    ("bom_of_utf16", b"\xff\xfe{\x00}\x00\n\x00", [(1, b"\xff\xfe{\x00}\x00"), (2, b"\x00")]),
]

BYTES: list[Case] = [
    ("line_separator_inside", b'"a\xe2\x80\xa8b"\n"c"\n', [(1, b'"a\xe2\x80\xa8b"'), (2, b'"c"')]),
    ("paragraph_separator_inside", b'"a\xe2\x80\xa9b"\r\n1', [(1, b'"a\xe2\x80\xa9b"'), (2, b"1")]),
    ("next_line_inside", b'"a\xc2\x85b"\n1\n', [(1, b'"a\xc2\x85b"'), (2, b"1")]),
    ("unicode_separators_alone", b"\xe2\x80\xa8\n\xe2\x80\xa9\n\xc2\x85\n", [
        (1, b"\xe2\x80\xa8"), (2, b"\xe2\x80\xa9"), (3, b"\xc2\x85")]),
    ("ascii_separators_inside", b"a\x1cb\x1dc\x1ed\x1fe\n1\n", [
        (1, b"a\x1cb\x1dc\x1ed\x1fe"), (2, b"1")]),
    ("nul_inside", b"a\x00b\nc\n", [(1, b"a\x00b"), (2, b"c")]),
    ("nul_alone", b"\x00\n\x00\x00\r\na", [(1, b"\x00"), (2, b"\x00\x00"), (3, b"a")]),
    ("nul_padding_at_end", b"a\n" + b"\x00" * 64, [(1, b"a"), (2, b"\x00" * 64)]),
    ("invalid_utf8", b"\xff\xfe\xfd\n\xc3\n\xa9\n", [
        (1, b"\xff\xfe\xfd"), (2, b"\xc3"), (3, b"\xa9")]),
    ("escaped_newline_is_text", b'"a\\nb"\n"c\\r\\n"\r\n', [(1, b'"a\\nb"'), (2, b'"c\\r\\n"')]),
    ("every_byte_but_lf", bytes(b for b in range(256) if b != 10) + b"\n", [
        (1, bytes(b for b in range(256) if b != 10))]),
]

SIZES: list[Case] = [
    ("long_line", LONG + b"\n", [(1, LONG)]),
    ("long_line_between_short_ones", b"1\n" + LONG + b"\r\n\n2", [(1, b"1"), (2, LONG), (4, b"2")]),
    ("long_blank_line", b"a\n" + b" " * 70_000 + b"\nb\n", [(1, b"a"), (3, b"b")]),
    ("tiny_lines", b"".join(b"%d\n" % i for i in range(TINY_LINES)), [
        (i + 1, b"%d" % i) for i in range(TINY_LINES)]),
    ("tiny_lines_with_blanks", b"1\r\n\n" * (TINY_LINES // 2), [
        (2 * i + 1, b"1") for i in range(TINY_LINES // 2)]),
    ("crlf_across_4096", b"x" * 4095 + b"\r\ny\r\n", [(1, b"x" * 4095), (2, b"y")]),
    ("lf_first_after_4096", b"x" * 4096 + b"\ny\n", [(1, b"x" * 4096), (2, b"y")]),
    ("crlf_across_65536", b"x" * 65_535 + b"\r\ny\r\n", [(1, b"x" * 65_535), (2, b"y")]),
    ("ends_at_65536", b"x" * 65_535 + b"\n", [(1, b"x" * 65_535)]),
    ("line_lengths_0_to_130", b"".join(b"z" * i + b"\n" for i in range(131)), [
        (i + 1, b"z" * i) for i in range(1, 131)]),
]

CASES: list[Case] = [*ENDINGS, *BLANKS, *MARKS, *BYTES, *SIZES]


def check(slug: str, content: bytes, lines: Lines) -> None:
    """Guards the table against slips: order, blanks, and contents that the bytes do not hold."""
    numbers = [number for number, _ in lines]
    physical = content.split(b"\n")
    if numbers != sorted(set(numbers)) or numbers and numbers[-1] > len(physical):
        raise SystemExit(f"{slug}: line numbers out of order or out of range")
    for number, line in lines:
        spellings = [line, line + b"\r"]
        if number == 1:
            spellings += [BOM + line, BOM + line + b"\r"]
        if b"\n" in line or not line.strip(b" \t\r") or physical[number - 1] not in spellings:
            raise SystemExit(f"{slug}: line {number} is not as the bytes have it")


def main() -> None:
    files: dict[str, bytes] = {}
    for slug, content, lines in CASES:
        check(slug, content, lines)
        if f"{slug}.bin" in files:
            raise SystemExit(f"two cases are named {slug}")
        rows = ",\n".join(json.dumps([number, line.hex()]) for number, line in lines)
        files[f"{slug}.bin"] = content
        files[f"{slug}.expected.json"] = f"[\n{rows}\n]\n".encode() if rows else b"[]\n"
    for path in [*FOLDER.glob("*.bin"), *FOLDER.glob("*.expected.json")]:
        if path.name not in files:
            path.unlink()
    for name, content in files.items():
        (FOLDER / name).write_bytes(content)
    print(f"{len(CASES)} cases")


if __name__ == "__main__":
    main()
