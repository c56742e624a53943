// SPDX-License-Identifier: Apache-2.0

// `gateway jobs` and `gateway show`: what a folder says of its jobs, also beside a running gateway.

import ArgumentParser
import Jobs
import Storage

struct ListJobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "List all jobs of a folder, the newest first.")

    @Option(help: "The folder for files and jobs.") var data = "gateway-data"

    func run() async throws {
        let state = try SQLiteStateStore(path: data + "/state.sqlite")
        for job in try await JobStore(state: state).descriptions() { print(job.line) }
    }
}

struct ShowJob: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show all that is known of a job.")

    @Option(help: "The folder for files and jobs.") var data = "gateway-data"
    @Argument(help: "The job's ARN, or the twelve letters at its end.") var job: String

    func run() async throws {
        let state = try SQLiteStateStore(path: data + "/state.sqlite")
        let id = job.split(separator: "/").last.map(String.init) ?? job
        let jobs = try await JobStore(state: state).descriptions().filter { $0.id == id }
        guard !jobs.isEmpty else { throw ValidationError("there is no job \(job)") }
        for job in jobs { print(job.lines.joined(separator: "\n")) }
    }
}
