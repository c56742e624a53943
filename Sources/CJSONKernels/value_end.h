// SPDX-License-Identifier: Apache-2.0

// The check of a whole JSON value, written once for all widths: 64 bytes a step, as sets of places.
// A file that includes this has defined before: TARGET, string_end, struct wide (64 bytes) with
// wide_load, wide_equal, wide_at_most, wide_within and wide_beyond_ascii, and utf8_faults_behind.

/// The first `count` places of 64.
TARGET static inline uint64_t places_before(size_t count) {
    return count >= 64 ? ~0ull : _bzhi_u64(~0ull, (unsigned)count);
}

/// The places from each odd quote up to the next even one.
TARGET static inline uint64_t inside_quotes(uint64_t quotes) {
    __m128i product = _mm_clmulepi64_si128(
        _mm_set_epi64x(0, (long long)quotes), _mm_set1_epi8((char)0xFF), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

/// Places moved up; those that the step before has moved out come in.
static inline uint64_t shifted(uint64_t places, unsigned count, uint64_t before) {
    return places << count | before >> (64 - count);
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

TARGET static inline bool is_word(
    const uint8_t *text, size_t count, size_t offset, const char *word, size_t length
) {
    return count - offset >= length && memcmp(text + offset, word, length) == 0;
}

/// The end of a number or word, or 0 where there is none.
TARGET static size_t scalar_end(const uint8_t *text, size_t count, size_t offset) {
    switch (text[offset]) {
    case 't': return is_word(text, count, offset, "true", 4) ? offset + 4 : 0;
    case 'f': return is_word(text, count, offset, "false", 5) ? offset + 5 : 0;
    case 'n': return is_word(text, count, offset, "null", 4) ? offset + 4 : 0;
    default: return number_end(text, count, offset);
    }
}

/// Whether a byte can stand behind a number or word.
static inline bool ends_scalar(uint8_t byte) {
    return byte <= 0x20 || byte == ',' || byte == ':' || byte == '"' || (byte | 0x20) == '{'
        || (byte | 0x20) == '}';
}

/// What the escapes of a step leave for the next one.
struct escapes {
    bool is_cut;     // the last byte of the step is a backslash that escapes the next one
    uint64_t units;  // the `u` of escapes
    uint64_t tens;   // the first digit of escapes where it is D
    uint64_t heads;  // the second digit of first halves of characters
};

/// The places that a backslash escapes.
static inline uint64_t escaped_places(struct escapes *escapes, uint64_t backslashes) {
    uint64_t first = escapes->is_cut;
    uint64_t starts;
    uint64_t escaped = escaped_bytes(backslashes & ~first, &starts) | first;
    escapes->is_cut = starts >> 63;
    return escaped;
}

/// Checks escapes: known letters, four digits, and halves of characters six bytes apart.
TARGET static inline bool has_wrong_escapes(
    struct escapes *escapes, struct wide block, uint64_t escaped
) {
    uint64_t units = escaped & wide_equal(block, 'u');
    uint64_t letters = units | wide_equal(block, '"') | wide_equal(block, '\\')
        | wide_equal(block, 'n') | wide_equal(block, 't') | wide_equal(block, 'r')
        | wide_equal(block, '/') | wide_equal(block, 'b') | wide_equal(block, 'f');
    if (escaped & ~letters) return true;
    uint64_t before = escapes->units;
    if (!(units | before | escapes->heads)) return false;
    uint64_t digits = wide_within(block, '0', 9);
    uint64_t upper = wide_within(block, 'A', 5);
    uint64_t lower = wide_within(block, 'a', 5);
    uint64_t due = shifted(units, 1, before) | shifted(units, 2, before)
        | shifted(units, 3, before) | shifted(units, 4, before);
    if (due & ~(digits | upper | lower)) return true;
    // D800 to DBFF is the first half of a character, DC00 to DFFF the second.
    uint64_t tens = shifted(units, 1, before) & (wide_equal(block, 'D') | wide_equal(block, 'd'));
    uint64_t second = shifted(tens, 1, escapes->tens);
    uint64_t last = second & (wide_within(block, 'C', 3) | wide_within(block, 'c', 3));
    uint64_t heads = second & ~last & ~wide_within(block, '0', 7);
    if (last != shifted(heads, 6, escapes->heads)) return true;
    escapes->units = units;
    escapes->tens = tens;
    escapes->heads = heads;
    return false;
}

/// The tokens of a step, each at its first byte.
struct tokens {
    uint64_t strings, scalars, colons, commas;
    uint64_t object_starts, array_starts, object_ends, array_ends;
};

/// What the tokens of a step leave for the next one: the token that is due behind them.
struct links {
    bool value, comma, opening, object_start, key;
};

/// The tokens that stand next behind some tokens; `*is_due` where the next one is in a later step.
static inline uint64_t next(uint64_t some, uint64_t all, bool *is_due) {
    // A sum carries each place through those without a token.
    unsigned long long sum;
    bool carries = __builtin_uaddll_overflow(some << 1 | *is_due, ~all, &sum);
    *is_due = carries | (bool)(some >> 63);
    return sum & all;
}

/// Where tokens stand that cannot follow the token in front of them.
struct faults {
    uint64_t anywhere, in_objects, in_arrays;
};

static inline struct faults faults_of(const struct tokens *t, struct links *links) {
    uint64_t ends = t->object_ends | t->array_ends;
    uint64_t values = t->strings | t->scalars | t->object_starts | t->array_starts;
    uint64_t all = values | ends | t->colons | t->commas;
    uint64_t behind_value = next(t->strings | t->scalars | ends, all, &links->value);
    uint64_t behind_comma = next(t->commas, all, &links->comma);
    uint64_t behind_opening = next(t->colons | t->array_starts, all, &links->opening);
    uint64_t behind_start = next(t->object_starts, all, &links->object_start);
    // In arrays these are no keys.
    uint64_t keys = (behind_comma | behind_start) & t->strings;
    uint64_t behind_key = next(keys, all, &links->key);
    return (struct faults){
        .anywhere = (behind_value & ~(t->colons | t->commas | ends)) | (behind_comma & ~values)
            | (behind_opening & ~(values | t->array_ends))
            | (behind_start & ~(t->strings | t->object_ends)) | (t->colons & ~behind_key),
        .in_objects = (behind_comma & ~t->strings) | (behind_key & ~t->colons),
        .in_arrays = t->colons,
    };
}

/// The containers that are open.
struct containers {
    unsigned depth;
    unsigned depth_limit;
    bool in_object;
    bool outer[JSON_KERNEL_DEPTH];
};

/// Follows the brackets of a step; returns the length of the value where it ends, 65 where it goes
/// on, and 0 where there is a fault.
TARGET static inline unsigned follow(
    struct containers *open, const struct tokens *t, const struct faults *faults
) {
    uint64_t starts = t->object_starts | t->array_starts;
    uint64_t brackets = starts | t->object_ends | t->array_ends;
    uint64_t rest = ~0ull;
    for (; brackets; brackets &= brackets - 1) {
        uint64_t bit = brackets & -brackets;
        uint64_t up_to = bit ^ (bit - 1);
        if ((open->in_object ? faults->in_objects : faults->in_arrays) & rest & up_to) return 0;
        rest = ~up_to;
        if (bit & starts) {
            if (open->depth == open->depth_limit) return 0;
            open->outer[open->depth++] = open->in_object;
            open->in_object = (bit & t->object_starts) != 0;
        } else {
            if (open->in_object != ((bit & t->object_ends) != 0)) return 0;
            open->in_object = open->outer[--open->depth];
            if (open->depth == 0) return (unsigned)_tzcnt_u64(bit) + 1;
        }
    }
    return (open->in_object ? faults->in_objects : faults->in_arrays) & rest ? 0 : 65;
}

/// Checks numbers and words, of which `scalars` has all places and `starts` the first ones.
TARGET static inline bool has_wrong_scalars(
    struct wide block, uint64_t scalars, uint64_t starts, const uint8_t *text, size_t count,
    size_t offset
) {
    uint64_t digits = wide_within(block, '0', 9);
    for (; starts; starts &= starts - 1) {
        unsigned place = (unsigned)_tzcnt_u64(starts);
        unsigned length = (unsigned)_tzcnt_u64(~(scalars >> place));
        bool is_whole = place + length < 64;
        if (is_whole && !(places_before(length) & ~(digits >> place))
            && (length == 1 || text[offset + place] != '0')) continue;
        size_t end = scalar_end(text, count, offset + place);
        if (end == 0 || (end < count && !ends_scalar(text[end]))) return true;
    }
    return false;
}

/// The end of a value that is no container.
TARGET static ptrdiff_t plain_value_end(const uint8_t *text, size_t count) {
    if (text[0] == '"') {
        bool has_escapes = false;
        ptrdiff_t length = string_end(text + 1, count - 1, &has_escapes);
        return length < 0 ? json_kernel_none : length + 2;
    }
    size_t end = scalar_end(text, count, 0);
    return end == 0 ? json_kernel_none : (ptrdiff_t)end;
}

TARGET static ptrdiff_t value_end(
    const uint8_t *text, size_t count, unsigned depth_limit, bool *has_blanks
) {
    *has_blanks = false;
    if (count == 0) return json_kernel_none;
    if (text[0] != '{' && text[0] != '[') return plain_value_end(text, count);
    // The outer containers are left as they are: zeroing them would take longer than most values.
    struct containers open;
    open.depth = 0;
    open.depth_limit = depth_limit < JSON_KERNEL_DEPTH ? depth_limit : JSON_KERNEL_DEPTH;
    open.in_object = false;
    struct escapes escapes = {0};
    struct links links = {0};
    uint64_t in_string = 0;
    uint64_t scalars_before = 0;
    uint64_t beyond_ascii_before = 0;
    for (size_t offset = 0; offset < count; offset += 64) {
        uint64_t present = places_before(count - offset);
        struct wide block = wide_load(text + offset, count - offset);
        uint64_t quotes = wide_equal(block, '"');
        uint64_t backslashes = wide_equal(block, '\\');
        uint64_t controls = wide_at_most(block, 0x1F) & present;
        uint64_t beyond_ascii = wide_beyond_ascii(block);
        uint64_t cut = beyond_ascii_before >> 61;
        bool has_escapes = backslashes | escapes.is_cut | escapes.units >> 60 | escapes.heads >> 58;
        // Most steps of long texts have nothing but text.
        if (in_string && !(quotes | controls | beyond_ascii | cut | has_escapes)) {
            beyond_ascii_before = 0;
            continue;
        }
        uint64_t escaped = 0;
        if (has_escapes) escaped = escaped_places(&escapes, backslashes);
        quotes &= ~escaped;
        uint64_t strings = inside_quotes(quotes) ^ in_string;
        uint64_t inside = present;
        if (~strings | quotes) {
            uint64_t outside = ~(strings | quotes);
            struct tokens tokens = {
                .strings = quotes & strings,
                .colons = wide_equal(block, ':') & outside,
                .commas = wide_equal(block, ',') & outside,
                .object_starts = wide_equal(block, '{') & outside,
                .array_starts = wide_equal(block, '[') & outside,
                .object_ends = wide_equal(block, '}') & outside,
                .array_ends = wide_equal(block, ']') & outside,
            };
            uint64_t blanks = wide_at_most(block, 0x20) & outside & present;
            uint64_t scalars = outside & present & ~blanks
                & ~(tokens.colons | tokens.commas | tokens.object_starts | tokens.array_starts
                    | tokens.object_ends | tokens.array_ends);
            tokens.scalars = scalars & ~shifted(scalars, 1, scalars_before);
            scalars_before = scalars;
            struct faults faults = faults_of(&tokens, &links);
            unsigned end = follow(&open, &tokens, &faults);
            if (end == 0) return json_kernel_none;
            if (end <= 64) inside = places_before(end);
            if (faults.anywhere & inside) return json_kernel_none;
            if (tokens.scalars & inside
                && has_wrong_scalars(
                    block, scalars, tokens.scalars & inside, text, count, offset))
                return json_kernel_none;
            if (blanks & inside) {
                *has_blanks = true;
                uint64_t allowed = wide_equal(block, '\t') | wide_equal(block, '\n')
                    | wide_equal(block, '\r');
                if (controls & blanks & inside & ~allowed) return json_kernel_none;
            }
        } else {
            scalars_before = 0;
        }
        if (controls & strings & inside) return json_kernel_none;
        if ((beyond_ascii | cut) && utf8_faults_behind(text, count, offset) & inside)
            return json_kernel_none;
        if (has_escapes && has_wrong_escapes(&escapes, block, escaped & inside))
            return json_kernel_none;
        if (open.depth == 0) {
            // The first half of a character would have to go on behind the value.
            return escapes.heads >> 58 ? json_kernel_none
                                       : (ptrdiff_t)(offset + 64 - (size_t)_lzcnt_u64(inside));
        }
        in_string = (uint64_t)((int64_t)strings >> 63);
        beyond_ascii_before = beyond_ascii;
    }
    return json_kernel_none;
}
