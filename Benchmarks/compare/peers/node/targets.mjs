// SPDX-License-Identifier: Apache-2.0
// What the targets spell: parts, turns, whole records. Tools are [name, description, schema].

/** The schema with each of its types changed: Gemini writes them in upper case. */
export function withTypes(schema, change) {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return schema;
  const changed = {};
  for (const key in schema) {
    const value = schema[key];
    if (key === "type") {
      changed[key] = change(value);
    } else if (key === "properties") {
      const properties = {};
      for (const name in value) properties[name] = withTypes(value[name], change);
      changed[key] = properties;
    } else {
      changed[key] = key === "items" ? withTypes(value, change) : value;
    }
  }
  return changed;
}

function isEmpty(object) {
  for (const _ in object) return false;
  return true;
}

/** Turns of the same role that follow each other are one turn. */
function addTurn(turns, role, member, parts) {
  const last = turns[turns.length - 1];
  if (last !== undefined && last.role === role) last[member].push(...parts);
  else turns.push({ role, [member]: parts });
}

function makeStopList(parameters) {
  if (typeof parameters.stopSequences === "string") {
    parameters.stopSequences = [parameters.stopSequences];
  }
}

function bedrock() {
  const reasons = { length: "max_tokens", filtered: "content_filtered", stop: "end_turn" };
  return {
    parameters: ["maxTokens", "temperature", "topP", "stopSequences"],
    text: (text) => ({ text }),
    image: (format, bytes) => ({ image: { format, source: { bytes } } }),
    call: (id, name, input) => ({ toolUse: { toolUseId: id, name, input } }),
    toolResult(id, _, value) {
      const content = typeof value === "string" ? { text: value } : { json: value };
      return { toolResult: { toolUseId: id, content: [content] } };
    },
    turn(turns, isUser, parts) {
      addTurn(turns, isUser ? "user" : "assistant", "content", parts);
    },
    request(id, system, turns, parameters, tools, choice) {
      const body = { messages: turns };
      if (system.length > 0) body.system = system.map((text) => ({ text }));
      makeStopList(parameters);
      if (!isEmpty(parameters)) body.inferenceConfig = parameters;
      if (tools.length > 0) {
        body.toolConfig = {
          tools: tools.map(([name, description, json]) => ({
            toolSpec: { name, description, inputSchema: { json } },
          })),
        };
        if (choice === "auto" || choice === "any") body.toolConfig.toolChoice = { [choice]: {} };
      }
      return { recordId: id, modelInput: body };
    },
    result(id, parts, finish, [inputTokens, outputTokens, totalTokens]) {
      const hasCalls = parts.some((part) => part.toolUse !== undefined);
      return {
        recordId: id,
        modelOutput: {
          output: { message: { role: "assistant", content: parts } },
          stopReason: hasCalls ? "tool_use" : reasons[finish],
          usage: { inputTokens, outputTokens, totalTokens },
          metrics: { latencyMs: 0 },
        },
      };
    },
  };
}

function gemini(model) {
  const reasons = { length: "MAX_TOKENS", filtered: "SAFETY", stop: "STOP" };
  const modes = { auto: "AUTO", any: "ANY", none: "NONE" };
  const upper = (type) => type.toUpperCase();
  return {
    parameters: ["maxOutputTokens", "temperature", "topP", "stopSequences"],
    text: (text) => ({ text }),
    image: (subtype, data) => ({ inlineData: { mimeType: "image/" + subtype, data } }),
    call: (id, name, args) => ({ functionCall: { id, name, args } }),
    toolResult: (id, name, output) => ({ functionResponse: { id, name, response: { output } } }),
    turn(turns, isUser, parts) {
      addTurn(turns, isUser ? "user" : "model", "parts", parts);
    },
    request(key, system, turns, parameters, tools, choice) {
      const body = { contents: turns };
      if (system.length > 0) body.systemInstruction = { parts: system.map((text) => ({ text })) };
      makeStopList(parameters);
      if (!isEmpty(parameters)) body.generationConfig = parameters;
      if (tools.length > 0) {
        const functionDeclarations = tools.map(([name, description, schema]) => ({
          name,
          description,
          parameters: withTypes(schema, upper),
        }));
        body.tools = [{ functionDeclarations }];
        if (choice) body.toolConfig = { functionCallingConfig: { mode: modes[choice] } };
      }
      return { key, request: body };
    },
    result(key, parts, finish, [prompt, candidates, total], modelVersion, responseId) {
      const hasCalls = parts.some((part) => part.functionCall !== undefined);
      const finishReason = hasCalls ? "STOP" : reasons[finish];
      return {
        key,
        response: {
          candidates: [{ content: { role: "model", parts }, finishReason, index: 0 }],
          usageMetadata: {
            promptTokenCount: prompt,
            candidatesTokenCount: candidates,
            totalTokenCount: total,
          },
          modelVersion: modelVersion ?? model,
          responseId: responseId ?? key,
        },
      };
    },
  };
}

function openai(model) {
  const reasons = { length: "length", filtered: "content_filter", stop: "stop" };
  const choices = { auto: "auto", any: "required", none: "none" };
  return {
    parameters: ["max_completion_tokens", "temperature", "top_p", "stop"],
    text: (text) => ({ type: "text", text }),
    image(subtype, data) {
      return { type: "image_url", image_url: { url: `data:image/${subtype};base64,${data}` } };
    },
    call(id, name, input) {
      return { id, type: "function", function: { name, arguments: JSON.stringify(input) } };
    },
    toolResult(id, _, value) {
      const content = typeof value === "string" ? value : JSON.stringify(value);
      return { role: "tool", tool_call_id: id, content };
    },
    turn(turns, isUser, parts) {
      const content = [];
      const calls = [];
      for (const part of parts) {
        if (part.role !== undefined) turns.push(part);
        else (part.function !== undefined ? calls : content).push(part);
      }
      if (content.length === 0 && calls.length === 0) return;
      const message = { role: isUser ? "user" : "assistant", content };
      if (content.length === 0) message.content = null;
      else if (content.length === 1 && "text" in content[0]) message.content = content[0].text;
      if (calls.length > 0) message.tool_calls = calls;
      turns.push(message);
    },
    request(id, system, turns, parameters, tools, choice) {
      const messages = system.map((content) => ({ role: "system", content })).concat(turns);
      const body = { model, messages, ...parameters };
      if (tools.length > 0) {
        body.tools = tools.map(([name, description, schema]) => ({
          type: "function",
          function: { name, description, parameters: schema },
        }));
        if (choice) body.tool_choice = choices[choice];
      }
      return { custom_id: id, method: "POST", url: "/v1/chat/completions", body };
    },
    result(id, parts, finish, [prompt, completion, total], itsModel, responseId) {
      const texts = parts.filter((part) => part.text !== undefined).map((part) => part.text);
      const calls = parts.filter((part) => part.function !== undefined);
      const content = texts.length > 0 ? texts.join("") : null;
      const message = { role: "assistant", content, refusal: null };
      if (calls.length > 0) message.tool_calls = calls;
      const finish_reason = calls.length > 0 ? "tool_calls" : reasons[finish];
      const body = {
        id: responseId ?? "chatcmpl-" + id,
        object: "chat.completion",
        created: 0,
        model: itsModel ?? model,
        choices: [{ index: 0, message, logprobs: null, finish_reason }],
        usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total },
      };
      return {
        id: "batch_req_" + id,
        custom_id: id,
        response: { status_code: 200, request_id: id, body },
        error: null,
      };
    },
  };
}

export const targets = { bedrock, gemini, openai };
