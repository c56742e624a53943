// SPDX-License-Identifier: Apache-2.0
// The three readers. They look at the members that the corpora have, and skip all others.
#pragma once

#include "json.h"

inline Finish finishOf(Text token, bool hasCalls) {
  if (hasCalls || token == "\"tool_calls\"" || token == "\"tool_use\"") return Finish::toolCalls;
  if (token == "\"length\"" || token == "\"max_tokens\"" || token == "\"MAX_TOKENS\"") {
    return Finish::length;
  }
  bool stopped = token == "\"stop\"" || token == "\"end_turn\"" || token == "\"stop_sequence\"" ||
                 token == "\"STOP\"";
  return stopped ? Finish::stop : Finish::filtered;
}

inline bool holdsCalls(const Record &record) {
  for (const Part &part : record.parts) {
    if (part.kind == Part::Kind::call) return true;
  }
  return false;
}

struct OpenAIReader {
  static void image(Text url, Record &record) {
    size_t slash = url.find('/');
    size_t semicolon = url.find(';', slash);
    size_t comma = url.find(',', semicolon);
    if (comma == Text::npos) throw simdjson::simdjson_error(simdjson::INCORRECT_TYPE);
    Text data = url.substr(comma + 1, url.size() - comma - 2);
    Text name = url.substr(slash + 1, semicolon - slash - 1);
    record.parts.push_back({Part::Kind::image, false, data, {}, name});
  }

  static void content(od::value value, Record &record) {
    if (value.type().value() != od::json_type::array) {
      Text token = scalar(value);
      if (!isNull(token)) record.parts.push_back({Part::Kind::text, false, token, {}, {}});
      return;
    }
    eachElement(value, [&](od::value element) {
      Text text, url;
      eachMember(element, [&](Key key, od::value member) {
        if (key == "text") text = string(member);
        else if (key == "image_url") eachMember(member, [&](Key inner, od::value link) {
          if (inner == "url") url = string(link);
        });
      });
      if (url.data()) image(url, record);
      else record.parts.push_back({Part::Kind::text, false, text, {}, {}});
    });
  }

  static void call(od::value value, Record &record) {
    Part part{Part::Kind::call, true, {}, {}, {}};
    eachMember(value, [&](Key key, od::value member) {
      if (key == "id") part.id = string(member);
      else if (key == "function") eachMember(member, [&](Key inner, od::value text) {
        if (inner == "name") part.name = string(text);
        // The only string that is decoded: one JSON text inside another.
        else if (inner == "arguments") part.content = text.get_string().value();
      });
    });
    record.calls.push_back(part);
  }

  static void message(od::value value, Record &record) {
    Text role, id;
    size_t first = record.parts.size();
    record.calls.clear();
    eachMember(value, [&](Key key, od::value member) {
      if (key == "role") role = string(member);
      else if (key == "content") content(member, record);
      else if (key == "tool_call_id") id = string(member);
      else if (key == "tool_calls") {
        if (member.type().value() != od::json_type::array) return;  // a null
        eachElement(member, [&](od::value element) { call(element, record); });
      }
    });
    if (role == "\"system\"" || role == "\"developer\"") {
      for (size_t i = first; i < record.parts.size(); i++) {
        record.system.push_back(record.parts[i].content);
      }
      record.parts.resize(first);
      return;
    }
    if (role == "\"tool\"") {
      record.parts[first].kind = Part::Kind::result;
      record.parts[first].id = id;
    }
    record.parts.insert(record.parts.end(), record.calls.begin(), record.calls.end());
    record.addTurn(role == "\"assistant\"" ? Role::assistant : Role::user, first);
  }

  static void tool(od::value value, Record &record) {
    Tool tool;
    eachMember(value, [&](Key key, od::value member) {
      if (key == "function") eachMember(member, [&](Key inner, od::value part) {
        if (inner == "name") tool.name = string(part);
        else if (inner == "description") tool.description = string(part);
        else if (inner == "parameters") tool.schema = raw(part);
      });
    });
    record.tools.push_back(tool);
  }

  static void body(Key key, od::value value, Record &record) {
    if (key == "messages") {
      eachElement(value, [&](od::value element) { message(element, record); });
    } else if (key == "max_completion_tokens" || key == "max_tokens") {
      record.maxTokens = scalar(value);
    } else if (key == "temperature") {
      record.temperature = scalar(value);
    } else if (key == "top_p") {
      record.topP = scalar(value);
    } else if (key == "stop") {
      record.stop = raw(value);
    } else if (key == "tools") {
      eachElement(value, [&](od::value element) { tool(element, record); });
    } else if (key == "tool_choice") {
      Text token = scalar(value);
      record.choice = token == "\"required\"" ? Choice::any
                      : token == "\"none\""   ? Choice::none
                                              : Choice::automatic;
    }
  }

  static void request(od::object line, Record &record) {
    eachMember(line, [&](Key key, od::value value) {
      if (key == "custom_id") record.id = string(value);
      else if (key == "body") eachMember(value, [&](Key inner, od::value member) {
        body(inner, member, record);
      });
    });
  }

  static void completion(Key key, od::value value, Record &record) {
    if (key == "id") {
      record.responseID = string(value);
    } else if (key == "model") {
      record.model = string(value);
    } else if (key == "choices") {
      eachElement(value, [&](od::value choice) {
        Text finish;
        eachMember(choice, [&](Key inner, od::value member) {
          if (inner == "message") message(member, record);
          else if (inner == "finish_reason") finish = string(member);
        });
        record.finish = finishOf(finish, holdsCalls(record));
      });
    } else if (key == "usage") {
      eachMember(value, [&](Key inner, od::value member) {
        if (inner == "prompt_tokens") record.inputTokens = scalar(member);
        else if (inner == "completion_tokens") record.outputTokens = scalar(member);
        else if (inner == "total_tokens") record.totalTokens = scalar(member);
      });
    }
  }

  static void result(od::object line, Record &record) {
    eachMember(line, [&](Key key, od::value value) {
      if (key == "custom_id") record.id = string(value);
      else if (key == "response") eachMember(value, [&](Key inner, od::value body) {
        if (inner == "body") eachMember(body, [&](Key name, od::value member) {
          completion(name, member, record);
        });
      });
    });
  }
};
