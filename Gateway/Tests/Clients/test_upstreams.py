"""Every dialect at every provider, against strict emulators written with the vendors' packages.

What a client gets is compared record by record with what the model says to its own request, and
checked against the vendors' types; what the gateway sends is checked by the emulators.
"""
import json
import struct
import zlib
from types import SimpleNamespace

import pytest

from dialects import (
    DIALECTS, GRPC, Answer, anthropic, converse, gemini_key, gemini_metadata, lines, openai,
    problems, read)
from emulators.model import Prompt, Reply
from jobs import PROVIDERS, Job

pytestmark = pytest.mark.usefixtures("no_violations")
FORMATS = {converse: "bedrock/converse", anthropic: "bedrock/anthropic", openai: "openai/chat",
           gemini_key: "gemini", gemini_metadata: "gemini"}
WORDS = {"bedrock/converse": ("end_turn", "max_tokens", "tool_use"),
         "bedrock/anthropic": ("end_turn", "max_tokens", "tool_use"),
         "openai/chat": ("stop", "length", "tool_calls"), "gemini": ("STOP", "MAX_TOKENS", "STOP")}


def png(*color):
    """An image of one pixel."""
    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
    pixel = zlib.compress(bytes([0, *color]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) \
        + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def say(text, tools=False, image=None, name="id"):
    """A request, whatever the dialect; a number makes the name an id."""
    return SimpleNamespace(text=text, tools=tools, image=image, name=name)


SCENARIOS = {
    "success": [say(f"Question {n}") for n in range(20)] + [say("length: a long story")],
    "failures": [say("fine"), say("also fine")] + [say(f"fail:{code} of {n}")
                                                   for n, code in enumerate([*GRPC, *GRPC])],
    "all_fail": [say("fail:429 one"), say("fail:429 two")],
    "tools": [say("call: Zürich", tools=True), say("just talk", tools=True), say("no tools here"),
              say('call: "quoted" \\ \n \u2028 🚀', tools=True), say("call: nothing to call"),
              say("fail:400 call:", tools=True)],
    "images": [say(f"image {n}", image=png(n, 7, 255 - n)) for n in range(6)]
    + [say("no image"), say("fail:400", image=png(1, 2, 3))],
    "unicode": [
        say("Grüße, 東京 🚀 👩‍👩‍👧‍👦"), say("line\u2028and\u2029paragraph\u0085next"), say("a\0b\0"),
        say("quote \" backslash \\ slash / tab \t feed \f back \b return \r line \n delete \x7f"),
        say("\\u0041 is no escape, \\n neither"), say("e\u0301 is not é"), say("\U0010ffff\ufeff"),
        say("שלום עולם", name="🚀-\u2028-é"), say("x", name='"quoted"\\-\t'),
        say("fail:400 🚀\u2028\0"), say("long " + "ß🚀" * 30_000)],
}


@pytest.fixture
def gateway(emulated_gateway):
    return emulated_gateway


def requests(dialect, scenario):
    return [dialect(f"{asked.name}-{number}", asked.text, asked.tools, asked.image)
            for number, asked in enumerate(scenario)]


def reply(asked):
    return Reply(Prompt(
        asked.text, ["weather"] if asked.tools else [], [asked.image] if asked.image else []))


def expected(asked, number, format_name):
    """What the model says to a request, in the words of a dialect."""
    said = reply(asked)
    answer = Answer(f"{asked.name}-{number}")
    if said.failure:
        answer.failure = GRPC[said.failure] if format_name == "gemini" else said.failure
        answer.message = said.message
        return answer
    answer.finish = said.finish(*WORDS[format_name])
    if said.tool:
        answer.tool, answer.arguments = said.tool, said.arguments
    else:
        answer.text = said.text
    return answer


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.__name__)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_matrix(gateway, provider, dialect, scenario):
    # Everything twice: as it is, and with what is not ASCII in escapes.
    asked, format_name = SCENARIOS[scenario] * 2, FORMATS[dialect]
    sent = requests(dialect, asked)
    middle = len(sent) // 2
    body = lines(sent[:middle]) + lines(sent[middle:], ascii_only=True)
    job = Job(gateway, provider, body)
    view, _ = job.wait()
    assert view["status"] == "Completed", view
    assert "message" not in view, view
    found, manifest = job.result_lines()
    assert [wrong for line in found for wrong in problems(line, format_name)] == []
    answers = {answer.id: answer for answer in (read(json.loads(line)) for line in found)}
    assert len(answers) == len(found)
    wanted = [expected(one, number, format_name) for number, one in enumerate(asked)]
    assert answers == {answer.id: answer for answer in wanted}
    if "recordId" in sent[0]:
        echoes = {record["recordId"]: record["modelInput"] for record in map(json.loads, found)}
        assert echoes == {record["recordId"]: record["modelInput"] for record in sent}
    done = [reply(one) for one in asked if not reply(one).failure]
    assert manifest == {
        "totalRecordCount": len(asked), "processedRecordCount": len(asked),
        "successRecordCount": len(done), "errorRecordCount": len(asked) - len(done),
        "inputTokenCount": sum(said.input_tokens for said in done),
        "outputTokenCount": sum(said.output_tokens for said in done)}
    assert {name: view[name] for name in manifest if name in view} == {
        name: count for name, count in manifest.items() if "Token" not in name}


@pytest.mark.parametrize("provider, dialect", [("openai", openai), ("gemini", gemini_key)])
def test_a_file_in_the_own_dialect_goes_up_at_once(gateway, emulators, provider, dialect):
    """The ETag is the provider's id of just these bytes, however often they are put."""
    files = emulators[provider].files
    body = lines(requests(dialect, [say("once"), say("für alle 🚀")]))
    known = set(files)
    s3 = gateway.client("s3", provider)
    etags = {s3.put_object(Bucket="own", Key=key, Body=body)["ETag"].strip('"') for key in "ab"}
    assert files.keys() - known == etags
    assert [files[etag].data for etag in etags] == [body]


def test_an_upload_that_breaks_goes_on_where_it_ended(gateway, emulators):
    gemini = emulators["gemini"]
    gemini.interrupt = 1000
    body = lines(requests(gemini_key, [say(f"text {n} " * 20) for n in range(100)]))
    job = Job(gateway, "gemini", body)
    assert gemini.interrupt is None and len(body) > 2000
    assert gemini.files[job.etag].data == body


def test_files_that_are_still_processed(gateway, emulators):
    emulators["gemini"].processing_looks = 1
    job = Job(gateway, "gemini", lines(requests(converse, [say("patience")])))
    assert job.wait()[0]["successRecordCount"] == 1


@pytest.mark.parametrize("provider, records, message", [
    ("openai", [openai("id-0", "a"), openai("id-0", "b")],
     "line 2: custom_id: id-0 occurs twice"),
    ("openai", [openai("a", "x"), openai("b", "y") | {"body": openai("b", "y")["body"] | {
        "model": "other"}}], "line 2: body.model: ['gpt-4o-mini', 'other']"),
    ("openai", [openai("a", "x"), openai("b", "y") | {"url": "/v1/embeddings"}],
     "line 2: url: is not /v1/chat/completions"),
    ("gemini", [gemini_key("id-0", "a"), gemini_key("id-0", "b")],
     "line 2: key id-0 occurs twice"),
])
def test_a_file_that_the_provider_refuses(gateway, provider, records, message):
    """Files in the provider's own dialect are the client's: what is wrong, the provider says."""
    view, _ = Job(gateway, provider, lines(records)).wait()
    assert view["status"] == "Failed" and view["message"].startswith(message), view
    assert "twice" not in view["message"].removeprefix(message), "nothing was answered at all"


@pytest.mark.parametrize("dialect", [converse, openai, gemini_key], ids=lambda one: one.__name__)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_job_that_is_stopped(gateway, emulators, provider, dialect):
    """What was done before is kept, and every other request says that it was not."""
    emulators[provider].hold = True
    job = Job(gateway, provider, lines(requests(dialect, [say(f"text {n}") for n in range(10)])))
    job.wait(status={"InProgress"})
    job.bedrock.stop_model_invocation_job(jobIdentifier=job.arn)
    view, _ = job.wait()
    assert view["status"] == "Stopped"
    found, _ = job.result_lines()
    assert [wrong for line in found for wrong in problems(line, FORMATS[dialect])] == []
    answers = [read(json.loads(line)) for line in found]
    assert sorted(answer.id for answer in answers) == [f"id-{n}" for n in range(10)]
    done = [answer for answer in answers if answer.text]
    # OpenAI alone has a file for what was done.
    assert len(done) == (5 if provider == "openai" else 0)
    assert all(answer.text == "Echo: text " + answer.id[3:] for answer in done)
    assert all(answer.failure for answer in answers if not answer.text)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_records_without_ids(gateway, provider):
    """Bedrock gives them ids of its own; which answer is whose, the echo of the request shows."""
    sent = requests(converse, [say("one"), say("two"), say("three"), say("four")])
    del sent[1]["recordId"], sent[2]["recordId"]
    job = Job(gateway, provider, lines(sent))
    view, _ = job.wait()
    assert "message" not in view, view
    results, manifest = job.results()
    assert manifest["successRecordCount"] == 4
    said = [(result.get("modelInput"), read(result).text) for result in results]
    wanted = [(record["modelInput"], "Echo: " + record["modelInput"]["messages"][0]["content"][0][
        "text"]) for record in sent]
    assert sorted(said, key=lambda one: one[1]) == sorted(wanted, key=lambda one: one[1])
