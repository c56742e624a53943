"""Embeddings by rule, in the spelling of every provider, so that every vector can be foretold."""
import base64
import hashlib
import json
import struct

import embeddings

from .model import Prompt, Reply


def vector(text, length=None):
    """The floats of a text: multiples of 1/128, which every spelling carries exactly."""
    digest = hashlib.sha256(text.encode()).digest()
    return [(digest[n % 32] - 128) / 128 for n in range(length or 8)]


def spelled(floats):
    return base64.b64encode(struct.pack(f"<{len(floats)}f", *floats)).decode()


def failure(texts):
    """The first reply that is none, as a text asks for it."""
    replies = [Reply(Prompt(text)) for text in texts]
    return next((reply for reply in replies if reply.failure), None)


# OpenAI

check_openai = embeddings.check_openai_request, embeddings.check_openai_result


def openai_texts(body):
    return [body["input"]] if isinstance(body["input"], str) else body["input"]


def input_count(line):
    """The inputs of a line; one that is no request is found later."""
    try:
        return len(openai_texts(json.loads(line)["body"]))
    except (ValueError, LookupError, TypeError):
        return 0


def openai_answer(body):
    texts = openai_texts(body)
    data = []
    for index, text in enumerate(texts):
        floats = vector(text, body.get("dimensions"))
        is_base64 = body.get("encoding_format") == "base64"
        data.append({"object": "embedding", "index": index,
                     "embedding": spelled(floats) if is_base64 else floats})
    tokens = sum(map(len, texts))
    return {"object": "list", "data": data, "model": body["model"],
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}


# Gemini

check_gemini = embeddings.check_gemini_request, embeddings.check_gemini_result


def gemini_text(request):
    return "".join(part["text"] for part in request["content"]["parts"])


def gemini_answer(request):
    text = gemini_text(request)
    return {"embedding": {"values": vector(text, request.get("outputDimensionality"))},
            "tokenCount": str(len(text))}


# Bedrock

def family(model):
    """Whose embeddings a model makes, or None."""
    return "titan" if "titan-embed" in model else "cohere" if "cohere.embed" in model else None


check_bedrock = {
    "titan": (embeddings.check_titan_request, embeddings.check_titan_result),
    "cohere": (embeddings.check_cohere_request, embeddings.check_cohere_result)}


def bedrock_texts(body):
    return [body["inputText"]] if "inputText" in body else body["texts"]


def bedrock_answer(body, kind):
    texts = bedrock_texts(body)
    if kind == "titan":
        floats = vector(texts[0], body.get("dimensions"))
        return {"embedding": floats, "inputTextTokenCount": len(texts[0]),
                "embeddingsByType": {"float": floats}}
    vectors = [vector(text, body.get("output_dimension")) for text in texts]
    return {"id": "c1", "response_type": "embeddings_floats", "texts": texts,
            "embeddings": vectors}
