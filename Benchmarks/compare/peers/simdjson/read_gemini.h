// SPDX-License-Identifier: Apache-2.0
// Gemini's generateContent bodies, in camelCase.
#pragma once

#include "read.h"

struct GeminiReader {
  static void image(od::value value, Record &record) {
    Part part{Part::Kind::image, false, {}, {}, {}};
    eachMember(value, [&](Key key, od::value member) {
      if (key == "data") {
        part.content = unquoted(string(member));
      } else if (key == "mimeType") {
        Text type = unquoted(string(member));
        part.name = type.substr(type.find('/') + 1);
      }
    });
    record.parts.push_back(part);
  }

  static void call(od::value value, Record &record) {
    Part part{Part::Kind::call, true, "{}", {}, {}};
    eachMember(value, [&](Key key, od::value member) {
      if (key == "id") part.id = string(member);
      else if (key == "name") part.name = string(member);
      else if (key == "args") part.content = raw(member);
    });
    record.parts.push_back(part);
  }

  // A response that has nothing but an output is that output; any other is JSON.
  static void response(od::value value, Part &part) {
    od::object object = value.get_object().value();
    size_t count = 0;
    bool isOutput = false;
    eachMember(object, [&](Key key, od::value member) {
      count++;
      if (!(key == "output")) return;
      isOutput = true;
      part.content = raw(member);
    });
    if (count == 1 && isOutput) {
      part.isJSON = !isString(part.content);
      return;
    }
    object.reset().value();
    part.isJSON = true;
    part.content = trimmed(object.raw_json().value());
  }

  static void part(Key key, od::value value, Record &record) {
    if (key == "text") {
      record.parts.push_back({Part::Kind::text, false, string(value), {}, {}});
    } else if (key == "inlineData") {
      image(value, record);
    } else if (key == "functionCall") {
      call(value, record);
    } else if (key == "functionResponse") {
      Part part{Part::Kind::result, false, {}, {}, {}};
      eachMember(value, [&](Key inner, od::value member) {
        if (inner == "id") part.id = string(member);
        else if (inner == "name") part.name = string(member);
        else if (inner == "response") response(member, part);
      });
      record.parts.push_back(part);
    }
  }

  static void content(od::value value, Record &record) {
    Role role = Role::user;
    size_t first = record.parts.size();
    eachMember(value, [&](Key key, od::value member) {
      if (key == "role") role = string(member) == "\"model\"" ? Role::assistant : Role::user;
      else if (key == "parts") eachElement(member, [&](od::value element) {
        eachMember(element, [&](Key inner, od::value data) { part(inner, data, record); });
      });
    });
    record.addTurn(role, first);
  }

  static void tool(od::value value, Record &record) {
    Tool tool;
    eachMember(value, [&](Key key, od::value member) {
      if (key == "name") tool.name = string(member);
      else if (key == "description") tool.description = string(member);
      else if (key == "parameters") tool.schema = raw(member);
    });
    record.tools.push_back(tool);
  }

  static void toolConfig(od::value value, Record &record) {
    eachMember(value, [&](Key key, od::value member) {
      if (key == "functionCallingConfig") eachMember(member, [&](Key inner, od::value mode) {
        if (!(inner == "mode")) return;
        Text token = string(mode);
        record.choice = token == "\"ANY\""    ? Choice::any
                        : token == "\"NONE\"" ? Choice::none
                                              : Choice::automatic;
      });
    });
  }

  static void configuration(Key key, od::value value, Record &record) {
    if (key == "maxOutputTokens") record.maxTokens = scalar(value);
    else if (key == "temperature") record.temperature = scalar(value);
    else if (key == "topP") record.topP = scalar(value);
    else if (key == "stopSequences") record.stop = raw(value);
  }

  static void body(Key key, od::value value, Record &record) {
    if (key == "contents") {
      eachElement(value, [&](od::value element) { content(element, record); });
    } else if (key == "systemInstruction") {
      eachMember(value, [&](Key inner, od::value parts) {
        if (inner == "parts") eachElement(parts, [&](od::value element) {
          eachMember(element, [&](Key name, od::value text) {
            if (name == "text") record.system.push_back(string(text));
          });
        });
      });
    } else if (key == "generationConfig") {
      eachMember(value, [&](Key inner, od::value member) { configuration(inner, member, record); });
    } else if (key == "tools") {
      eachElement(value, [&](od::value element) {
        eachMember(element, [&](Key inner, od::value list) {
          if (inner == "functionDeclarations") eachElement(list, [&](od::value declaration) {
            tool(declaration, record);
          });
        });
      });
    } else if (key == "toolConfig") {
      toolConfig(value, record);
    }
  }

  static void request(od::object line, Record &record) {
    eachMember(line, [&](Key key, od::value value) {
      if (key == "key") record.id = string(value);
      else if (key == "metadata") eachMember(value, [&](Key inner, od::value member) {
        if (inner == "key") record.id = string(member);
      });
      else if (key == "request") eachMember(value, [&](Key inner, od::value member) {
        body(inner, member, record);
      });
    });
  }

  static void answer(Key key, od::value value, Record &record, Text &reason) {
    if (key == "candidates") {
      eachElement(value, [&](od::value candidate) {
        eachMember(candidate, [&](Key inner, od::value member) {
          if (inner == "content") content(member, record);
          else if (inner == "finishReason") reason = string(member);
        });
      });
    } else if (key == "usageMetadata") {
      eachMember(value, [&](Key inner, od::value member) {
        if (inner == "promptTokenCount") record.inputTokens = scalar(member);
        else if (inner == "candidatesTokenCount") record.outputTokens = scalar(member);
        else if (inner == "totalTokenCount") record.totalTokens = scalar(member);
      });
    } else if (key == "modelVersion") {
      record.model = string(value);
    } else if (key == "responseId") {
      record.responseID = string(value);
    }
  }

  static void result(od::object line, Record &record) {
    Text reason;
    eachMember(line, [&](Key key, od::value value) {
      if (key == "key") record.id = string(value);
      else if (key == "response") eachMember(value, [&](Key inner, od::value member) {
        answer(inner, member, record, reason);
      });
    });
    record.finish = finishOf(reason, holdsCalls(record));
  }
};
