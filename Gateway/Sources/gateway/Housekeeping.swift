// SPDX-License-Identifier: Apache-2.0

// What has to be done now and then: blobs without a record, uploads without an end.

import Files
import Logging
import ServiceLifecycle
import Storage

/// Sweeps once an hour.
struct Housekeeping: Service {
    let sweeper: BlobSweeper
    let files: FilesAPI
    let log: Logger

    private static var interval: Duration { .seconds(3600) }
    /// The seconds that a blob may be without a record: an upload may take its time.
    private static var blobAge: Double { 6 * 3600 }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let uploads = try await files.abandonOldUploads()
                    let blobs = try await sweeper.sweep(olderThan: Self.blobAge)
                    if uploads + blobs > 0 {
                        log.info("swept", metadata: ["uploads": "\(uploads)", "blobs": "\(blobs)"])
                    }
                } catch {
                    log.error("sweeping failed", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}
