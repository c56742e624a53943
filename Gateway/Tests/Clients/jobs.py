"""A job, as a client runs it."""
import json
import time

PROVIDERS = ["openai", "gemini", "bedrock"]
FINAL = {"Completed", "Failed", "Stopped", "PartiallyCompleted", "Expired"}
MODELS = {"openai": "model-1", "gemini": "model-1",
          "bedrock": "anthropic.claude-3-haiku-20240307-v1:0"}


class Job:
    """One job and what came of it."""

    def __init__(self, gateway, provider, body, name="job-1", bucket="jobs", key="in/batch.jsonl",
                 **more):
        self.s3 = gateway.client("s3", provider)
        self.bedrock = gateway.client("bedrock", provider)
        self.bucket, self.key = bucket, key
        self.etag = self.s3.put_object(Bucket=bucket, Key=key, Body=body)["ETag"].strip('"')
        uri = more.pop("uri", f"s3://{bucket}/{key}")
        self.order = dict(
            jobName=name, roleArn="arn:aws:iam::123456789012:role/r",
            modelId=more.pop("model", MODELS[provider]),
            inputDataConfig={"s3InputDataConfig": {"s3Uri": uri}},
            outputDataConfig={"s3OutputDataConfig": {"s3Uri": f"s3://{bucket}/out/"}}, **more)
        self.arn = self.bedrock.create_model_invocation_job(**self.order)["jobArn"]

    def get(self):
        return self.bedrock.get_model_invocation_job(jobIdentifier=self.arn)

    def wait(self, seconds=30, status=FINAL):
        """Waits for one of some statuses; returns the job and the statuses that were seen."""
        seen = []
        deadline = time.time() + seconds
        while time.time() < deadline:
            job = self.get()
            if job["status"] not in seen:
                seen.append(job["status"])
            if job["status"] in status:
                return job, seen
            assert job["status"] not in FINAL, job
            time.sleep(0.03)
        raise AssertionError(f"the job never came so far: {seen}")

    def file(self, key):
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def result_lines(self):
        """The lines of results and the manifest, and that nothing else was published."""
        prefix = f"out/{self.arn.split('/')[-1]}/"
        output, manifest = f"{prefix}{self.key.split('/')[-1]}.out", f"{prefix}manifest.json.out"
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix)["Contents"]
        assert [entry["Key"] for entry in listed] == sorted([output, manifest])
        return self.file(output).splitlines(), json.loads(self.file(manifest))

    def results(self):
        found, manifest = self.result_lines()
        return [json.loads(line) for line in found], manifest
