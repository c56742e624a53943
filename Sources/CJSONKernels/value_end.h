// SPDX-License-Identifier: Apache-2.0

// The check of a whole JSON value, written once for all widths: a file that includes this has
// defined TARGET and string_end before.

/// The places behind the blanks at an offset; counts them.
TARGET static inline size_t skip_blanks(
    const uint8_t *text, size_t count, size_t offset, size_t *blanks
) {
    while (offset < count && text[offset] <= 0x20) {
        uint8_t byte = text[offset];
        if (byte != ' ' && byte != '\t' && byte != '\r' && byte != '\n') break;
        offset++;
        ++*blanks;
    }
    return offset;
}

/// The end of a number (RFC 8259 section 6), or 0 where there is none.
TARGET static inline size_t number_end(const uint8_t *text, size_t count, size_t offset) {
    if (text[offset] == '-') offset++;
    size_t start = offset;
    while (offset < count && (uint8_t)(text[offset] - '0') < 10) offset++;
    if (offset == start || (offset > start + 1 && text[start] == '0')) return 0;
    if (offset < count && text[offset] == '.') {
        start = ++offset;
        while (offset < count && (uint8_t)(text[offset] - '0') < 10) offset++;
        if (offset == start) return 0;
    }
    if (offset < count && (text[offset] | 0x20) == 'e') {
        offset++;
        if (offset < count && (text[offset] == '+' || text[offset] == '-')) offset++;
        start = offset;
        while (offset < count && (uint8_t)(text[offset] - '0') < 10) offset++;
        if (offset == start) return 0;
    }
    return offset;
}

/// The end of a string of which the quote stands at an offset, or 0 where there is a fault.
TARGET static inline size_t string_value_end(const uint8_t *text, size_t count, size_t offset) {
    bool has_escapes = false;
    ptrdiff_t length = string_end(text + offset + 1, count - offset - 1, &has_escapes);
    return length < 0 ? 0 : offset + (size_t)length + 2;
}

TARGET static inline bool is_word(
    const uint8_t *text, size_t count, size_t offset, const char *word, size_t length
) {
    return count - offset >= length && memcmp(text + offset, word, length) == 0;
}

TARGET static ptrdiff_t value_end(
    const uint8_t *text, size_t count, unsigned depth_limit, bool *has_blanks
) {
    // A bit for each open container: set for objects.
    uint64_t open[JSON_KERNEL_DEPTH / 64];
    unsigned depth = 0;
    bool in_object = false;
    size_t offset = 0;
    size_t blanks = 0;
    if (depth_limit > JSON_KERNEL_DEPTH) depth_limit = JSON_KERNEL_DEPTH;
    while (true) {
        // A value begins here, or the name in front of one.
        offset = skip_blanks(text, count, offset, &blanks);
        if (in_object) {
            if (offset >= count || text[offset] != '"') return json_kernel_none;
            offset = string_value_end(text, count, offset);
            if (offset == 0) return json_kernel_none;
            offset = skip_blanks(text, count, offset, &blanks);
            if (offset >= count || text[offset] != ':') return json_kernel_none;
            offset = skip_blanks(text, count, offset + 1, &blanks);
        }
        if (offset >= count) return json_kernel_none;
        switch (text[offset]) {
        case '"':
            offset = string_value_end(text, count, offset);
            if (offset == 0) return json_kernel_none;
            break;
        case '{':
        case '[': {
            if (depth == depth_limit) return json_kernel_none;
            in_object = text[offset] == '{';
            uint64_t bit = 1ull << (depth & 63);
            open[depth / 64] = (depth & 63 ? open[depth / 64] & ~bit : 0) | (in_object ? bit : 0);
            depth++;
            offset = skip_blanks(text, count, offset + 1, &blanks);
            if (offset >= count) return json_kernel_none;
            if (text[offset] != (in_object ? '}' : ']')) continue;
            break;
        }
        case 't':
            if (!is_word(text, count, offset, "true", 4)) return json_kernel_none;
            offset += 4;
            break;
        case 'f':
            if (!is_word(text, count, offset, "false", 5)) return json_kernel_none;
            offset += 5;
            break;
        case 'n':
            if (!is_word(text, count, offset, "null", 4)) return json_kernel_none;
            offset += 4;
            break;
        default:
            if (text[offset] != '-' && (uint8_t)(text[offset] - '0') >= 10) return json_kernel_none;
            offset = number_end(text, count, offset);
            if (offset == 0) return json_kernel_none;
        }
        // A value has ended, or an empty container is about to: close what is closed here.
        while (true) {
            if (depth == 0) {
                *has_blanks = blanks > 0;
                return (ptrdiff_t)offset;
            }
            offset = skip_blanks(text, count, offset, &blanks);
            if (offset >= count) return json_kernel_none;
            if (text[offset] == ',') {
                offset++;
                break;
            }
            if (text[offset] != (in_object ? '}' : ']')) return json_kernel_none;
            offset++;
            depth--;
            in_object = depth > 0 && open[(depth - 1) / 64] >> ((depth - 1) & 63) & 1;
        }
    }
}
