// SPDX-License-Identifier: Apache-2.0
// Bedrock's Converse bodies.
#pragma once

#include "read.h"

struct BedrockReader {
  static void image(od::value value, Record &record) {
    Part part{Part::Kind::image, false, {}, {}, {}};
    eachMember(value, [&](Key key, od::value member) {
      if (key == "format") part.name = unquoted(string(member));
      else if (key == "source") eachMember(member, [&](Key inner, od::value bytes) {
        if (inner == "bytes") part.content = unquoted(string(bytes));
      });
    });
    record.parts.push_back(part);
  }

  static void call(od::value value, Record &record) {
    Part part{Part::Kind::call, true, {}, {}, {}};
    eachMember(value, [&](Key key, od::value member) {
      if (key == "toolUseId") part.id = string(member);
      else if (key == "name") part.name = string(member);
      else if (key == "input") part.content = raw(member);
    });
    record.parts.push_back(part);
  }

  static void toolResult(od::value value, Record &record) {
    Part part{Part::Kind::result, false, {}, {}, {}};
    eachMember(value, [&](Key key, od::value member) {
      if (key == "toolUseId") part.id = string(member);
      else if (key == "content") eachElement(member, [&](od::value block) {
        eachMember(block, [&](Key inner, od::value content) {
          part.isJSON = inner == "json";
          part.content = raw(content);
        });
      });
    });
    record.parts.push_back(part);
  }

  static void block(Key key, od::value value, Record &record) {
    if (key == "text") record.parts.push_back({Part::Kind::text, false, string(value), {}, {}});
    else if (key == "image") image(value, record);
    else if (key == "toolUse") call(value, record);
    else if (key == "toolResult") toolResult(value, record);
  }

  static void message(od::value value, Record &record) {
    Role role = Role::user;
    size_t first = record.parts.size();
    eachMember(value, [&](Key key, od::value member) {
      if (key == "role") role = string(member) == "\"assistant\"" ? Role::assistant : Role::user;
      else if (key == "content") eachElement(member, [&](od::value element) {
        eachMember(element, [&](Key inner, od::value content) { block(inner, content, record); });
      });
    });
    record.addTurn(role, first);
  }

  static void tool(od::value value, Record &record) {
    Tool tool;
    eachMember(value, [&](Key key, od::value specification) {
      if (key == "toolSpec") eachMember(specification, [&](Key inner, od::value member) {
        if (inner == "name") tool.name = string(member);
        else if (inner == "description") tool.description = string(member);
        else if (inner == "inputSchema") eachMember(member, [&](Key json, od::value schema) {
          if (json == "json") tool.schema = raw(schema);
        });
      });
    });
    record.tools.push_back(tool);
  }

  static void toolConfig(Key key, od::value value, Record &record) {
    if (key == "tools") {
      eachElement(value, [&](od::value element) { tool(element, record); });
    } else if (key == "toolChoice") {
      eachMember(value, [&](Key inner, od::value) {
        record.choice = inner == "any" ? Choice::any : Choice::automatic;
      });
    }
  }

  static void body(Key key, od::value value, Record &record) {
    if (key == "messages") {
      eachElement(value, [&](od::value element) { message(element, record); });
    } else if (key == "system") {
      eachElement(value, [&](od::value element) {
        eachMember(element, [&](Key inner, od::value text) {
          if (inner == "text") record.system.push_back(string(text));
        });
      });
    } else if (key == "inferenceConfig") {
      eachMember(value, [&](Key inner, od::value member) {
        if (inner == "maxTokens") record.maxTokens = scalar(member);
        else if (inner == "temperature") record.temperature = scalar(member);
        else if (inner == "topP") record.topP = scalar(member);
        else if (inner == "stopSequences") record.stop = raw(member);
      });
    } else if (key == "toolConfig") {
      eachMember(value, [&](Key inner, od::value member) { toolConfig(inner, member, record); });
    }
  }

  static void request(od::object line, Record &record) {
    eachMember(line, [&](Key key, od::value value) {
      if (key == "recordId") record.id = string(value);
      else if (key == "modelInput") eachMember(value, [&](Key inner, od::value member) {
        body(inner, member, record);
      });
    });
  }

  static void output(Key key, od::value value, Record &record, Text &reason) {
    if (key == "output") {
      eachMember(value, [&](Key inner, od::value member) {
        if (inner == "message") message(member, record);
      });
    } else if (key == "stopReason") {
      reason = string(value);
    } else if (key == "usage") {
      eachMember(value, [&](Key inner, od::value member) {
        if (inner == "inputTokens") record.inputTokens = scalar(member);
        else if (inner == "outputTokens") record.outputTokens = scalar(member);
        else if (inner == "totalTokens") record.totalTokens = scalar(member);
      });
    }
  }

  // The request that Bedrock repeats in `modelInput` is skipped.
  static void result(od::object line, Record &record) {
    Text reason;
    eachMember(line, [&](Key key, od::value value) {
      if (key == "recordId") record.id = string(value);
      else if (key == "modelOutput") eachMember(value, [&](Key inner, od::value member) {
        output(inner, member, record, reason);
      });
    });
    record.finish = finishOf(reason, holdsCalls(record));
  }
};
