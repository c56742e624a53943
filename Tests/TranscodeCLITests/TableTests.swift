// SPDX-License-Identifier: Apache-2.0

// The tables are whole: every code is explained, every flag is in the help.

import Testing
import Transcoder

@testable import transcode

@Suite struct TableTests {
    @Test func everyCodeIsExplainedOnce() {
        let codes = CodeDescription.all.map(\.code)
        #expect(Set(codes).count == codes.count)
        for code in LossCode.allCases { #expect(codes.contains(code.rawValue), "\(code)") }
        for code in ErrorCode.allCases { #expect(codes.contains(code.rawValue), "\(code)") }
        for code in [
            "empty_file", "too_many_tasks", "too_many_tokens", "too_few_records", "file_too_large",
            "model_mismatch", "url_mismatch",
        ] { #expect(codes.contains(code)) }
    }

    @Test func aliasesLeadToOneCode() {
        let aliases = CodeDescription.all.flatMap(\.aliases)
        #expect(Set(aliases).count == aliases.count)
        #expect(Set(aliases).isDisjoint(with: CodeDescription.all.map(\.code)))
        for alias in aliases { #expect(CodeDescription.find(alias) != nil) }
        #expect(CodeDescription.find("invalid_json_line")?.code == "json.syntax")
        #expect(CodeDescription.find("lost_field")?.code == "param.dropped")
        #expect(CodeDescription.find("no.such.code") == nil)
    }

    @Test func severitiesFollowTheEngine() {
        for code in LossCode.allCases {
            let severity = CodeDescription.find(code.rawValue)?.severity
            #expect(severity == (code.isNote ? .note : .warning))
        }
    }

    @Test func sentencesHaveOneForm() {
        for code in CodeDescription.all {
            #expect(!code.summary.hasSuffix("."), "\(code.code)")
            #expect(code.explanation.hasSuffix("."), "\(code.code)")
            #expect(code.summary.count < 80, "\(code.code)")
        }
    }

    @Test func everyFlagIsInTheTableOnce() {
        for name in FlagName.allCases {
            #expect(FlagTable.all.filter { $0.name == name }.count == 1, "\(name)")
        }
        let letters = FlagTable.all.compactMap(\.short)
        #expect(Set(letters).count == letters.count)
        for flag in FlagTable.all {
            #expect(!flag.verbs.isEmpty)
            #expect(!flag.summary.hasSuffix("."))
        }
    }

    @Test(arguments: Verb.allCases)
    func everyFlagIsInBothHelpPages(_ verb: Verb) {
        for flag in FlagTable.flags(of: verb) {
            #expect(HelpPage.long(verb).contains("--\(flag.name.rawValue)"))
            #expect(HelpPage.short(verb).contains("--\(flag.name.rawValue)"))
        }
        for page in [HelpPage.long(verb), HelpPage.short(verb)] {
            for line in page.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
        }
    }

    @Test func everyFlagIsInTheManualAndAllCompletions() {
        for flag in FlagTable.all {
            let name = flag.name.rawValue
            #expect(ManPage.text.contains("\\-\\-" + name.replacing("-", with: "\\-")), "\(name)")
            #expect(Completions.script(for: .bash).contains("--\(name)"), "\(name)")
            #expect(Completions.script(for: .zsh).contains("--\(name)"), "\(name)")
            #expect(Completions.script(for: .fish).contains("-l \(name) "), "\(name)")
        }
        for verb in Verb.allCases {
            #expect(ManPage.text.contains(".B \(verb.rawValue)\n"))
            for shell in Completions.Shell.allCases {
                #expect(Completions.script(for: shell).contains(verb.rawValue))
            }
        }
    }

    @Test(arguments: [
        ("bash", "transcode completions bash | bash -n"),
        ("zsh", "transcode completions zsh > _t; zsh -n _t"),
        ("fish", "transcode completions fish > t.fish; fish --no-execute t.fish"),
        ("groff", "transcode man > t.1; groff -man -ww -z t.1"),
    ])
    func readersOfScriptsFindNoFault(_ reader: String, _ command: String) throws {
        let scratch = try Scratch()
        guard try Program.run("command -v \(reader)", in: scratch.url).status == 0 else { return }
        let outcome = try Program.run(command, in: scratch.url)
        #expect(outcome.status == 0)
        #expect(outcome.output.isEmpty && outcome.errors.isEmpty, "\(outcome.errorText)")
    }

    @Test func bashCompletesVerbsFlagsAndValues() throws {
        let scratch = try Scratch()
        for (words, expected) in [
            ("transcode conv", "convert"), ("transcode convert --on-err", "--on-error"),
            ("transcode convert --on-error s", "stop skip"), ("transcode completions f", "fish"),
            ("transcode -q convert -t bedrock/an", "bedrock/anthropic"),
        ] {
            let outcome = try Program.run(
                "transcode completions bash > c; bash -c '. ./c; COMP_WORDS=(\(words)); "
                    + "COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _transcode; echo ${COMPREPLY[*]}'",
                in: scratch.url)
            #expect(outcome.outputText == expected + "\n", "\(words): \(outcome.errorText)")
        }
    }

    @Test func shortHelpFitsOnAScreen() {
        #expect(HelpPage.short.split(separator: "\n", omittingEmptySubsequences: false).count <= 25)
    }
}
