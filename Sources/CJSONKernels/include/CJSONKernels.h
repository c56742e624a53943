// SPDX-License-Identifier: Apache-2.0

// The few loops over bytes that the compiler cannot make wide by itself: 32 or 64 bytes a step,
// chosen once a process by what the processor can do. Everything here has a counterpart in Swift
// that does the same on any machine, and the tests hold both to the same results.

#ifndef CJSONKERNELS_H
#define CJSONKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// No end was found: the bytes hold a fault, or end too early.
static const ptrdiff_t json_kernel_none = -1;

/// The most containers that `value_end` keeps in mind.
#define JSON_KERNEL_DEPTH 4096

/// The sets of kernels, from the narrowest to the widest.
enum json_kernel_level {
    /// None: the Swift code does the work.
    JSON_KERNEL_PORTABLE = 0,
    /// 32 bytes a step; needs AVX2, BMI and carry-less multiplication.
    JSON_KERNEL_AVX2 = 1,
    /// 64 bytes a step; needs AVX-512 with VBMI and VBMI2 (Ice Lake, Zen 4 and later).
    JSON_KERNEL_AVX512 = 2,
};

/// One set of kernels. All of them read no byte outside of `[text, text + count)`.
struct json_kernels {
    enum json_kernel_level level;
    /// Checks the inside of a JSON string (RFC 8259 section 7; UTF-8; surrogates in pairs).
    ///
    /// `text` points behind the opening quote. Returns the offset of the closing quote, or
    /// json_kernel_none. Sets `*has_escapes` where there is a backslash, and leaves it else.
    ptrdiff_t (*string_end)(const uint8_t *text, size_t count, bool *has_escapes);
    /// Finds the first byte that is a quote, a backslash, `-`, `_`, a control or beyond ASCII;
    /// returns `count` where there is none.
    size_t (*base64_end)(const uint8_t *text, size_t count);
    /// Checks the value that a text begins with; returns its length, or json_kernel_none.
    ///
    /// No more than `depth_limit` containers may be open, and no more than JSON_KERNEL_DEPTH.
    /// Sets `*has_blanks` to whether there are blanks between the tokens.
    ptrdiff_t (*value_end)(
        const uint8_t *text, size_t count, unsigned depth_limit, bool *has_blanks);
    /// The number of line feeds.
    size_t (*line_feeds)(const uint8_t *text, size_t count);
    /// Copies checked JSON without the blanks between its tokens; returns the length of the copy.
    ///
    /// `target` has room for `count + 64` bytes, all of which may be written to.
    size_t (*minify)(const uint8_t *json, size_t count, uint8_t *target);
    /// Copies checked JSON as `minify` does, and with a backslash in front of each quote and
    /// backslash; returns the length of the copy.
    ///
    /// `target` has room for `3 * count + 128` bytes, all of which may be written to.
    size_t (*minify_escaping)(const uint8_t *json, size_t count, uint8_t *target);
    /// Copies UTF-8 text with a backslash in front of each quote and backslash, up to the first
    /// control character; returns the length of what was copied of the text.
    ///
    /// `target` has room for `2 * count + 64` bytes, all of which may be written to. `*written`
    /// gets the length of the copy.
    size_t (*escape)(const uint8_t *text, size_t count, uint8_t *target, size_t *written);
    /// Copies the inside of a checked JSON string with the characters that its escapes stand for,
    /// up to the first `\u`; returns the length of what was copied of the text.
    ///
    /// `target` has room for `count + 64` bytes, all of which may be written to. `*written` gets
    /// the length of the copy.
    size_t (*unescape)(const uint8_t *text, size_t count, uint8_t *target, size_t *written);
};

/// The widest set that this processor runs, or the one that the environment variable
/// `TRANSCODE_KERNELS` names: portable, avx2, avx512.
extern const struct json_kernels *json_kernels;

/// The set of a level, or NULL where this processor does not run it.
const struct json_kernels *json_kernels_of(enum json_kernel_level level);

/// The set in use has kernels at all.
static inline bool json_kernels_exist(void) {
    return json_kernels->level != JSON_KERNEL_PORTABLE;
}

/// See `struct json_kernels`.
static inline ptrdiff_t json_string_end(const uint8_t *text, size_t count, bool *has_escapes) {
    return json_kernels->string_end(text, count, has_escapes);
}

/// See `struct json_kernels`.
static inline size_t json_base64_end(const uint8_t *text, size_t count) {
    return json_kernels->base64_end(text, count);
}

/// See `struct json_kernels`.
static inline size_t json_minify(const uint8_t *json, size_t count, uint8_t *target) {
    return json_kernels->minify(json, count, target);
}

/// See `struct json_kernels`.
static inline size_t json_minify_escaping(const uint8_t *json, size_t count, uint8_t *target) {
    return json_kernels->minify_escaping(json, count, target);
}

/// See `struct json_kernels`.
static inline size_t json_escape(
    const uint8_t *text, size_t count, uint8_t *target, size_t *written
) {
    return json_kernels->escape(text, count, target, written);
}

/// See `struct json_kernels`.
static inline size_t json_unescape(
    const uint8_t *text, size_t count, uint8_t *target, size_t *written
) {
    return json_kernels->unescape(text, count, target, written);
}

/// See `struct json_kernels`.
static inline ptrdiff_t json_value_end(
    const uint8_t *text, size_t count, unsigned depth_limit, bool *has_blanks
) {
    return json_kernels->value_end(text, count, depth_limit, has_blanks);
}

/// See `struct json_kernels`.
static inline size_t json_line_feeds(const uint8_t *text, size_t count) {
    return json_kernels->line_feeds(text, count);
}

/// Asks for the memory at an address ahead of its use; any address will do.
static inline void json_prefetch(const void *address) { __builtin_prefetch(address); }

/// The offset of the last line feed, or json_kernel_none.
ptrdiff_t json_last_line_feed(const uint8_t *text, size_t count);

#endif
