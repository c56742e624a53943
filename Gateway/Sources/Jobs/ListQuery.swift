// SPDX-License-Identifier: Apache-2.0

// What a list of jobs is to hold, and in which order.

import Foundation
import Wire

/// The parameters of ListModelInvocationJobs.
struct ListQuery {
    private let status: JobStatus?
    private let nameContains: String?
    private let submittedAfter: Int64?
    private let before: Int64?
    let isAscending: Bool
    let limit: Int
    /// The place of the last job of the page before.
    let after: JobPlace?

    init(_ parameters: [String: String]) throws {
        let value = { (name: String) in parameters[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let text = value("statusEquals") {
            guard let status = JobStatus(rawValue: text) else {
                let all = JobStatus.allCases.map(\.rawValue).joined(separator: ", ")
                throw ControlPlaneError.constraint(
                    "statusEquals", text, "Member must satisfy enum value set: [\(all)]")
            }
            self.status = status
        } else {
            status = nil
        }
        nameContains = value("nameContains")
        submittedAfter = try Self.date(value("submitTimeAfter"), "submitTimeAfter")
        before = try Self.date(value("submitTimeBefore"), "submitTimeBefore")
        if let text = value("sortBy"), text != "CreationTime" {
            throw ControlPlaneError.constraint(
                "sortBy", text, "Member must satisfy enum value set: [CreationTime]")
        }
        let order = value("sortOrder") ?? "Descending"
        guard order == "Ascending" || order == "Descending" else {
            throw ControlPlaneError.constraint(
                "sortOrder", order, "Member must satisfy enum value set: [Ascending, Descending]")
        }
        isAscending = order == "Ascending"
        let most = value("maxResults") ?? "100"
        guard let limit = Int(most), (1...1000).contains(limit) else {
            throw ControlPlaneError.constraint(
                "maxResults", most, "Member must be between 1 and 1000")
        }
        self.limit = limit
        if let token = value("nextToken") {
            guard let data = Data(base64Encoded: token),
                let text = String(data: data, encoding: .utf8), let place = JobPlace(text)
            else { throw ControlPlaneError.validation("The nextToken is not valid.") }
            after = place
        } else {
            after = nil
        }
    }

    private static func date(_ text: String?, _ name: String) throws -> Int64? {
        guard let text else { return nil }
        guard let date = UTCDate(iso: text) else {
            throw ControlPlaneError.validation("\(name) is no date.")
        }
        return date.milliseconds
    }

    /// Whether the job at a place can be wanted, as far as its time says.
    func mayAccept(_ place: JobPlace) -> Bool {
        place.submitted > (submittedAfter ?? .min) && place.submitted < (before ?? .max)
    }

    /// Whether no place from this one on can be wanted.
    func isBehind(_ place: JobPlace) -> Bool {
        isAscending
            ? place.submitted >= (before ?? .max) : place.submitted <= (submittedAfter ?? .min)
    }

    /// Whether a job is wanted, whatever its time.
    func accepts(_ job: JobRecord) -> Bool {
        if let status, job.status != status { return false }
        if let nameContains, !job.name.contains(nameContains) { return false }
        return true
    }

    /// What a client sends to have the jobs behind one.
    static func token(for job: JobRecord) -> String {
        Data(JobPlace(job).text.utf8).base64EncodedString()
    }
}
