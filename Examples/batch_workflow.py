#!/usr/bin/env python3
"""The whole batch workflow with an unmodified boto3: upload, start, wait, list, read.

    Gateway/sandbox &                                 the gateway with emulated providers
    pip install boto3 && python Examples/batch_workflow.py openai      or gemini, or bedrock

GATEWAY_URL names another gateway, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY keys for it; MODEL
another model, and BUCKET another bucket: for Bedrock itself, one that you have.
"""
import json
import os
import sys
import time

import boto3

url = os.environ.get("GATEWAY_URL", "http://localhost:8080")
provider = sys.argv[1] if len(sys.argv) > 1 else "openai"
bucket = os.environ.get("BUCKET", "my-batches")
model = os.environ.get("MODEL") or {"openai": "gpt-4o-mini", "gemini": "gemini-2.5-flash"}.get(
    provider, "anthropic.claude-3-haiku-20240307-v1:0")


def client(service, path):
    """A boto3 client of the gateway that says who is to run the batch."""
    made = boto3.client(
        service, endpoint_url=url + path, region_name="us-west-2",
        # A gateway without keys lets everybody on its machine in; boto3 wants some all the same.
        aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "local"),
        aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "local"))

    def add_provider(request, **_):
        request.headers["x-model-provider"] = provider

    made.meta.events.register(f"before-send.{service}", add_provider)
    return made


s3 = client("s3", "/bedrock/files")
bedrock = client("bedrock", "/bedrock")

prompts = ["Name three rivers.", "What is 6 x 7?", "Grüße aus Köln 🚀"]
lines = [
    {"recordId": f"prompt-{number}", "modelInput": {
        "messages": [{"role": "user", "content": [{"text": prompt}]}],
        "inferenceConfig": {"maxTokens": 200}}}
    for number, prompt in enumerate(prompts)
]
body = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
uploaded = s3.put_object(Bucket=bucket, Key="input/prompts.jsonl", Body=body.encode())
print("uploaded, file id", uploaded["ETag"])

job = bedrock.create_model_invocation_job(
    jobName="my-first-job",
    # boto3 demands a role. For OpenAI and Gemini any text will do; Bedrock assumes it.
    roleArn=os.environ.get("BEDROCK_BATCH_ROLE_ARN", "arn:aws:iam::123456789012:role/any"),
    modelId=model,
    inputDataConfig={"s3InputDataConfig": {"s3Uri": f"s3://{bucket}/input/prompts.jsonl"}},
    outputDataConfig={"s3OutputDataConfig": {"s3Uri": f"s3://{bucket}/output/"}})
arn = job["jobArn"]
print("started", arn)

while True:
    state = bedrock.get_model_invocation_job(jobIdentifier=arn)
    print(state["status"], state.get("message", ""))
    if state["status"] in ("Completed", "PartiallyCompleted", "Failed", "Stopped", "Expired"):
        break
    time.sleep(1)

print("jobs:", [j["jobName"] for j in bedrock.list_model_invocation_jobs()["invocationJobSummaries"]])
prefix = f"output/{arn.split('/')[-1]}/"
for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", []):
    print(f"\n{item['Key']}, {item['Size']} bytes")
    print(s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read().decode())
sys.exit(0 if state["status"] == "Completed" else 1)
