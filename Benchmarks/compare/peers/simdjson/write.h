// SPDX-License-Identifier: Apache-2.0
// The three writers. What `transcode` writes for the same record is the model for every member.
#pragma once

#include <emmintrin.h>

#include <cstring>

#include "output.h"
#include "record.h"

// Separates members and elements.
class Comma {
 public:
  explicit Comma(Output &output) : output_(output) {}
  void next() {
    if (any_) output_.put(",");
    any_ = true;
  }

 private:
  Output &output_;
  bool any_ = false;
};

inline void putMember(Output &output, Comma &comma, Text name, Text value) {
  if (!value.data()) return;
  comma.next();
  output.put(name);
  output.put(value);
}

inline void putStop(Output &output, Comma &comma, Text name, Text value) {
  if (!value.data()) return;
  comma.next();
  output.put(name);
  bool isOne = value.front() == '"';
  if (isOne) output.put("[");
  output.put(value);
  if (isOne) output.put("]");
}

// Where `"type"` stands next, or the end.
inline const char *nextType(const char *at, const char *end) {
  const __m128i quote = _mm_set1_epi8('"'), t = _mm_set1_epi8('t'), e = _mm_set1_epi8('e');
  auto load = [](const char *bytes) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i *>(bytes));
  };
  for (; end - at >= 21; at += 16) {
    __m128i first = _mm_and_si128(_mm_cmpeq_epi8(load(at), quote), _mm_cmpeq_epi8(load(at + 1), t));
    __m128i both = _mm_and_si128(first, _mm_cmpeq_epi8(load(at + 4), e));
    for (int mask = _mm_movemask_epi8(both); mask != 0; mask &= mask - 1) {
      const char *found = at + __builtin_ctz(static_cast<unsigned>(mask));
      if (std::memcmp(found, "\"type\"", 6) == 0) return found;
    }
  }
  for (; end - at >= 6; at++) {
    if (std::memcmp(at, "\"type\"", 6) == 0) return at;
  }
  return end;
}

// Copies a schema with its types in upper case (Gemini) or lower case (all others). The types are
// found by their text, so that a `type` in a default or an example is changed as well.
template <bool isUpper>
inline void putSchema(Output &output, Text text) {
  const char *copied = text.data(), *end = copied + text.size();
  for (const char *at = nextType(copied, end); at < end; at = nextType(at, end)) {
    at += 6;
    while (at < end && (*at == ' ' || *at == ':')) at++;
    if (at == end || *at != '"') continue;
    output.put({copied, static_cast<size_t>(++at - copied)});
    char letters[16];
    size_t count = 0;
    for (; at < end && *at != '"' && count < sizeof letters; at++) {
      letters[count++] = static_cast<char>(isUpper ? *at & ~0x20 : *at | 0x20);
    }
    output.put({letters, count});
    copied = at;
  }
  output.put({copied, static_cast<size_t>(end - copied)});
}

struct OpenAIWriter {
  static void content(Output &output, const Part *part, const Part *end) {
    const Part *only = nullptr;
    size_t count = 0;
    for (const Part *each = part; each < end; each++) {
      if (each->kind <= Part::Kind::image) only = each, count++;
    }
    if (count == 0) return output.put("null");
    if (count == 1 && only->kind == Part::Kind::text) return output.put(only->content);
    Comma comma(output);
    output.put("[");
    for (; part < end; part++) {
      if (part->kind > Part::Kind::image) continue;
      comma.next();
      if (part->kind == Part::Kind::text) {
        output.put("{\"type\":\"text\",\"text\":");
        output.put(part->content);
        output.put("}");
      } else {
        output.put("{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/");
        output.put(part->name);
        output.put(";base64,");
        output.put(part->content);
        output.put("\"}}");
      }
    }
    output.put("]");
  }

  static void calls(Output &output, const Part *part, const Part *end) {
    bool any = false;
    for (; part < end; part++) {
      if (part->kind != Part::Kind::call) continue;
      output.put(any ? "," : ",\"tool_calls\":[");
      any = true;
      output.put("{\"id\":");
      output.put(part->id);
      output.put(",\"type\":\"function\",\"function\":{\"name\":");
      output.put(part->name);
      output.put(",\"arguments\":\"");
      output.putEscaped(part->content);
      output.put("\"}}");
    }
    if (any) output.put("]");
  }

  // Results become messages of their own, before the rest of the turn.
  static void turn(Output &output, Comma &comma, const Record &record, const Turn &turn) {
    const Part *part = record.parts.data() + turn.first, *end = record.parts.data() + turn.end;
    bool onlyResults = true;
    for (const Part *each = part; each < end; each++) {
      if (each->kind != Part::Kind::result) {
        onlyResults = false;
        continue;
      }
      comma.next();
      output.put("{\"role\":\"tool\",\"tool_call_id\":");
      output.put(each->id);
      output.put(",\"content\":");
      if (each->isJSON) {
        output.put("\"");
        output.putEscaped(each->content);
        output.put("\"}");
      } else {
        output.put(each->content);
        output.put("}");
      }
    }
    if (onlyResults) return;
    comma.next();
    output.put(turn.role == Role::user ? "{\"role\":\"user\",\"content\":"
                                       : "{\"role\":\"assistant\",\"content\":");
    content(output, part, end);
    calls(output, part, end);
    output.put("}");
  }

  static void tools(Output &output, const Record &record) {
    if (record.tools.empty()) return;
    Comma comma(output);
    output.put(",\"tools\":[");
    for (const Tool &tool : record.tools) {
      comma.next();
      output.put("{\"type\":\"function\",\"function\":{\"name\":");
      output.put(tool.name);
      output.put(",\"description\":");
      output.put(tool.description);
      output.put(",\"parameters\":");
      if (record.loweredSchemas) putSchema<false>(output, tool.schema);
      else output.put(tool.schema);
      output.put("}}");
    }
    output.put("]");
    switch (record.choice) {
      case Choice::absent: break;
      case Choice::automatic: output.put(",\"tool_choice\":\"auto\""); break;
      case Choice::any: output.put(",\"tool_choice\":\"required\""); break;
      case Choice::none: output.put(",\"tool_choice\":\"none\""); break;
    }
  }

  static void request(Output &output, const Record &record, Text model) {
    output.put("{\"custom_id\":");
    output.put(record.id);
    output.put(",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"");
    output.put(model);
    output.put("\",\"messages\":[");
    Comma messages(output);
    for (Text text : record.system) {
      messages.next();
      output.put("{\"role\":\"system\",\"content\":");
      output.put(text);
      output.put("}");
    }
    for (const Turn &each : record.turns) turn(output, messages, record, each);
    output.put("]");
    Comma comma(output);
    comma.next();  // `messages` stands before
    putMember(output, comma, "\"max_completion_tokens\":", record.maxTokens);
    putMember(output, comma, "\"temperature\":", record.temperature);
    putMember(output, comma, "\"top_p\":", record.topP);
    putMember(output, comma, "\"stop\":", record.stop);
    tools(output, record);
    output.put("}}\n");
  }

  // Several texts are one text in a result.
  static void answer(Output &output, const Record &record) {
    bool any = false;
    for (const Part &part : record.parts) {
      if (part.kind != Part::Kind::text) continue;
      if (!any) output.put("\"");
      any = true;
      output.put(unquoted(part.content));
    }
    output.put(any ? "\"" : "null");
  }

  static void result(Output &output, const Record &record, Text model) {
    static constexpr Text reasons[] = {"stop", "length", "tool_calls", "content_filter"};
    Text id = unquoted(record.id);
    output.put("{\"id\":\"batch_req_");
    output.put(id);
    output.put("\",\"custom_id\":");
    output.put(record.id);
    output.put(",\"response\":{\"status_code\":200,\"request_id\":");
    output.put(record.id);
    output.put(",\"body\":{\"id\":");
    if (record.responseID.data()) {
      output.put(record.responseID);
    } else {
      output.put("\"chatcmpl-");
      output.put(id);
      output.put("\"");
    }
    output.put(",\"object\":\"chat.completion\",\"created\":0,\"model\":\"");
    output.put(record.model.data() ? unquoted(record.model) : model);
    output.put("\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":");
    answer(output, record);
    output.put(",\"refusal\":null");
    calls(output, record.parts.data(), record.parts.data() + record.parts.size());
    output.put("},\"logprobs\":null,\"finish_reason\":\"");
    output.put(reasons[static_cast<size_t>(record.finish)]);
    output.put("\"}],\"usage\":{\"prompt_tokens\":");
    output.put(record.inputTokens);
    output.put(",\"completion_tokens\":");
    output.put(record.outputTokens);
    output.put(",\"total_tokens\":");
    output.put(record.totalTokens);
    output.put("}}},\"error\":null}\n");
  }
};
