"""Records of Bedrock's batches: Converse bodies, and those of Claude's own dialect."""
import bedrock
import records
from anthropic.types import Message

from . import vectors
from .model import Prompt, Reply, decoded


def answer(record, model, invocation_type):
    """A line of results, and what the model said: a request that it does not take fails alone."""
    body = record["modelInput"]
    is_converse = invocation_type == "Converse"
    if not is_converse and (kind := vectors.family(model)):
        return embedding(record, kind)
    is_native = not is_converse and "anthropic" in model
    check, checked, prompt_of = (
        bedrock.check_anthropic_request, bedrock.check_anthropic_result, native_prompt
    ) if is_native else (bedrock.check_request, bedrock.check_result, converse_prompt)
    wrong = records.repeated_members(record, bedrock.REQUEST_OPAQUE) + check(record)
    if is_converse and "toolConfig" in body:
        wrong.append("toolConfig is not supported in batches of Converse")
    reply = None if wrong else Reply(prompt_of(body))
    if wrong:
        outcome = {"error": {"errorCode": 400, "errorMessage": "; ".join(wrong)}}
    elif reply.failure:
        outcome = {"error": {"errorCode": reply.failure, "errorMessage": reply.message}}
        reply = None
    else:
        outcome = {"modelOutput": native_message(reply, model) if is_native
                   else converse_output(reply)}
    result = {"modelInput": body, **outcome, "recordId": record["recordId"]}
    if wrong := checked(result):
        raise AssertionError(wrong)
    return result, reply


def embedding(record, kind):
    """A line of results with vectors; nobody counts tokens of these but Titan, in its answer."""
    body = record["modelInput"]
    check, checked = vectors.check_bedrock[kind]
    wrong = records.repeated_members(record, frozenset()) + check(record)
    reply = None if wrong else vectors.failure(vectors.bedrock_texts(body))
    if wrong:
        outcome = {"error": {"errorCode": 400, "errorMessage": "; ".join(wrong)}}
    elif reply:
        outcome = {"error": {"errorCode": reply.failure, "errorMessage": reply.message}}
    else:
        outcome = {"modelOutput": vectors.bedrock_answer(body, kind)}
    result = {"modelInput": body, **outcome, "recordId": record["recordId"]}
    if wrong := checked(result):
        raise AssertionError(wrong)
    return result, None if "error" in outcome else Reply(Prompt(""))


def last_blocks(body):
    content = [turn["content"] for turn in body["messages"] if turn["role"] == "user"][-1]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def converse_prompt(body):
    prompt = Prompt(tools=[
        tool["toolSpec"]["name"] for tool in body.get("toolConfig", {}).get("tools", [])])
    for block in last_blocks(body):
        prompt.text = block.get("text", prompt.text)
        if "image" in block:
            prompt.images.append(decoded(block["image"]["source"]["bytes"]))
    return prompt


def native_prompt(body):
    prompt = Prompt(tools=[tool["name"] for tool in body.get("tools", [])])
    for block in last_blocks(body):
        prompt.text = block.get("text", prompt.text)
        if block["type"] == "image":
            prompt.images.append(decoded(block["source"]["data"]))
    return prompt


def converse_output(reply):
    block = {"text": reply.text}
    if reply.tool:
        block = {"toolUse": {
            "toolUseId": "tooluse_1", "name": reply.tool, "input": reply.arguments}}
    counts = (reply.input_tokens, reply.output_tokens)
    return {"output": {"message": {"role": "assistant", "content": [block]}},
            "stopReason": reply.finish("end_turn", "max_tokens", "tool_use"),
            "usage": {"inputTokens": counts[0], "outputTokens": counts[1],
                      "totalTokens": sum(counts)},
            "metrics": {"latencyMs": 1}}


def native_message(reply, model):
    block = {"type": "text", "text": reply.text}
    if reply.tool:
        block = {"type": "tool_use", "id": "toolu_1", "name": reply.tool,
                 "input": reply.arguments}
    return Message.model_validate({
        "id": "msg_1", "type": "message", "role": "assistant", "model": model,
        "content": [block], "stop_sequence": None,
        "stop_reason": reply.finish("end_turn", "max_tokens", "tool_use"),
        "usage": {"input_tokens": reply.input_tokens, "output_tokens": reply.output_tokens}
    }).to_dict()
