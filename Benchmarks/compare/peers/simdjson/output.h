// SPDX-License-Identifier: Apache-2.0
// The bytes that go out: a growing buffer that is written to standard output in blocks.
#pragma once

#include <emmintrin.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

class Output {
 public:
  Output() : bytes_(static_cast<char *>(std::malloc(capacity_))) {
    if (bytes_ == nullptr) std::abort();
  }
  Output(const Output &) = delete;
  Output &operator=(const Output &) = delete;
  ~Output() { std::free(bytes_); }

  void put(std::string_view text) {
    reserve(text.size());
    std::memcpy(bytes_ + count_, text.data(), text.size());
    count_ += text.size();
  }

  // The inside of a JSON string that holds `text`.
  void putEscaped(std::string_view text) {
    reserve(text.size() * 6 + 16);
    const char *source = text.data();
    const char *end = source + text.size();
    while (source < end) {
      if (end - source >= 16) {
        size_t plain = copyPlain(source);
        source += plain;
        count_ += plain;
        if (plain == 16) continue;
      }
      putEscapedByte(*source++);
    }
  }

  // Writes when a block is full, or whatever there is when `all` is set.
  void flush(bool all) {
    if (!all && count_ < blockSize) return;
    for (size_t done = 0; done < count_;) {
      ssize_t written = ::write(STDOUT_FILENO, bytes_ + done, count_ - done);
      if (written <= 0) std::exit(3);
      done += static_cast<size_t>(written);
    }
    count_ = 0;
  }

 private:
  static constexpr size_t blockSize = 256 << 10;

  void reserve(size_t more) {
    if (count_ + more <= capacity_) return;
    while (count_ + more > capacity_) capacity_ *= 2;
    bytes_ = static_cast<char *>(std::realloc(bytes_, capacity_));
    if (bytes_ == nullptr) std::abort();
  }

  // Copies 16 bytes, and says how many of them need no escape: what follows is overwritten.
  size_t copyPlain(const char *source) {
    __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i *>(source));
    _mm_storeu_si128(reinterpret_cast<__m128i *>(bytes_ + count_), block);
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
    __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
    __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
    __m128i special = _mm_or_si128(control, _mm_or_si128(quote, backslash));
    unsigned mask = static_cast<unsigned>(_mm_movemask_epi8(special));
    return mask == 0 ? 16 : static_cast<size_t>(__builtin_ctz(mask));
  }

  void putEscapedByte(char byte) {
    auto put2 = [this](char letter) {
      bytes_[count_++] = '\\';
      bytes_[count_++] = letter;
    };
    switch (byte) {
      case '"': return put2('"');
      case '\\': return put2('\\');
      case '\n': return put2('n');
      case '\r': return put2('r');
      case '\t': return put2('t');
      default: break;
    }
    if (static_cast<unsigned char>(byte) >= 0x20) {
      bytes_[count_++] = byte;
      return;
    }
    std::memcpy(bytes_ + count_, "\\u00", 4);
    bytes_[count_ + 4] = "01"[byte >> 4];
    bytes_[count_ + 5] = "0123456789abcdef"[byte & 15];
    count_ += 6;
  }

  size_t capacity_ = 1 << 20;
  size_t count_ = 0;
  char *bytes_;
};
