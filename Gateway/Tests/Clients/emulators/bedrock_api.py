"""Bedrock's model invocation jobs, strict by botocore's own model of the service."""
import functools
import json
import re
from dataclasses import dataclass
from datetime import datetime, timezone

import botocore.session
import records
import shapes
from botocore.exceptions import ClientError
from botocore.parsers import create_parser

from .aws import REGION, S3, signature_problem
from .bedrock_records import answer
from .server import Emulator, Refusal, Violation, json_answer, json_body, jsonl, page, route

MODEL = botocore.session.get_session().get_service_model("bedrock")
STATES = ["Submitted", "Validating", "Scheduled", "InProgress", "Completed"]
FINAL = {"Completed", "Failed", "Stopped"}


def operation(name):
    """Marks a method as an operation: where it is and what it takes and gives, botocore says."""
    model = MODEL.operation_model(name)
    members = model.input_shape.members.values()
    query = {m.serialization["name"]: m.type_name for m in members
             if m.serialization.get("location") == "querystring"}
    path = re.sub(r"\{\w+\}", "([^/]+)", model.http["requestUri"])

    def mark(function):
        @functools.wraps(function)
        def checked(self, call, *identifiers):
            order = {name: int(value) if query[name] == "integer" and value.isdecimal() else value
                     for name, value in call.query.items()}
            order |= {"jobIdentifier": value for value in identifiers}
            if any(not m.serialization.get("location") for m in members):
                order |= json_body(call)
            elif call.body:
                raise Violation(400, "a body where none belongs", "ValidationException")
            if wrong := problems(order, model.input_shape):
                raise Violation(400, "; ".join(wrong), "ValidationException")
            answer = function(self, order)
            if wrong := answer_problems(answer, model.output_shape):
                raise AssertionError(wrong)
            return json_answer(answer)
        return route(model.http["method"], path, query)(checked)
    return mark


def problems(value, shape):
    """What is wrong with a value; botocore's own validator passes over patterns and enums."""
    found = shapes.botocore_problems(value, shape, "$")
    return found or shapes.shape_problems(without_times(value), shape, "$")


def without_times(value):
    if isinstance(value, list):
        return [without_times(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {name: without_times(part) for name, part in value.items()
            if not re.fullmatch(r"(submit|lastModified|end)Time(After|Before)?", name)}


def answer_problems(answer, shape):
    """botocore has to read all that is written, and nothing may be missing or unknown."""
    parsed = create_parser("rest-json").parse(
        {"body": json.dumps(answer).encode(), "headers": {}, "status_code": 200}, shape)
    del parsed["ResponseMetadata"]
    # Required members that are times are missing in the second check.
    found = shapes.botocore_problems(parsed, shape, "$")
    found += [line for line in shapes.shape_problems(without_times(answer), shape, "$")
              if not line.endswith("Time: missing")]
    return found if parsed.keys() == answer.keys() else [*found, f"{answer.keys()} is not known"]


@dataclass
class Job:
    order: dict
    view: dict

    @property
    def status(self):
        return self.view["status"]


class Bedrock(Emulator):
    """Bedrock's control plane; input and output are in `s3`, in the bucket of that name."""

    def __init__(self, bucket):
        self.jobs = {}
        self.s3 = S3(bucket)
        super().__init__()
        # One list for both: whoever looks at it wants to know of either.
        self.s3.violations = self.violations

    def close(self):
        self.s3.close()
        super().close()

    def check_key(self, call):
        wrong = signature_problem("bedrock", call.method, call.target, call.headers, call.body)
        if wrong:
            raise Violation(403, wrong, "InvalidSignatureException")

    def error(self, refusal):
        return json_answer({"message": refusal.message}, refusal.status, **{
            "x-amzn-errortype": refusal.code or "ResourceNotFoundException"})

    # Operations

    @operation("CreateModelInvocationJob")
    def create(self, order):
        token = order.get("clientRequestToken")
        for known in self.jobs.values():
            if token is not None and token == known.order.get("clientRequestToken"):
                if known.order == order:
                    return {"jobArn": known.view["jobArn"]}
                raise Refusal(400, "The token was used for another job.", "ConflictException")
        source = order["inputDataConfig"]["s3InputDataConfig"]["s3Uri"]
        if not source.endswith(".jsonl"):
            raise Violation(400, f"{source} is no JSONL file", "ValidationException")
        arn = f"arn:aws:bedrock:{REGION}:123456789012:model-invocation-job/{self.number():012x}"
        view = {name: value for name, value in order.items() if name != "tags"}
        view |= {"jobArn": arn, "status": STATES[0], "submitTime": time(),
                 "lastModifiedTime": time()}
        view.setdefault("modelInvocationType", "InvokeModel")
        self.jobs[arn] = Job(order, view)
        return {"jobArn": arn}

    def job(self, order):
        identifier = order["jobIdentifier"].rpartition("/")[2]
        for arn, job in self.jobs.items():
            if arn.endswith(f"/{identifier}"):
                return job
        raise Refusal(404, "Could not find the job.", "ResourceNotFoundException")

    @operation("GetModelInvocationJob")
    def get(self, order):
        job = self.job(order)
        shown = dict(job.view)
        self.advance(job)
        return shown

    @operation("ListModelInvocationJobs")
    def list(self, order):
        if "submitTimeAfter" in order or "submitTimeBefore" in order:
            raise Violation(400, "times are not emulated", "ValidationException")
        views = [job.view for job in self.jobs.values()
                 if order.get("nameContains", "") in job.view["jobName"]
                 and order.get("statusEquals", job.status) == job.status]
        if order.get("sortOrder") != "Ascending":
            views.reverse()
        views, more = page(views, lambda view: view["jobArn"], order.get("nextToken"),
                           order.get("maxResults", 100))
        summary = MODEL.shape_for("ModelInvocationJobSummary").members
        shown = [{name: value for name, value in view.items() if name in summary}
                 for view in views]
        return {"invocationJobSummaries": shown} | (
            {"nextToken": views[-1]["jobArn"]} if more else {})

    @operation("StopModelInvocationJob")
    def stop(self, order):
        job = self.job(order)
        if job.status in FINAL:
            raise Refusal(400, f"The job is {job.status}.", "ConflictException")
        job.view["status"] = "Stopping"
        return {}

    # Work

    def advance(self, job):
        if job.status in FINAL or (job.status == "InProgress" and self.hold):
            return
        job.view["lastModifiedTime"] = time()
        if job.status == "Stopping":
            job.view["status"] = "Stopped"
        elif job.status == "InProgress":
            self.work(job)
        else:
            job.view["status"] = STATES[STATES.index(job.status) + 1]
        if job.status in FINAL:
            job.view["endTime"] = time()

    def work(self, job):
        source = job.order["inputDataConfig"]["s3InputDataConfig"]["s3Uri"]
        try:
            lines = self.s3.read(source).removesuffix(b"\n").split(b"\n")
        except ClientError as error:
            job.view |= {"status": "Failed", "message": str(error)}
            return
        requests = []
        for number, line in enumerate(lines, 1):
            record, wrong = records.parse_line(line)
            if wrong := wrong or envelope_problem(record):
                job.view |= {"status": "Failed", "message": f"line {number}: {wrong}"}
                return
            requests.append({"recordId": f"RECORD{number:05}", **record})
        answers = [
            answer(record, job.view["modelId"], job.view["modelInvocationType"])
            for record in requests]
        results = [result for result, _ in answers]
        self.shuffle(results)
        failed = sum("error" in record for record in results)
        job.view |= {
            "status": "Completed", "totalRecordCount": len(results),
            "processedRecordCount": len(results), "successRecordCount": len(results) - failed,
            "errorRecordCount": failed}
        folder = job.order["outputDataConfig"]["s3OutputDataConfig"]["s3Uri"].rstrip("/")
        folder += "/" + job.view["jobArn"].rpartition("/")[2]
        self.s3.write(f"{folder}/{source.rpartition('/')[2]}.out", jsonl(results))
        manifest = {name: job.view[name] for name in job.view if name.endswith("RecordCount")}
        self.s3.write(f"{folder}/manifest.json.out", json.dumps(
            manifest | {
                "inputTokenCount": sum(reply.input_tokens for _, reply in answers if reply),
                "outputTokenCount": sum(reply.output_tokens for _, reply in answers if reply),
            }).encode())


def envelope_problem(record):
    if not isinstance(record.get("recordId", ""), str):
        return "recordId is no string"
    return "" if isinstance(record.get("modelInput"), dict) else "modelInput is no object"


def time():
    return datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
