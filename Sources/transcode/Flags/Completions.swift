// SPDX-License-Identifier: Apache-2.0

// Completions for shells, made from the tables of verbs and flags.

import Transcoder

/// Makes completion scripts.
enum Completions {
    /// The shells that completions are made for.
    enum Shell: String, CaseIterable {
        case bash, zsh, fish
    }

    /// The script for a shell.
    static func script(for shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    /// What can stand where a verb or flag wants a word.
    private enum Words {
        case choices([String])
        case files
        /// Anything that a shell cannot know.
        case text
    }

    private static func words(for flag: Flag) -> Words {
        if !flag.choices.isEmpty { return .choices(flag.choices) }
        switch flag.name {
        case .from, .to: return .choices(FormatID.allNames)
        default: break
        }
        let isPath = ["FILE", "OUT", "DIR", "FILE|-"].contains(flag.value ?? "")
        return isPath ? .files : .text
    }

    private static func words(for verb: Verb) -> Words {
        switch verb {
        case .help: .choices(Verb.allCases.map(\.rawValue))
        case .formats: .choices(FormatDescription.all.map(\.name))
        case .explain: .choices(CodeDescription.all.map(\.code))
        case .completions: .choices(Shell.allCases.map(\.rawValue))
        case .man, .version: .choices([])
        default: .files
        }
    }

    /// Long and short spellings of the flags of a verb.
    private static func spellings(of verb: Verb) -> [String] {
        FlagTable.flags(of: verb).flatMap { flag in
            ["--\(flag.name.rawValue)"] + (flag.short.map { ["-\($0)"] } ?? [])
        }
    }

    // MARK: - bash

    private static var bash: String {
        var script = """
            # bash completion for transcode: source it, or put it where bash-completion looks.
            _transcode() {
                local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"
                local verb="" index
                COMPREPLY=()
                for ((index = 1; index < COMP_CWORD; index++)); do
                    case "${COMP_WORDS[index]}" in
                        \(Verb.allCases.map(\.rawValue).joined(separator: "|")))
                            verb="${COMP_WORDS[index]}"; break ;;
                    esac
                done
                case "$before" in

            """
        for flag in FlagTable.all where flag.value != nil {
            let patterns = ["--\(flag.name.rawValue)"] + (flag.short.map { ["-\($0)"] } ?? [])
            let pattern = patterns.joined(separator: "|")
            switch words(for: flag) {
            case .choices(let choices):
                script += "        \(pattern))\n            \(bashReply(choices)); return ;;\n"
            case .files:
                script += "        \(pattern)) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"
            case .text:
                script += "        \(pattern)) return ;;\n"
            }
        }
        script += """
                esac
                case "$verb" in
                    "")
                        \(bashReply(Verb.allCases.map(\.rawValue) + ["--help", "--version"])); return ;;

            """
        for verb in Verb.allCases {
            script += "        \(verb.rawValue))\n"
            script += "            if [[ $word == -* ]]; then\n"
            script += "                \(bashReply(spellings(of: verb))); return\n"
            script += "            fi\n"
            if case .choices(let choices) = words(for: verb) {
                script += "            \(bashReply(choices)); return ;;\n"
            } else {
                script += "            COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
            }
        }
        return script + "    esac\n}\ncomplete -o filenames -F _transcode transcode\n"
    }

    private static func bashReply(_ words: [String]) -> String {
        "COMPREPLY=($(compgen -W '\(words.joined(separator: " "))' -- \"$word\"))"
    }

    // MARK: - zsh

    private static var zsh: String {
        var script = """
            #compdef transcode
            # zsh completion for transcode: put it into a folder of $fpath as _transcode.
            _transcode() {
                local -a verbs
                verbs=(

            """
        for verb in Verb.allCases {
            script += "        \(quoted("\(verb.rawValue):\(colonless(verb.summary))"))\n"
        }
        script += """
                )
                if (( CURRENT == 2 )); then
                    _describe verb verbs
                    return
                fi
                local verb=${words[2]}
                shift words
                (( CURRENT-- ))
                case $verb in

            """
        for verb in Verb.allCases {
            script += "        \(verb.rawValue)) _arguments -s -S \\\n"
            for flag in FlagTable.flags(of: verb) { script += zshLines(of: flag) }
            switch words(for: verb) {
            case .choices(let choices):
                script += "            \(quoted("*:word:(\(choices.joined(separator: " ")))")) ;;\n"
            default:
                script += "            '*:file:_files' ;;\n"
            }
        }
        return script + "    esac\n}\n_transcode \"$@\"\n"
    }

    private static func zshLines(of flag: Flag) -> String {
        let summary = escaped(flag.summary, "[]")
        var action = ""
        if let value = flag.value {
            let name = colonless(value)
            switch words(for: flag) {
            case .choices(let choices): action = ":\(name):(\(choices.joined(separator: " ")))"
            case .files: action = ":\(name):_files"
            case .text: action = ":\(name): "
            }
        }
        let star = flag.isRepeatable ? "*" : ""
        let long = flag.value == nil ? "" : "="
        var lines =
            "            \(quoted("\(star)--\(flag.name.rawValue)\(long)[\(summary)]\(action)")) \\\n"
        if let short = flag.short {
            lines += "            \(quoted("\(star)-\(short)[\(summary)]\(action)")) \\\n"
        }
        return lines
    }

    /// A colon would end the word that zsh is told about.
    private static func colonless(_ text: String) -> String {
        escaped(text, ":")
    }

    // MARK: - fish

    private static var fish: String {
        var script = """
            # fish completion for transcode: put it into ~/.config/fish/completions/transcode.fish.
            complete -c transcode -f

            """
        let verbs = Verb.allCases.map(\.rawValue).joined(separator: " ")
        let noVerb = "not __fish_seen_subcommand_from \(verbs)"
        for verb in Verb.allCases {
            script += "complete -c transcode -n \(quoted(noVerb)) -a \(verb.rawValue)"
            script += " -d \(quoted(verb.summary))\n"
        }
        for verb in Verb.allCases {
            let seen = "-n \(quoted("__fish_seen_subcommand_from \(verb.rawValue)"))"
            switch words(for: verb) {
            case .choices(let choices) where !choices.isEmpty:
                script += "complete -c transcode \(seen)"
                script += " -a \(quoted(choices.joined(separator: " ")))\n"
            case .choices: break
            default: script += "complete -c transcode \(seen) -F\n"
            }
            for flag in FlagTable.flags(of: verb) {
                script += "complete -c transcode \(seen) \(fishOptions(of: flag))\n"
            }
        }
        return script
    }

    private static func fishOptions(of flag: Flag) -> String {
        var options = "-l \(flag.name.rawValue)"
        if let short = flag.short { options += " -s \(short)" }
        options += " -d \(quoted(flag.summary))"
        guard flag.value != nil else { return options }
        switch words(for: flag) {
        case .choices(let choices): options += " -x -a \(quoted(choices.joined(separator: " ")))"
        case .files: options += " -r -F"
        case .text: options += " -x"
        }
        return options
    }

    /// A word that no shell looks into.
    private static func quoted(_ text: String) -> String {
        let pieces = text.split(separator: "'", omittingEmptySubsequences: false)
        return "'" + pieces.joined(separator: "'\\''") + "'"
    }

    /// Text with backslashes in front of some signs.
    private static func escaped(_ text: String, _ signs: String) -> String {
        text.reduce(into: "") { result, character in
            if signs.contains(character) { result += "\\" }
            result.append(character)
        }
    }
}
