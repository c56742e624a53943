// SPDX-License-Identifier: Apache-2.0

// The entry of the program.

System.exit(Command.run(Array(CommandLine.arguments.dropFirst())))
