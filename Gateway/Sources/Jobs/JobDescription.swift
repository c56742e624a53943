// SPDX-License-Identifier: Apache-2.0

// Jobs as an operator looks at them, on a terminal.

import Wire

/// What is known of a job, in words.
public struct JobDescription: Sendable {
    /// The twelve letters at the end of its ARN.
    public let id: String
    /// One line: id, status, provider, counts, name.
    public let line: String
    /// All there is to say, one fact a line.
    public let lines: [String]

    init(_ job: JobRecord) {
        id = job.id
        let date = { (milliseconds: Int64) in UTCDate(milliseconds: milliseconds).iso }
        let counts = "\(job.succeeded ?? 0)+\(job.failed ?? 0)/\(job.total.map(String.init) ?? "?")"
        line = [job.id, job.status.rawValue, job.provider, counts, date(job.submitted), job.name]
            .joined(separator: "  ")
        var lines = [
            "job        \(job.arn)", "name       \(job.name)", "tenant     \(job.tenant)",
            "status     \(job.status.rawValue) (step: \(job.phase.rawValue))",
            "provider   \(job.provider), model \(job.modelID)",
            "input      \(job.inputURI) (\(job.sourceFormat ?? "format not known yet"))",
            "output     \(job.outputURI)", "submitted  \(date(job.submitted))",
            "changed    \(date(job.modified))",
            "records    \(job.total.map(String.init) ?? "?"), \(job.succeeded ?? 0) succeeded, "
                + "\(job.failed ?? 0) failed",
        ]
        if let message = job.message { lines.append("message    \(message)") }
        if job.attempts > 0 { lines.append("trouble    \(job.attempts) tries of this step failed") }
        for (index, part) in job.parts.enumerated() {
            let file = part.fileID ?? (part.isUploadTried ? "upload tried" : "not uploaded")
            let batch = part.batchID ?? (part.isBatchTried ? "batch asked for" : "no batch")
            lines.append(
                "part \(index + 1)     \(part.recordCount) records, \(file), \(batch), "
                    + (part.state ?? "not started"))
        }
        self.lines = lines
    }
}

extension JobStore {
    /// The jobs of all tenants, the newest first.
    ///
    /// - Returns: Their descriptions.
    /// - Throws: What the storage throws.
    public func descriptions() async throws -> [JobDescription] {
        try await all().map(JobDescription.init)
    }
}
