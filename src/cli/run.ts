import type { Command } from 'commander'
import type { Io } from './io.ts'
import { registerFlowVerb } from './register-flow-verb.ts'
import { runFlowFile } from './run-flow-file.ts'
import { runVerb } from './run-options.ts'

/** `llmflows run FLOW`: runs a flow, its result on stdout. */
export function registerRun(program: Command, io: Io): void {
  const description = 'Runs a flow and prints its result as JSON.'
  registerFlowVerb(program, { verb: runVerb, description, examples, perform: runFlowFile }, io)
  program.commands[0]?.addHelpText('after', rescue)
}

const examples = `Examples:
  llmflows run flow.yaml --topic friendship --verbose
  llmflows run flow.yaml --topic @notes.txt --select outputs.song_lyrics --raw
  git diff | llmflows run review.yaml --diff -
  llmflows run flow.yaml --help           the inputs of this flow
`

const rescue = `
What was paid for is not lost: when the result cannot be written, or --select
names a part that it does not have, all of it is kept in llmflows-RUN_ID.json,
in this folder or else in the one for temporary files.
`
