import type { Command } from 'commander'
import { closest } from '../diagnostics/closest.ts'
import { refuseDashValues } from './commander.ts'
import type { Io } from './io.ts'
import { noFlow } from './no-flow.ts'
import { runFlowFile } from './run-flow-file.ts'
import { addRunOptions, type RunTexts } from './run-options.ts'
import { UsageError } from './usage-error.ts'

/** `llmflows run FLOW`: which flow it is has to be known before its inputs can be options. */
export function registerRun(program: Command, io: Io): void {
  const command = addRunOptions(program.command('run'))
    .description('Runs a flow and prints its result as JSON.')
    .usage('FLOW [--INPUT VALUE]… [options]')
    .helpOption(false)
    .option('-h, --help', 'show this help; after a flow, its inputs too')
    .argument('[flow]', 'a file, a folder with a flow.yaml, or - for stdin')
    .addHelpText('before', examples)
    .allowUnknownOption()
    .allowExcessArguments()
    .passThroughOptions()
    .action(async () => {
      const [flow, ...after] = command.args
      const all = program.args.slice(1)
      const before = all.slice(0, all.length - command.args.length).filter((arg) => arg !== '--')
      refuseDashValues(command, before)
      if (flow !== undefined && flow.startsWith('-') && flow !== '-') throw optionBeforeFlow(flow, command)
      if (flow !== undefined) return runFlowFile({ path: flow, args: [...before, ...after] }, io)
      if (command.opts<RunTexts>().help !== true) throw await noFlow()
      command.outputHelp()
    })
}

const examples = `Examples:
  llmflows run flow.yaml --topic friendship --verbose
  llmflows run flow.yaml --topic @notes.txt --select outputs.song_lyrics --raw
  git diff | llmflows run review.yaml --diff -
  llmflows run flow.yaml --help           the inputs of this flow
`

function optionBeforeFlow(arg: string, command: Command): UsageError {
  const name = arg.replace(/=.*/s, '')
  const guess = closest(
    name,
    command.options.flatMap(({ long }) => long ?? []),
  )
  return new UsageError(
    `unknown option "${name}"`,
    guess === undefined
      ? `inputs come after the flow: llmflows run FLOW ${name} …`
      : `did you mean "${guess}"?`,
  )
}
