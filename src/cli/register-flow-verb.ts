import type { Command } from 'commander'
import { closest } from '../diagnostics/closest.ts'
import { refuseDashValues } from './commander.ts'
import type { FlowRequest } from './flow-order.ts'
import type { Io } from './io.ts'
import { looksLikeFlow } from './looks-like-flow.ts'
import { noFlow } from './no-flow.ts'
import type { FlowVerb, RunTexts } from './run-options.ts'
import { UsageError } from './usage-error.ts'

interface Registration {
  readonly verb: FlowVerb
  readonly description: string
  /** Shown before the help. */
  readonly examples: string
  readonly perform: (request: FlowRequest, io: Io) => Promise<void>
}

/** Adds a command that takes a flow and its inputs: which flow it is has to be known before its inputs can be options. */
export function registerFlowVerb(program: Command, registration: Registration, io: Io): void {
  const { verb, description, examples, perform } = registration
  const command = verb
    .addOptions(program.command(verb.name))
    .description(description)
    .usage('[FLOW] [--INPUT VALUE]… [options]')
    .helpOption(false)
    .option('-h, --help', 'show this help')
    .argument('[flow]', 'a file, a folder with a flow.yaml, or - for stdin; ./flow.yaml where none is named')
    .addHelpText('before', examples)
    .allowUnknownOption()
    .allowExcessArguments()
    .passThroughOptions()
    .action(async () => {
      const [flow, ...after] = command.args
      const all = program.args.slice(1)
      const before = all.slice(0, all.length - command.args.length).filter((arg) => arg !== '--')
      refuseDashValues(command, before)
      const isNamed = flow !== undefined && (!flow.startsWith('-') || flow === '-')
      if (isNamed) return perform({ path: flow, args: [...before, ...after] }, io)
      const isHelp = command.opts<RunTexts>().help === true
      // Without a flow it is the flow of this folder, as for a folder that is named.
      if (!isHelp && looksLikeFlow(DEFAULT_FLOW)) return perform({ path: DEFAULT_FLOW, args: all }, io)
      if (flow !== undefined) throw optionBeforeFlow(flow, command, verb)
      if (!isHelp) throw await noFlow(verb.name)
      command.outputHelp()
    })
}

const DEFAULT_FLOW = 'flow.yaml'

function optionBeforeFlow(arg: string, command: Command, verb: FlowVerb): UsageError {
  const name = arg.replace(/=.*/s, '')
  const guess = closest(
    name,
    command.options.flatMap(({ long }) => long ?? []),
  )
  return new UsageError(
    `unknown option "${name}"`,
    guess === undefined
      ? `inputs come after the flow: llmflows ${verb.name} FLOW ${name} …`
      : `did you mean "${guess}"?`,
  )
}
