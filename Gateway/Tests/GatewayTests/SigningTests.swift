// SPDX-License-Identifier: Apache-2.0

// Signatures against AWS's own examples, and what must not be let in.

import HTTPTypes
import Testing
import Wire

@testable import Signing

@Suite struct SigningTests {
    private static let date = UTCDate(basic: "20130524T000000Z") ?? UTCDate(milliseconds: 0)
    /// The keys of the examples in the Amazon S3 API Reference, "Authenticating requests".
    private static let credentials = Credentials(
        accessKeyID: "AKIAIOSFODNN7EXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    private static let emptyHash =
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    private func verifier(at date: UTCDate = date) -> SigV4Verifier {
        let key = SigV4Verifier.AccessKey(
            secret: Self.credentials.secretAccessKey, caller: Caller(tenant: "t"))
        return SigV4Verifier(keys: [Self.credentials.accessKeyID: key], now: { date })
    }

    private func head(
        _ method: HTTPRequest.Method, _ path: String, _ fields: [(String, String)] = []
    ) -> HTTPRequest {
        var head = HTTPRequest(
            method: method, scheme: "https", authority: "examplebucket.s3.amazonaws.com", path: path
        )
        for (name, value) in fields {
            if let name = HTTPField.Name(name) { head.headerFields[name] = value }
        }
        return head
    }

    @Test func listExampleOfAmazonVerifies() throws {
        // "Example: GET Bucket (List Objects)".
        let signed = head(
            .get, "/?max-keys=2&prefix=J",
            [
                ("x-amz-date", "20130524T000000Z"), ("x-amz-content-sha256", Self.emptyHash),
                (
                    "authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
                        + "aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
                        + "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
                ),
            ])
        let authentication = try verifier().authenticate(signed, service: .s3, bodyHash: nil)
        #expect(authentication.caller.tenant == "t")
    }

    @Test func presignedExampleOfAmazonVerifies() throws {
        let path =
            "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE"
            + "%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z"
            + "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
            + "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        _ = try verifier().authenticate(head(.get, path), service: .s3, bodyHash: nil)
        let late = UTCDate(milliseconds: Self.date.milliseconds + 86_401_000)
        #expect(throws: AuthenticationError.self) {
            try verifier(at: late).authenticate(head(.get, path), service: .s3, bodyHash: nil)
        }
    }

    @Test(arguments: [SigV4.Service.s3, .bedrock])
    func whatIsSignedIsVerified(_ service: SigV4.Service) throws {
        let signer = RequestSigner(region: "us-west-2", service: service)
        for path in ["/", "/a/../b//c", "/arn%3Aaws%3Abedrock%2Fx", "/k%20y?b=2&a=%2F&a=1&c"] {
            var request = head(.get, path)
            signer.sign(
                &request, payload: Self.emptyHash, with: Self.credentials, at: Self.date)
            _ = try verifier().authenticate(request, service: service, bodyHash: Self.emptyHash)
            for change in 0..<5 {
                #expect(throws: AuthenticationError.self, "\(path) \(change)") {
                    var changed = request
                    var now = Self.date
                    switch change {
                    case 0: changed.path = path + "x"
                    case 1: changed.method = .put
                    case 2: changed.authority = "elsewhere"
                    case 3: now.milliseconds += 16 * 60_000
                    default: changed.headerFields[.init("x-amz-meta-a") ?? .accept] = "unsigned"
                    }
                    _ = try verifier(at: now).authenticate(
                        changed, service: service, bodyHash: Self.emptyHash)
                }
            }
            #expect(throws: AuthenticationError.self) {
                try verifier().authenticate(
                    request, service: service == .s3 ? .bedrock : .s3, bodyHash: Self.emptyHash)
            }
        }
    }

    @Test func bodyOfTheControlPlaneIsPartOfTheSignature() throws {
        var request = head(.post, "/model-invocation-job", [("content-type", "application/json")])
        let body = Array("{}".utf8)
        RequestSigner(region: "eu-west-1", service: .bedrock).sign(
            &request, payload: SigV4.sha256(body), with: Self.credentials, at: Self.date)
        _ = try verifier().authenticate(
            request, service: .bedrock, bodyHash: SigV4.sha256(body))
        let error = #expect(throws: AuthenticationError.self) {
            try verifier().authenticate(
                request, service: .bedrock, bodyHash: SigV4.sha256(Array("{ }".utf8)))
        }
        #expect(error?.code == "SignatureDoesNotMatch")
        #expect(error?.details.contains { $0.text.contains("/model-invocation-job") } == true)
    }

    @Test(arguments: [
        "/?AWSAccessKeyId=AK&Signature=x&Expires=1", "/", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256",
        "/%zz",
    ])
    func requestsWithoutASignatureAreRefused(_ path: String) {
        #expect(throws: AuthenticationError.self) {
            try verifier().authenticate(head(.get, path), service: .s3, bodyHash: nil)
        }
    }

    @Test func chunksOfAmazonsExampleVerify() {
        // "Signature calculations ... in multiple chunks": 65,536 and 1,024 bytes of `a`, and none.
        let scope = SigV4.Scope(date: "20130524", region: "us-east-1", service: "s3")
        var verifier = ChunkVerifier(
            key: SigV4.signingKey(secret: Self.credentials.secretAccessKey, scope),
            date: "20130524T000000Z", scope: scope,
            seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9")
        let chunk = { (count: Int) in SigV4.sha256([UInt8](repeating: 0x61, count: count)) }
        let signatures = [
            (65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
            (1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
            (0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
        ]
        var wrong = verifier
        let isWrongAccepted = wrong.accepts(chunkWithHash: chunk(1), signature: signatures[0].1)
        #expect(!isWrongAccepted)
        for (count, signature) in signatures {
            let isAccepted = verifier.accepts(chunkWithHash: chunk(count), signature: signature)
            #expect(isAccepted)
        }
    }

    @Test func secretsAreNotShown() {
        #expect("\(Self.credentials)" == "Credentials(AKIAIOSFODNN7EXAMPLE)")
    }
}
