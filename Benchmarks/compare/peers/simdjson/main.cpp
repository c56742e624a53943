// SPDX-License-Identifier: Apache-2.0
// The C++ that somebody would write for speed instead of using `transcode`: simdjson On-Demand,
// strings copied as they stand, from standard input to standard output.
//
//   simdjson-peer request|result FROM TO MODEL many|lines
//
// `many` parses blocks of lines with iterate_many; `lines` parses line by line, so that a bad line
// costs itself alone.
#include <cstdio>
#include <string>

#include "read_bedrock.h"
#include "read_gemini.h"
#include "write_others.h"

namespace {

using Convert = void (*)(od::object, Record &, Output &, Text model);

template <class Reader, class Writer>
void request(od::object line, Record &record, Output &output, Text model) {
  record.clear();
  record.loweredSchemas = std::is_same_v<Reader, GeminiReader>;
  Reader::request(line, record);
  Writer::request(output, record, model);
}

template <class Reader, class Writer>
void result(od::object line, Record &record, Output &output, Text model) {
  record.clear();
  Reader::result(line, record);
  Writer::result(output, record, model);
}

struct Conversion {
  Text from, to;
  Convert request, result;
};

template <class Reader, class Writer>
constexpr Conversion conversion(Text from, Text to) {
  return {from, to, request<Reader, Writer>, result<Reader, Writer>};
}

const Conversion conversions[] = {
    conversion<OpenAIReader, BedrockWriter>("openai", "bedrock"),
    conversion<OpenAIReader, GeminiWriter>("openai", "gemini"),
    conversion<BedrockReader, OpenAIWriter>("bedrock", "openai"),
    conversion<BedrockReader, GeminiWriter>("bedrock", "gemini"),
    conversion<GeminiReader, OpenAIWriter>("gemini", "openai"),
    conversion<GeminiReader, BedrockWriter>("gemini", "bedrock"),
};

Convert find(Text kind, Text from, Text to) {
  for (const Conversion &each : conversions) {
    if (each.from == from && each.to == to) return kind == "result" ? each.result : each.request;
  }
  return nullptr;
}

// Reads blocks that end at a line's end, and converts what is in them.
class Program {
 public:
  Program(Convert convert, Text model, bool isMany)
      : convert_(convert), model_(model), isMany_(isMany), block_(allocate(nullptr)) {}
  ~Program() { std::free(block_); }

  int run() {
    size_t count = 0;
    for (bool isOpen = true; isOpen;) {
      ssize_t more = ::read(STDIN_FILENO, block_ + count, size_ - count);
      if (more < 0) return 3;
      isOpen = more > 0;
      count += static_cast<size_t>(more);
      size_t whole = isOpen ? lastLineEnd(count) : count;
      if (whole > 0) {
        if (isMany_) convertBlock(whole);
        else convertLines(whole);
      }
      std::memmove(block_, block_ + whole, count - whole);
      count -= whole;
      if (count == size_) {
        size_ *= 2;
        block_ = allocate(block_);
      }
    }
    output_.flush(true);
    if (badLines_ > 0) std::fprintf(stderr, "%zu bad lines\n", badLines_);
    return badLines_ > 0 ? 1 : 0;
  }

 private:
  char *allocate(char *old) {
    void *block = std::realloc(old, size_ + simdjson::SIMDJSON_PADDING);
    if (block == nullptr) std::abort();
    return static_cast<char *>(block);
  }

  size_t lastLineEnd(size_t count) const {
    const void *end = ::memrchr(block_, '\n', count);
    return end ? static_cast<size_t>(static_cast<const char *>(end) - block_) + 1 : 0;
  }

  void convertBlock(size_t count) {
    od::document_stream stream = parser_.iterate_many(block_, count, size_).value();
    for (auto line : stream) {
      convert_(line.get_object().value(), record_, output_, model_);
      output_.flush(false);
    }
  }

  void convertLines(size_t count) {
    for (size_t at = 0; at < count;) {
      const char *line = block_ + at;
      const void *found = std::memchr(line, '\n', count - at);
      size_t length = found ? static_cast<size_t>(static_cast<const char *>(found) - line)
                            : count - at;
      size_t allocated = size_ + simdjson::SIMDJSON_PADDING - at;
      at += length + 1;
      if (length == 0) continue;
      try {
        od::document document = parser_.iterate(line, length, allocated).value();
        convert_(document.get_object().value(), record_, output_, model_);
      } catch (const simdjson::simdjson_error &) {
        badLines_++;
      }
      output_.flush(false);
    }
  }

  Convert convert_;
  Text model_;
  bool isMany_;
  size_t size_ = 1 << 20;
  char *block_;
  size_t badLines_ = 0;
  od::parser parser_;
  Record record_;
  Output output_;
};

#ifdef __clang__
constexpr const char *compiler = __VERSION__;
#else
constexpr const char *compiler = "GCC " __VERSION__;
#endif

}  // namespace

int main(int count, char **words) {
  if (count == 2 && Text(words[1]) == "--version") {
    std::printf("simdjson %d.%d.%d (%s), %s\n", simdjson::SIMDJSON_VERSION_MAJOR,
                simdjson::SIMDJSON_VERSION_MINOR, simdjson::SIMDJSON_VERSION_REVISION,
                simdjson::get_active_implementation()->name().c_str(), compiler);
    return 0;
  }
  if (count != 6) return 2;
  Convert convert = find(words[1], words[2], words[3]);
  if (convert == nullptr) return 2;
  try {
    return Program(convert, words[4], Text(words[5]) == "many").run();
  } catch (const simdjson::simdjson_error &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
