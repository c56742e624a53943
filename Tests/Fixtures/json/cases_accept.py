# SPDX-License-Identifier: Apache-2.0

# Texts that must be accepted (ACCEPT) and texts where both answers are right (EITHER). A row is
# the name without its `y_` or `i_` prefix and the exact bytes. No accepted text holds a raw LF,
# because LF separates records.

DEPTH_LIMIT = 1024

Row = tuple[str, bytes]

STRUCTURE: list[Row] = [
    ("structure_null", b"null"),
    ("structure_true", b"true"),
    ("structure_false", b"false"),
    ("structure_lone_number", b"42"),
    ("structure_lone_negative_number", b"-0.1"),
    ("structure_lone_string", b'"text"'),
    ("structure_lone_empty_string", b'""'),
    ("structure_lone_one_letter_string", b'"a"'),
    ("structure_empty_array", b"[]"),
    ("structure_empty_object", b"{}"),
    ("structure_number_then_trailing_space", b"7 "),
    ("structure_literal_then_trailing_tab", b"null\t"),
    ("structure_every_type", b'{"a":[null,true,false,0,-1.5e+3,"s",{},[]]}'),
]

WHITESPACE: list[Row] = [
    ("whitespace_leading_space", b" []"),
    ("whitespace_leading_tab", b"\t[]"),
    ("whitespace_leading_cr", b"\r[]"),
    ("whitespace_trailing_space", b"[] "),
    ("whitespace_trailing_tab", b"{}\t"),
    ("whitespace_trailing_cr", b"{}\r"),
    ("whitespace_in_empty_array", b"[ \t\r ]"),
    ("whitespace_in_empty_object", b"{ \t\r }"),
    ("whitespace_around_colon", b'{"a" \t\r: \t\r1}'),
    ("whitespace_around_comma", b"[1 \t\r, \t\r2]"),
    ("whitespace_around_comma_in_object", b'{"a":1 \t\r, \t\r"b":2}'),
    ("whitespace_after_number_before_brace", b'{"a":1 }'),
    ("whitespace_after_literal_before_bracket", b"[true\t]"),
    ("whitespace_long_run", b"[" + b" " * 4096 + b"1" + b"\t" * 4096 + b"]"),
    ("whitespace_lone_cr_between_tokens", b'{"a":1,\r"b":2}'),
    ("whitespace_python_style", b'{"a": 1, "b": [1, 2], "c": {"d": null}}'),
]

ARRAY: list[Row] = [
    ("array_one_element", b"[1]"),
    ("array_mixed_types", b'[1,"a",null,true,false,{},[]]'),
    ("array_of_empty_strings", b'["","",""]'),
    ("array_of_nulls", b"[null,null,null]"),
    ("array_nested_siblings", b"[[],[[]],[[],[]]]"),
    ("array_of_objects", b'[{"a":1},{"b":2}]'),
    ("array_thousand_elements", b"[" + b",".join(b"%d" % i for i in range(1000)) + b"]"),
    ("array_ends_with_string", b'["a"]'),
    ("array_brackets_inside_strings", b'["]","[","}","{",",",":"]'),
]

OBJECT: list[Row] = [
    ("object_one_member", b'{"a":1}'),
    ("object_empty_key", b'{"":0}'),
    ("object_blank_key", b'{" ":0}'),
    ("object_escaped_key", b'{"a\\"b\\\\c\\u0041":0}'),
    ("object_nul_escape_in_key", b'{"\\u0000":0}'),
    ("object_unicode_key", '{"ключ":"値"}'.encode()),
    ("object_surrogate_pair_in_key", b'{"\\ud83d\\ude00":0}'),
    ("object_braces_inside_strings", b'{"}":"{","]":"[",",":":"}'),
    ("object_nested", b'{"a":{"b":{"c":{"d":{}}}}}'),
    ("object_duplicate_key", b'{"a":1,"a":2}'),
    ("object_duplicate_key_same_value", b'{"a":1,"a":1}'),
    ("object_duplicate_key_after_unescape", b'{"a":1,"\\u0061":2}'),
    ("object_keys_differ_in_case", b'{"key":1,"Key":2,"KEY":3}'),
    ("object_long_key", b'{"' + b"k" * 5000 + b'":1}'),
    ("object_numeric_looking_keys", b'{"0":0,"-1":1,"1e5":2}'),
    ("object_literal_looking_keys", b'{"null":0,"true":1,"false":2}'),
    ("object_many_members", b"{" + b",".join(b'"k%d":%d' % (i, i) for i in range(500)) + b"}"),
    ("object_value_of_each_type", b'{"a":null,"b":true,"c":1,"d":"","e":[],"f":{}}'),
]

NUMBER: list[Row] = [
    ("number_zero", b"0"),
    ("number_minus_zero", b"[-0]"),
    ("number_minus_zero_fraction", b"[-0.0]"),
    ("number_one_digit", b"[5]"),
    ("number_minus_one", b"[-1]"),
    ("number_fraction", b"[0.5]"),
    ("number_trailing_zeros", b"[1.000]"),
    ("number_leading_zeros_in_fraction", b"[0.0001]"),
    ("number_exponent", b"[1e5]"),
    ("number_exponent_capital", b"[1E5]"),
    ("number_exponent_plus", b"[1e+5]"),
    ("number_exponent_minus", b"[1E-5]"),
    ("number_exponent_leading_zero", b"[1e05]"),
    ("number_exponent_zero", b"[1e0]"),
    ("number_zero_with_exponent", b"[0e1]"),
    ("number_zero_with_capital_exponent", b"[0E+1]"),
    ("number_minus_zero_with_exponent", b"[-0e-1]"),
    ("number_fraction_and_exponent", b"[-12.34e-56]"),
    ("number_int64_max", b"[9223372036854775807]"),
    ("number_int64_min", b"[-9223372036854775808]"),
    ("number_above_uint64", b"[18446744073709551616]"),
    ("number_23_digits", b"[12345678901234567890123]"),
    ("number_huge_exponent", b"[1e400]"),
    ("number_huge_negative_exponent", b"[1e-400]"),
    ("number_exponent_of_100_digits", b"[1e" + b"9" * 100 + b"]"),
    ("number_negative_exponent_of_100_digits", b"[-1e-" + b"9" * 100 + b"]"),
    ("number_10000_digits", b"[" + b"7" * 10_000 + b"]"),
    ("number_fraction_of_10000_digits", b"[0." + b"3" * 10_000 + b"]"),
    ("number_double_max", b"[1.7976931348623157e308]"),
    ("number_just_above_double_max", b"[1.7976931348623159e308]"),
    ("number_smallest_subnormal", b"[5e-324]"),
    ("number_more_digits_than_double", b"[0.1000000000000000055511151231257827]"),
    ("number_then_space", b"[1 ]"),
    ("number_last_in_object", b'{"a":-1.5E+10}'),
]

STRING: list[Row] = [
    ("string_each_short_escape", b'["\\"\\\\\\/\\b\\f\\n\\r\\t"]'),
    ("string_escaped_quote_only", b'["\\""]'),
    ("string_escaped_backslash_only", b'["\\\\"]'),
    ("string_escaped_backslash_before_quote", b'["a\\\\","b"]'),
    ("string_three_backslashes_and_quote", b'["\\\\\\""]'),
    ("string_64_escaped_backslashes", b'["' + b"\\\\" * 64 + b'"]'),
    ("string_escaped_slash", b'["\\/\\/"]'),
    ("string_plain_slash", b'["a/b"]'),
    ("string_unicode_escape_lower_hex", b'["\\u00e9\\u00ff"]'),
    ("string_unicode_escape_upper_hex", b'["\\u00E9\\u00FF"]'),
    ("string_unicode_escape_mixed_hex", b'["\\uaBcD"]'),
    ("string_unicode_escape_nul", b'["\\u0000"]'),
    ("string_unicode_escape_controls", b'["\\u0001\\u001f\\u007f"]'),
    ("string_unicode_escape_quote", b'["\\u0022"]'),
    ("string_unicode_escape_backslash", b'["\\u005c"]'),
    ("string_unicode_escape_backslash_then_u", b'["\\u005cu0041"]'),
    ("string_unicode_escape_then_digits", b'["\\u00411234"]'),
    ("string_unicode_escape_separators", b'["\\u2028\\u2029\\u0085"]'),
    ("string_unicode_escape_bom", b'["\\ufeff"]'),
    ("string_unicode_escape_noncharacters", b'["\\ufffe\\uFFFF\\ufdd0"]'),
    ("string_escape_below_surrogates", b'["\\ud7ff"]'),
    ("string_escape_above_surrogates", b'["\\ue000"]'),
    ("string_surrogate_pair_lower_hex", b'["\\ud83d\\ude00"]'),
    ("string_surrogate_pair_upper_hex", b'["\\uD83D\\uDE00"]'),
    ("string_surrogate_pair_lower_then_upper", b'["\\ud83d\\uDE00"]'),
    ("string_surrogate_pair_upper_then_lower", b'["\\uD83D\\ude00"]'),
    ("string_surrogate_pair_mixed_in_escape", b'["\\uD8aB\\udCfF"]'),
    ("string_surrogate_pair_first", b'["\\ud800\\udc00"]'),
    ("string_surrogate_pair_last", b'["\\udbff\\udfff"]'),
    ("string_two_surrogate_pairs", b'["\\ud83d\\ude00\\ud83d\\ude01"]'),
    ("string_escaped_backslash_before_ud800", b'["\\\\ud800"]'),
    ("string_two_level_surrogate_text", b'["{\\"a\\":\\"\\\\ud83d\\\\ude00\\"}"]'),
    ("string_comment_marks", b'["/* no comment */ // none"]'),
    ("string_arguments_one_level", b'["{\\"city\\":\\"Oslo\\",\\"n\\":1.0}"]'),
    ("string_arguments_two_levels", b'["{\\"x\\":\\"{\\\\\\"y\\\\\\":1}\\"}"]'),
    ("string_data_url", b'["data:image\\/png;base64,iVBORw0KGgo="]'),
    ("string_escaped_base64_padding", b'["QQ\\u003d\\u003d\\u002b"]'),
    ("string_raw_delete", b'["\x7f"]'),
    ("string_all_printable_ascii", b'["' + bytes(
        b for b in range(0x20, 0x7F) if b not in b'"\\') + b'"]'),
    ("string_100_kilobytes", b'["' + b"abcdefghij" * 10_240 + b'"]'),
    ("string_escape_at_each_offset", b"[" + b",".join(
        b'"' + b"x" * i + b'\\n"' for i in range(70)) + b"]"),
]

UTF8: list[Row] = [
    ("utf8_two_bytes_first", b'["\xc2\x80"]'),
    ("utf8_two_bytes_last", b'["\xdf\xbf"]'),
    ("utf8_three_bytes_first", b'["\xe0\xa0\x80"]'),
    ("utf8_three_bytes_last", b'["\xef\xbf\xbf"]'),
    ("utf8_below_surrogates", b'["\xed\x9f\xbf"]'),
    ("utf8_above_surrogates", b'["\xee\x80\x80"]'),
    ("utf8_four_bytes_first", b'["\xf0\x90\x80\x80"]'),
    ("utf8_last_code_point", b'["\xf4\x8f\xbf\xbf"]'),
    ("utf8_plane_15", b'["\xf3\xbf\xbf\xbd"]'),
    ("utf8_noncharacter_fffe", b'["\xef\xbf\xbe"]'),
    ("utf8_replacement_character", b'["\xef\xbf\xbd"]'),
    ("utf8_bom_inside_string", b'["a\xef\xbb\xbfb"]'),
    ("utf8_bom_first_in_string", b'["\xef\xbb\xbf"]'),
    ("utf8_line_separator_raw", b'["a\xe2\x80\xa8b"]'),
    ("utf8_paragraph_separator_raw", b'["a\xe2\x80\xa9b"]'),
    ("utf8_next_line_raw", b'["a\xc2\x85b"]'),
    ("utf8_no_break_space_in_string", b'["a\xc2\xa0b"]'),
    ("utf8_emoji_sequence", '["👩‍👩‍👧‍👦 🇳🇴"]'.encode()),
    ("utf8_scripts", '["Ελληνικά русский 日本語 العربية हिन्दी"]'.encode()),
    ("utf8_combining_marks", '["e\u0301 a\u030a"]'.encode()),
    ("utf8_all_lengths_in_key", '{"aé日😀":1}'.encode()),
    ("utf8_character_at_each_offset", ("[" + ",".join(
        '"' + "x" * i + '😀é"' for i in range(70)) + "]").encode()),
]

DEPTH: list[Row] = [
    ("depth_1024_arrays", b"[" * DEPTH_LIMIT + b"]" * DEPTH_LIMIT),
    ("depth_1024_objects", b'{"a":' * (DEPTH_LIMIT - 1) + b"{}" + b"}" * (DEPTH_LIMIT - 1)),
    ("depth_1024_alternating", b'[{"a":' * (DEPTH_LIMIT // 2 - 1) + b"[{}]"
        + b"}]" * (DEPTH_LIMIT // 2 - 1)),
    ("depth_1024_with_scalar_inside", b"[" * DEPTH_LIMIT + b"1" + b"]" * DEPTH_LIMIT),
    ("depth_1023_arrays", b"[" * (DEPTH_LIMIT - 1) + b"]" * (DEPTH_LIMIT - 1)),
    ("depth_1024_twice", b"[" + b",".join(
        [b"[" * (DEPTH_LIMIT - 1) + b"]" * (DEPTH_LIMIT - 1)] * 2) + b"]"),
    ("depth_3000_brackets_in_string", b'["' + b"[" * 3000 + b'"]'),
    ("depth_3000_siblings", b"[" + b",".join([b"[]"] * 3000) + b"]"),
]

ACCEPT: list[Row] = [
    *STRUCTURE, *WHITESPACE, *ARRAY, *OBJECT, *NUMBER, *STRING, *UTF8, *DEPTH,
]

# A blank text is no JSON, yet as a line it is skipped; a BOM or a raw LF is handled before the
# JSON layer; a text with two faults may be reported by either.
EITHER: list[Row] = [
    ("structure_empty", b""),
    ("structure_one_space", b" "),
    ("structure_one_tab", b"\t"),
    ("structure_one_cr", b"\r"),
    ("structure_mixed_blanks", b" \t\r \t"),
    ("structure_bom_only", b"\xef\xbb\xbf"),
    ("structure_bom_then_object", b"\xef\xbb\xbf{}"),
    ("structure_bom_then_space_then_array", b"\xef\xbb\xbf []"),
    ("whitespace_lf_between_tokens", b"[1,\n2]"),
    ("whitespace_lf_leading", b"\n{}"),
    ("whitespace_crlf_pretty_printed", b'{\r\n  "a": 1\r\n}'),
    ("string_lone_surrogate_then_cut_escape", b'["\\ud800\\u"]'),
    ("string_lone_surrogate_then_bad_escape", b'["\\ud800\\x"]'),
    ("string_lone_surrogate_then_bad_hex", b'["\\ud800\\udg00"]'),
    ("string_lone_surrogate_unterminated", b'["\\ud800'),
    ("string_lone_surrogate_cut_in_pair", b'["\\ud83d\\ude'),
    ("string_lone_surrogate_then_bad_utf8", b'["\\ud800\xff"]'),
    ("depth_1025_and_lone_surrogate", b'["\\ud800",' + b"[" * 1024 + b"]" * 1025),
]
