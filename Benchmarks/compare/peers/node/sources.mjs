// SPDX-License-Identifier: Apache-2.0
// How the sources are read: each walks a parsed record, and has the target spell what it finds.
// Only what the corpora hold is looked at; a record of another shape ends in an exception.
import { withTypes } from "./targets.mjs";

function parametersOf(body, names, target) {
  const parameters = {};
  for (let index = 0; index < names.length; index++) {
    const value = body[names[index]];
    if (value !== undefined) parameters[target.parameters[index]] = value;
  }
  return parameters;
}

function openai(target) {
  const names = ["max_completion_tokens", "temperature", "top_p", "stop"];
  const reasons = { stop: "stop", tool_calls: "stop", length: "length" };

  function contentOf(content, parts) {
    if (typeof content === "string") {
      parts.push(target.text(content));
      return;
    }
    for (const part of content ?? []) {
      if (part.type === "text") {
        parts.push(target.text(part.text));
      } else {
        const url = part.image_url.url;
        const comma = url.indexOf(",");
        parts.push(target.image(url.slice(11, url.indexOf(";")), url.slice(comma + 1)));
      }
    }
  }

  function partsOf(message, calls) {
    const parts = [];
    contentOf(message.content, parts);
    for (const call of message.tool_calls ?? []) {
      calls.set(call.id, call.function.name);
      parts.push(target.call(call.id, call.function.name, JSON.parse(call.function.arguments)));
    }
    return parts;
  }

  function request(record) {
    const body = record.body;
    const system = [];
    const turns = [];
    const calls = new Map();
    for (const message of body.messages) {
      if (message.role === "system" || message.role === "developer") {
        if (typeof message.content === "string") system.push(message.content);
        else for (const part of message.content) system.push(part.text);
      } else if (message.role === "tool") {
        const id = message.tool_call_id;
        target.turn(turns, true, [target.toolResult(id, calls.get(id), message.content)]);
      } else {
        target.turn(turns, message.role === "user", partsOf(message, calls));
      }
    }
    const parameters = parametersOf(body, names, target);
    if (body.max_tokens !== undefined && body.max_completion_tokens === undefined) {
      parameters[target.parameters[0]] = body.max_tokens;
    }
    const tools = (body.tools ?? []).map((tool) => [
      tool.function.name,
      tool.function.description,
      tool.function.parameters,
    ]);
    const choice = body.tool_choice === "required" ? "any" : body.tool_choice;
    return target.request(record.custom_id, system, turns, parameters, tools, choice);
  }

  function result(record) {
    const body = record.response.body;
    const choice = body.choices[0];
    const usage = body.usage;
    return target.result(
      record.custom_id,
      partsOf(choice.message, new Map()),
      reasons[choice.finish_reason] ?? "filtered",
      [usage.prompt_tokens, usage.completion_tokens, usage.total_tokens],
      body.model,
      body.id,
    );
  }

  return { request, result };
}

function bedrock(target) {
  const names = ["maxTokens", "temperature", "topP", "stopSequences"];
  const reasons = {
    end_turn: "stop",
    stop_sequence: "stop",
    tool_use: "stop",
    max_tokens: "length",
  };

  function partOf(block, calls) {
    if (block.text !== undefined) return target.text(block.text);
    if (block.image !== undefined) {
      return target.image(block.image.format, block.image.source.bytes);
    }
    if (block.toolUse !== undefined) {
      const call = block.toolUse;
      calls.set(call.toolUseId, call.name);
      return target.call(call.toolUseId, call.name, call.input);
    }
    const { toolUseId, content } = block.toolResult;
    return target.toolResult(toolUseId, calls.get(toolUseId), content[0].text ?? content[0].json);
  }

  function request(record) {
    const body = record.modelInput;
    const turns = [];
    const calls = new Map();
    for (const message of body.messages) {
      const parts = message.content.map((block) => partOf(block, calls));
      target.turn(turns, message.role === "user", parts);
    }
    const system = (body.system ?? []).map((block) => block.text);
    const config = body.toolConfig ?? {};
    const tools = (config.tools ?? []).map(({ toolSpec }) => [
      toolSpec.name,
      toolSpec.description,
      toolSpec.inputSchema.json,
    ]);
    const choice = Object.keys(config.toolChoice ?? {})[0];
    const parameters = parametersOf(body.inferenceConfig ?? {}, names, target);
    return target.request(record.recordId, system, turns, parameters, tools, choice);
  }

  function result(record) {
    const output = record.modelOutput;
    const usage = output.usage;
    return target.result(
      record.recordId,
      output.output.message.content.map((block) => partOf(block, new Map())),
      reasons[output.stopReason] ?? "filtered",
      [usage.inputTokens, usage.outputTokens, usage.totalTokens],
      undefined,
      undefined,
    );
  }

  return { request, result };
}

function gemini(target) {
  const names = ["maxOutputTokens", "temperature", "topP", "stopSequences"];
  const reasons = { STOP: "stop", MAX_TOKENS: "length" };
  const lower = (type) => type.toLowerCase();

  function partOf(part) {
    if (part.text !== undefined) return target.text(part.text);
    if (part.inlineData !== undefined) {
      return target.image(part.inlineData.mimeType.slice(6), part.inlineData.data);
    }
    if (part.functionCall !== undefined) {
      const call = part.functionCall;
      return target.call(call.id, call.name, call.args ?? {});
    }
    const { id, name, response } = part.functionResponse;
    const isOutput = response.output !== undefined && Object.keys(response).length === 1;
    return target.toolResult(id, name, isOutput ? response.output : response);
  }

  function request(record) {
    const body = record.request;
    const turns = [];
    for (const content of body.contents) {
      target.turn(turns, content.role === "user", content.parts.map(partOf));
    }
    const system = (body.systemInstruction?.parts ?? []).map((part) => part.text);
    const tools = (body.tools ?? []).flatMap((group) =>
      group.functionDeclarations.map((declaration) => [
        declaration.name,
        declaration.description,
        withTypes(declaration.parameters, lower),
      ]),
    );
    const choice = body.toolConfig?.functionCallingConfig.mode.toLowerCase();
    const parameters = parametersOf(body.generationConfig ?? {}, names, target);
    const id = record.key ?? record.metadata.key;
    return target.request(id, system, turns, parameters, tools, choice);
  }

  function result(record) {
    const response = record.response;
    const candidate = response.candidates[0];
    const usage = response.usageMetadata;
    return target.result(
      record.key,
      candidate.content.parts.map(partOf),
      reasons[candidate.finishReason] ?? "filtered",
      [usage.promptTokenCount, usage.candidatesTokenCount, usage.totalTokenCount],
      response.modelVersion,
      response.responseId,
    );
  }

  return { request, result };
}

export const sources = { bedrock, gemini, openai };
