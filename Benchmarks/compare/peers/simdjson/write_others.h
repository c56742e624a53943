// SPDX-License-Identifier: Apache-2.0
// Bedrock and Gemini, whose bodies have the same order: turns, system, parameters, tools.
#pragma once

#include "write.h"

struct BedrockWriter {
  static void part(Output &output, const Part &part) {
    switch (part.kind) {
      case Part::Kind::text:
        output.put("{\"text\":");
        output.put(part.content);
        return output.put("}");
      case Part::Kind::image:
        output.put("{\"image\":{\"format\":\"");
        output.put(part.name);
        output.put("\",\"source\":{\"bytes\":\"");
        output.put(part.content);
        return output.put("\"}}}");
      case Part::Kind::call:
        output.put("{\"toolUse\":{\"toolUseId\":");
        output.put(part.id);
        output.put(",\"name\":");
        output.put(part.name);
        output.put(",\"input\":");
        output.put(part.content);
        return output.put("}}");
      case Part::Kind::result:
        output.put("{\"toolResult\":{\"toolUseId\":");
        output.put(part.id);
        output.put(part.isJSON ? ",\"content\":[{\"json\":" : ",\"content\":[{\"text\":");
        output.put(part.content);
        return output.put("}]}}");
    }
  }

  static void parts(Output &output, const Record &record, const Turn &turn) {
    Comma comma(output);
    for (size_t i = turn.first; i < turn.end; i++) {
      comma.next();
      part(output, record.parts[i]);
    }
  }

  static void tools(Output &output, const Record &record) {
    if (record.tools.empty()) return;
    Comma comma(output);
    output.put(",\"toolConfig\":{\"tools\":[");
    for (const Tool &tool : record.tools) {
      comma.next();
      output.put("{\"toolSpec\":{\"name\":");
      output.put(tool.name);
      output.put(",\"description\":");
      output.put(tool.description);
      output.put(",\"inputSchema\":{\"json\":");
      if (record.loweredSchemas) putSchema<false>(output, tool.schema);
      else output.put(tool.schema);
      output.put("}}}");
    }
    output.put("]");
    if (record.choice == Choice::automatic) output.put(",\"toolChoice\":{\"auto\":{}}");
    if (record.choice == Choice::any) output.put(",\"toolChoice\":{\"any\":{}}");
    output.put("}");
  }

  static void request(Output &output, const Record &record, Text) {
    output.put("{\"recordId\":");
    output.put(record.id);
    output.put(",\"modelInput\":{\"messages\":[");
    Comma messages(output);
    for (const Turn &turn : record.turns) {
      messages.next();
      output.put(turn.role == Role::user ? "{\"role\":\"user\",\"content\":["
                                         : "{\"role\":\"assistant\",\"content\":[");
      parts(output, record, turn);
      output.put("]}");
    }
    output.put("]");
    if (!record.system.empty()) {
      Comma comma(output);
      output.put(",\"system\":[");
      for (Text text : record.system) {
        putMember(output, comma, "{\"text\":", text);
        output.put("}");
      }
      output.put("]");
    }
    if (record.hasParameters()) {
      Comma comma(output);
      output.put(",\"inferenceConfig\":{");
      putMember(output, comma, "\"maxTokens\":", record.maxTokens);
      putMember(output, comma, "\"temperature\":", record.temperature);
      putMember(output, comma, "\"topP\":", record.topP);
      putStop(output, comma, "\"stopSequences\":", record.stop);
      output.put("}");
    }
    tools(output, record);
    output.put("}}\n");
  }

  static void result(Output &output, const Record &record, Text) {
    static constexpr Text reasons[] = {"end_turn", "max_tokens", "tool_use", "content_filtered"};
    output.put("{\"recordId\":");
    output.put(record.id);
    output.put(",\"modelOutput\":{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[");
    parts(output, record, {Role::assistant, 0, record.parts.size()});
    output.put("]}},\"stopReason\":\"");
    output.put(reasons[static_cast<size_t>(record.finish)]);
    output.put("\",\"usage\":{\"inputTokens\":");
    output.put(record.inputTokens);
    output.put(",\"outputTokens\":");
    output.put(record.outputTokens);
    output.put(",\"totalTokens\":");
    output.put(record.totalTokens);
    output.put("},\"metrics\":{\"latencyMs\":0}}}\n");
  }
};

struct GeminiWriter {
  // The name that Gemini wants beside a result stands in the call that it answers.
  static Text nameOf(const Part &result, const Record &record) {
    if (result.name.data()) return result.name;
    for (const Part &part : record.parts) {
      if (part.kind == Part::Kind::call && part.id == result.id) return part.name;
    }
    return "\"\"";
  }

  static void part(Output &output, const Part &part, const Record &record) {
    switch (part.kind) {
      case Part::Kind::text:
        output.put("{\"text\":");
        output.put(part.content);
        return output.put("}");
      case Part::Kind::image:
        output.put("{\"inlineData\":{\"mimeType\":\"image/");
        output.put(part.name);
        output.put("\",\"data\":\"");
        output.put(part.content);
        return output.put("\"}}");
      case Part::Kind::call:
        output.put("{\"functionCall\":{\"id\":");
        output.put(part.id);
        output.put(",\"name\":");
        output.put(part.name);
        output.put(",\"args\":");
        output.put(part.content);
        return output.put("}}");
      case Part::Kind::result:
        output.put("{\"functionResponse\":{\"id\":");
        output.put(part.id);
        output.put(",\"name\":");
        output.put(nameOf(part, record));
        output.put(",\"response\":{\"output\":");
        output.put(part.content);
        return output.put("}}}");
    }
  }

  static void parts(Output &output, const Record &record, const Turn &turn) {
    Comma comma(output);
    for (size_t i = turn.first; i < turn.end; i++) {
      comma.next();
      part(output, record.parts[i], record);
    }
  }

  static void tools(Output &output, const Record &record) {
    if (record.tools.empty()) return;
    static constexpr Text modes[] = {"", "AUTO", "ANY", "NONE"};
    Comma comma(output);
    output.put(",\"tools\":[{\"functionDeclarations\":[");
    for (const Tool &tool : record.tools) {
      comma.next();
      output.put("{\"name\":");
      output.put(tool.name);
      output.put(",\"description\":");
      output.put(tool.description);
      output.put(",\"parameters\":");
      putSchema<true>(output, tool.schema);
      output.put("}");
    }
    output.put("]}]");
    if (record.choice == Choice::absent) return;
    output.put(",\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"");
    output.put(modes[static_cast<size_t>(record.choice)]);
    output.put("\"}}");
  }

  static void request(Output &output, const Record &record, Text) {
    output.put("{\"key\":");
    output.put(record.id);
    output.put(",\"request\":{\"contents\":[");
    Comma contents(output);
    for (const Turn &turn : record.turns) {
      contents.next();
      output.put(turn.role == Role::user ? "{\"role\":\"user\",\"parts\":["
                                         : "{\"role\":\"model\",\"parts\":[");
      parts(output, record, turn);
      output.put("]}");
    }
    output.put("]");
    if (!record.system.empty()) {
      Comma comma(output);
      output.put(",\"systemInstruction\":{\"parts\":[");
      for (Text text : record.system) {
        putMember(output, comma, "{\"text\":", text);
        output.put("}");
      }
      output.put("]}");
    }
    if (record.hasParameters()) {
      Comma comma(output);
      output.put(",\"generationConfig\":{");
      putMember(output, comma, "\"maxOutputTokens\":", record.maxTokens);
      putMember(output, comma, "\"temperature\":", record.temperature);
      putMember(output, comma, "\"topP\":", record.topP);
      putStop(output, comma, "\"stopSequences\":", record.stop);
      output.put("}");
    }
    tools(output, record);
    output.put("}}\n");
  }

  static void result(Output &output, const Record &record, Text model) {
    static constexpr Text reasons[] = {"STOP", "MAX_TOKENS", "STOP", "SAFETY"};
    output.put("{\"key\":");
    output.put(record.id);
    output.put(",\"response\":{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[");
    parts(output, record, {Role::assistant, 0, record.parts.size()});
    output.put("]},\"finishReason\":\"");
    output.put(reasons[static_cast<size_t>(record.finish)]);
    output.put("\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":");
    output.put(record.inputTokens);
    output.put(",\"candidatesTokenCount\":");
    output.put(record.outputTokens);
    output.put(",\"totalTokenCount\":");
    output.put(record.totalTokens);
    output.put("},\"modelVersion\":\"");
    output.put(record.model.data() ? unquoted(record.model) : model);
    output.put("\",\"responseId\":");
    output.put(record.responseID.data() ? record.responseID : record.id);
    output.put("}}\n");
  }
};
