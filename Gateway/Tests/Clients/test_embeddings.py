"""Embeddings in every dialect at every provider that makes them, against the strict emulators."""
import base64
import json
import struct

import pytest

from dialects import GRPC, converse, lines, openai, problems
from emulators.model import Prompt, Reply
from emulators.vectors import vector
from jobs import Job

pytestmark = pytest.mark.usefixtures("no_violations")
MODELS = {"openai": "text-embedding-3-small", "gemini": "gemini-embedding-001",
          "titan": "amazon.titan-embed-text-v2:0", "cohere": "cohere.embed-v4:0"}
PROVIDERS = {"titan": "bedrock", "cohere": "bedrock"}
TEXTS = ["The food was delicious.", "Grüße, 東京 🚀\u2028", "\\ and \"quotes\"\n", "x" * 70_000,
         "fail:400 one", "fail:429 two", "fail:503 three"]


@pytest.fixture
def gateway(emulated_gateway):
    return emulated_gateway


def openai_floats(identifier, texts):
    return {"custom_id": identifier, "method": "POST", "url": "/v1/embeddings",
            "body": {"model": MODELS["openai"], "input": texts if texts[1:] else texts[0],
                     "dimensions": 256}}


def openai_base64(identifier, texts):
    record = openai_floats(identifier, texts)
    record["body"]["encoding_format"] = "base64"
    return record


def gemini(identifier, texts):
    assert len(texts) == 1
    return {"key": identifier, "request": {
        "content": {"parts": [{"text": texts[0]}]}, "outputDimensionality": 256}}


def titan(identifier, texts):
    assert len(texts) == 1
    return {"recordId": identifier, "modelInput": {"inputText": texts[0], "dimensions": 256}}


def cohere(identifier, texts):
    return {"recordId": identifier, "modelInput": {
        "texts": texts, "input_type": "search_document", "output_dimension": 256}}


def cohere_short(identifier, texts):
    """The model's own length of vectors, which is short here."""
    record = cohere(identifier, texts)
    del record["modelInput"]["output_dimension"]
    return record


FORMATS = {openai_floats: "openai/embeddings", openai_base64: "openai/embeddings",
           gemini: "gemini/embed-content", titan: "bedrock/titan-embed",
           cohere: "bedrock/cohere-embed", cohere_short: "bedrock/cohere-embed"}


def read(record):
    """The id of a result, and its vectors or the code and message of its failure."""
    if "custom_id" in record:
        status, body = record["response"]["status_code"], record["response"]["body"]
        if status != 200:
            return record["custom_id"], (status, body["error"]["message"])
        return record["custom_id"], [
            vector_of(item["embedding"]) for item in sorted(body["data"], key=lambda i: i["index"])]
    identifier = record["key"] if "key" in record else record["recordId"]
    if "error" in record:
        code, message = ("code", "message") if "key" in record else ("errorCode", "errorMessage")
        return identifier, (record["error"][code], record["error"][message])
    if "key" in record:
        return identifier, [record["response"]["embedding"]["values"]]
    output = record["modelOutput"]
    return identifier, output["embeddings"] if "embeddings" in output else [output["embedding"]]


def vector_of(embedding):
    if isinstance(embedding, list):
        return embedding
    data = base64.b64decode(embedding, validate=True)
    return list(struct.unpack(f"<{len(data) // 4}f", data))


def expected(texts, format_name, length):
    said = [Reply(Prompt(text)) for text in texts]
    for reply in said:
        if reply.failure:
            code = GRPC[reply.failure] if format_name.startswith("gemini") else reply.failure
            return code, reply.message
    return [vector(text, length) for text in texts]


def run(gateway, model, dialect, asked, length=256):
    provider = PROVIDERS.get(model, model)
    sent = [dialect(f"id-{number}", texts) for number, texts in enumerate(asked)]
    job = Job(gateway, provider, lines(sent), model=MODELS[model])
    view, _ = job.wait()
    assert view["status"] == "Completed" and "message" not in view, view
    found, manifest = job.result_lines()
    assert [wrong for line in found for wrong in problems(line, FORMATS[dialect])] == []
    results = [json.loads(line) for line in found]
    answers = dict(map(read, results))
    assert len(answers) == len(found)
    wanted = [expected(texts, FORMATS[dialect], length) for texts in asked]
    assert answers == {f"id-{number}": answer for number, answer in enumerate(wanted)}
    if "recordId" in sent[0]:
        assert {record["recordId"]: record["modelInput"] for record in results} == {
            record["recordId"]: record["modelInput"] for record in sent}
    failed = sum(isinstance(answer, tuple) for answer in wanted)
    assert manifest["errorRecordCount"] == failed
    assert manifest["successRecordCount"] == len(asked) - failed
    return results


DIALECTS = [openai_floats, openai_base64, gemini, titan, cohere]
# Bedrock's own files stay as they are, so its other model says no to each of their records.
PAIRS = [(model, dialect) for model in MODELS for dialect in DIALECTS
         if (model, dialect) not in {("titan", cohere), ("cohere", titan)}]


@pytest.mark.parametrize("model, dialect", PAIRS, ids=lambda value: getattr(
    value, "__name__", value))
def test_matrix(gateway, model, dialect):
    results = run(gateway, model, dialect, [[text] for text in TEXTS])
    if dialect is openai_base64:
        assert all(isinstance(item["embedding"], str) for result in results
                   for item in result["response"]["body"].get("data", []))


@pytest.mark.parametrize("dialect", [openai_floats, openai_base64, cohere],
                         ids=lambda dialect: dialect.__name__)
@pytest.mark.parametrize("model", ["openai", "cohere"])
def test_several_texts_in_a_record(gateway, model, dialect):
    run(gateway, model, dialect, [[f"{n} {m}" for m in range(n + 1)] for n in range(30)] + [
        ["fine", "fail:429 the rest"]])


def test_more_inputs_than_a_batch_has(gateway, emulators):
    """OpenAI counts the inputs of all requests: the file is cut before there are 50,000."""
    batches = emulators["openai"].batches
    known = len(batches)
    run(gateway, "openai", cohere_short, [[f"{n} {m}" for m in range(96)] for n in range(525)],
        length=None)
    lines_of_each = [work.view.request_counts.total for work in list(batches.values())[known:]]
    assert lines_of_each == [520, 5]


@pytest.mark.parametrize("model, dialect, code", [
    ("gemini", cohere, "embedding.multiple_inputs"),
    ("titan", openai_floats, "embedding.multiple_inputs"),
])
def test_what_a_model_does_not_take_is_a_bad_line(gateway, model, dialect, code):
    body = lines([dialect("a", ["one"]), dialect("b", ["one", "two"])])
    view, _ = Job(gateway, PROVIDERS.get(model, model), body, model=MODELS[model]).wait()
    assert view["status"] == "Failed" and f"[{code}]" in view["message"], view
    assert "batch.jsonl:2:" in view["message"], view


def test_a_model_without_embeddings(gateway):
    view, _ = Job(gateway, "bedrock", lines([openai_floats("a", ["one"])])).wait()
    assert view["status"] == "Failed" and "[endpoint.unsupported]" in view["message"], view


@pytest.mark.parametrize("first, second, code", [
    (converse, titan, "body.unsupported"), (titan, converse, "body.unsupported")])
@pytest.mark.parametrize("provider", ["openai", "gemini"])
def test_a_batch_is_of_one_kind(gateway, provider, first, second, code):
    """As the first record shows: a provider would refuse the whole file, or fail every line."""
    def record(dialect, name):
        return dialect(name, "q") if dialect is converse else dialect(name, ["q"])
    body = lines([record(first, "a"), record(second, "b")])
    view, _ = Job(gateway, provider, body, model=MODELS[provider]).wait()
    assert view["status"] == "Failed" and f"[{code}]" in view["message"], view
    assert "batch.jsonl:2:" in view["message"], view


def test_a_mixed_file_of_openai(gateway):
    """At its own provider the file is the client's, and OpenAI says what is wrong with it."""
    body = lines([openai_floats("a", ["one"]), openai("b", "q")])
    view, _ = Job(gateway, "openai", body, model=MODELS["openai"]).wait()
    assert view["status"] == "Failed", view
    assert "line 2: url: is not /v1/embeddings" in view["message"], view
