# SPDX-License-Identifier: Apache-2.0
# The jq program that somebody would write instead. It has the conversions from and to OpenAI alone.
#
#   jq -c --arg conversion "KIND FROM TO" --arg model MODEL -f peer.jq

def types(change):
  if type == "object" then
    with_entries(
      if .key == "type" then .value |= change
      elif .key == "properties" then .value |= map_values(types(change))
      elif .key == "items" then .value |= types(change)
      else . end)
  else . end;

def present: with_entries(select(.value != null));

def optional(name): if . == null or . == [] or . == {} then {} else {(name): .} end;

def list: if type == "string" then [.] else . end;

# {subtype, data} of a data URL: a slice is much faster than a regular expression.
def data_url:
  .[:40] as $head
  | {subtype: $head[11:($head | index(";"))], data: .[(($head | index(",")) + 1):]};

def texts: if type == "string" then . else .[].text end;

def is_system: .role == "system" or .role == "developer";

def system: [.body.messages[] | select(is_system) | .content | texts];

# The turns of an OpenAI request: those of the same role are one.
def turns(role; member; part; call; result):
  reduce (.body.messages[] | select(is_system | not)) as $message ([];
      ($message | role) as $role
      | ($message
         | if .role == "tool" then [result]
           else
             (if (.content | type) == "string" then [{text: .content}]
              else [.content // [] | .[] | part] end)
             + [.tool_calls // [] | .[] | call]
           end) as $parts
      | if length > 0 and .[-1].role == $role then .[-1][member] += $parts
        else . + [{role: $role, (member): $parts}] end);

def parameters(maximum):
  .body
  | {(maximum): (.max_completion_tokens // .max_tokens), temperature, topP: .top_p,
     stopSequences: (.stop | if . == null then null else list end)}
  | present;

def openai_to_bedrock:
  .body as $body
  | {recordId: .custom_id,
     modelInput: (
       {messages: turns(
          if .role == "assistant" then "assistant" else "user" end;
          "content";
          if .type == "text" then {text}
          else .image_url.url | data_url | {image: {format: .subtype, source: {bytes: .data}}} end;
          {toolUse: {
             toolUseId: .id, name: .function.name, input: (.function.arguments | fromjson)}};
          {toolResult: {toolUseId: .tool_call_id, content: [{text: .content}]}})}
       + (system | map({text: .}) | optional("system"))
       + (parameters("maxTokens") | optional("inferenceConfig"))
       + (if $body.tools then
            {toolConfig: (
              {tools: [$body.tools[].function
                       | {toolSpec: {name, description, inputSchema: {json: .parameters}}}]}
              + ({auto: {auto: {}}, required: {any: {}}}[$body.tool_choice // ""]
                 | if . then {toolChoice: .} else {} end))}
          else {} end))};

def openai_to_gemini:
  .body as $body
  | ([$body.messages[] | .tool_calls // [] | .[] | {(.id): .function.name}] | add) as $names
  | {key: .custom_id,
     request: (
       {contents: turns(
          if .role == "assistant" then "model" else "user" end;
          "parts";
          if .type == "text" then {text}
          else .image_url.url | data_url
            | {inlineData: {mimeType: ("image/" + .subtype), data: .data}} end;
          {functionCall: {id, name: .function.name, args: (.function.arguments | fromjson)}};
          .tool_call_id as $id
          | {functionResponse: {id: $id, name: $names[$id], response: {output: .content}}})}
       + (system | map({text: .}) | optional("parts") | optional("systemInstruction"))
       + (parameters("maxOutputTokens") | optional("generationConfig"))
       + (if $body.tools then
            {tools: [{functionDeclarations: [$body.tools[].function
              | {name, description, parameters: (.parameters | types(ascii_upcase))}]}]}
            + ({auto: "AUTO", required: "ANY", none: "NONE"}[$body.tool_choice // ""]
               | if . then {toolConfig: {functionCallingConfig: {mode: .}}} else {} end)
          else {} end))};

def image_part(subtype; data):
  {type: "image_url", image_url: {url: ("data:image/" + subtype + ";base64," + data)}};

def call_part(id; name; input):
  {id: id, type: "function", function: {name: name, arguments: input | tojson}};

# Parts as OpenAI has them: messages with a role, calls with a function, content.
def bedrock_part:
  if has("text") then {type: "text", text}
  elif has("image") then image_part(.image.format; .image.source.bytes)
  elif has("toolUse") then .toolUse | call_part(.toolUseId; .name; .input)
  else .toolResult
    | {role: "tool", tool_call_id: .toolUseId,
       content: (.content[0] | if has("text") then .text else .json | tojson end)} end;

def gemini_part:
  if has("text") then {type: "text", text}
  elif has("inlineData") then image_part(.inlineData.mimeType[6:]; .inlineData.data)
  elif has("functionCall") then .functionCall | call_part(.id; .name; .args // {})
  else .functionResponse
    | {role: "tool", tool_call_id: .id,
       content: (.response
         | if keys == ["output"] then .output else . end
         | if type == "string" then . else tojson end)} end;

def messages(role):
  (.[] | select(.role)),
  (map(select(.function)) as $calls
   | map(select((.role or .function) | not)) as $content
   | select(($calls | length) + ($content | length) > 0)
   | {role: role,
      content: (if $content == [] then null
                elif ($content | length) == 1 and $content[0].type == "text" then $content[0].text
                else $content end)}
     + ($calls | optional("tool_calls")));

def request_line($id; $system; $turns; $parameters; $tools; $choice):
  {custom_id: $id, method: "POST", url: "/v1/chat/completions",
   body: (
     {model: $model, messages: (($system | map({role: "system", content: .})) + $turns)}
     + $parameters
     + ($tools | map({type: "function", function: .}) | optional("tools"))
     + (if $choice then
          {tool_choice: {auto: "auto", any: "required", none: "none"}[$choice]} else {} end))};

def chat_parameters(maximum):
  {max_completion_tokens: maximum, temperature, top_p: .topP, stop: .stopSequences} | present;

def bedrock_to_openai:
  .modelInput as $body
  | request_line(.recordId;
      [$body.system // [] | .[].text];
      [$body.messages[] | .role as $role | .content | map(bedrock_part) | messages($role)];
      ($body.inferenceConfig // {} | chat_parameters(.maxTokens));
      [$body.toolConfig.tools // [] | .[].toolSpec
       | {name, description, parameters: .inputSchema.json}];
      ($body.toolConfig.toolChoice // {} | keys[0]));

def gemini_to_openai:
  .request as $body
  | request_line(.key // .metadata.key;
      [$body.systemInstruction.parts // [] | .[].text];
      [$body.contents[]
       | (if .role == "model" then "assistant" else "user" end) as $role
       | .parts | map(gemini_part) | messages($role)];
      ($body.generationConfig // {} | chat_parameters(.maxOutputTokens));
      [$body.tools // [] | .[].functionDeclarations[]
       | {name, description, parameters: (.parameters | types(ascii_downcase))}];
      ($body.toolConfig.functionCallingConfig.mode
       | if . then ascii_downcase else null end));

def result_line($id; $parts; $finish; $usage; $itsModel; $responseID):
  ($parts | map(select(.function))) as $calls
  | ($parts | map(.text // empty)) as $texts
  | {id: ("batch_req_" + $id), custom_id: $id,
     response: {status_code: 200, request_id: $id, body: {
       id: ($responseID // "chatcmpl-" + $id), object: "chat.completion", created: 0,
       model: ($itsModel // $model),
       choices: [{index: 0,
         message: (
           {role: "assistant", content: (if $texts == [] then null else $texts | add end),
            refusal: null}
           + ($calls | optional("tool_calls"))),
         logprobs: null,
         finish_reason: (if $calls == [] then $finish // "content_filter" else "tool_calls" end)}],
       usage: {prompt_tokens: $usage[0], completion_tokens: $usage[1], total_tokens: $usage[2]}}},
     error: null};

def bedrock_result_to_openai:
  .modelOutput as $output
  | result_line(.recordId;
      [$output.output.message.content[] | bedrock_part];
      {end_turn: "stop", stop_sequence: "stop", max_tokens: "length"}[$output.stopReason];
      ($output.usage | [.inputTokens, .outputTokens, .totalTokens]);
      null; null);

def gemini_result_to_openai:
  .response as $response
  | result_line(.key;
      [$response.candidates[0].content.parts[] | gemini_part];
      {STOP: "stop", MAX_TOKENS: "length"}[$response.candidates[0].finishReason];
      ($response.usageMetadata | [.promptTokenCount, .candidatesTokenCount, .totalTokenCount]);
      $response.modelVersion; $response.responseId);

if $conversion == "request openai bedrock" then openai_to_bedrock
elif $conversion == "request openai gemini" then openai_to_gemini
elif $conversion == "request bedrock openai" then bedrock_to_openai
elif $conversion == "request gemini openai" then gemini_to_openai
elif $conversion == "result bedrock openai" then bedrock_result_to_openai
elif $conversion == "result gemini openai" then gemini_result_to_openai
else error("no such conversion") end
