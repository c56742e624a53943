// SPDX-License-Identifier: Apache-2.0
// What one line holds, as views of its bytes. Strings keep their quotes and their escapes, so that
// they can be copied; they are valid until the parser moves on to the next line.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

using Text = std::string_view;

inline Text unquoted(Text token) { return token.substr(1, token.size() - 2); }

struct Part {
  enum class Kind : uint8_t { text, image, call, result };
  Kind kind;
  bool isJSON = false;  // `content` of a result is JSON, and no string
  Text content;         // text, base64 without quotes, arguments as JSON, or what the tool returned
  Text id;              // of the call, or of the call that a result answers
  Text name;            // of the tool; `png` for an image
};

enum class Role : uint8_t { user, assistant };

struct Turn {
  Role role;
  size_t first, end;  // into Record::parts
};

struct Tool {
  Text name, description, schema;
};

enum class Choice : uint8_t { absent, automatic, any, none };

enum class Finish : uint8_t { stop, length, toolCalls, filtered };

struct Record {
  Text id;
  std::vector<Text> system;
  std::vector<Turn> turns;
  std::vector<Part> parts;
  std::vector<Part> calls;  // of the message that is being read
  std::vector<Tool> tools;
  Text maxTokens, temperature, topP, stop;
  Choice choice;
  bool loweredSchemas;  // types are written in lower case: the source is Gemini
  // A result has one turn, and these.
  Finish finish;
  Text inputTokens, outputTokens, totalTokens, model, responseID;

  void clear() {
    system.clear(), turns.clear(), parts.clear(), calls.clear(), tools.clear();
    id = maxTokens = temperature = topP = stop = Text();
    inputTokens = outputTokens = totalTokens = model = responseID = Text();
    choice = Choice::absent;
    finish = Finish::stop;
  }

  // Turns of the same role that follow each other are one turn.
  void addTurn(Role role, size_t first) {
    if (!turns.empty() && turns.back().role == role && turns.back().end == first) {
      turns.back().end = parts.size();
    } else {
      turns.push_back({role, first, parts.size()});
    }
  }

  bool hasParameters() const {
    return maxTokens.data() || temperature.data() || topP.data() || stop.data();
  }
};
