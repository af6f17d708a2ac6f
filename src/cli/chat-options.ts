import type { Command } from 'commander'
import type { Flow } from '../flow/flow.ts'
import type { Json } from '../source/json.ts'
import { addFlowChanges, addInputSources, type FlowVerb, type RunTexts } from './run-options.ts'

/** The options of `chat` as they were written; nothing is checked yet. */
export interface ChatTexts extends Pick<
  RunTexts,
  | 'help'
  | 'verbose'
  | 'quiet'
  | 'color'
  | 'select'
  | 'input'
  | 'inputs'
  | 'offline'
  | 'llm'
  | 'set'
  | 'envFrom'
  | 'allowHost'
  | 'allowEnv'
  | 'maxConcurrency'
  | 'timeout'
  | 'code'
  | 'maxCost'
  | 'allowUnpriced'
  | 'maxCalls'
  | 'maxItems'
  | 'maxFlowBytes'
> {
  readonly sayTo?: string
}

function addChatOptions(command: Command): Command {
  addInputSources(command)
    .optionsGroup('The talk:')
    .option(
      '--say-to <name>',
      'the input that takes what is said; the only required text where none is named',
    )
    .option(
      '--select <path>',
      'what is shown of a result, such as outputs.answer; the only output if left out',
    )
    .optionsGroup('What is shown:')
    .option('-v, --verbose', 'a line for everything that happens, and a summary of every turn')
    .option('-q, --quiet', 'nothing but the answers')
    .option('--color <when>', 'auto, always or never')
  return addFlowChanges(command)
    .optionsGroup('Limits of the talk:')
    .option('--no-code', 'refuse flows that run functions or programs')
    .option('--max-cost <dollars>', 'of all calls; one that could pass it is not made')
    .option('--allow-unpriced', 'with --max-cost: models without a known price cost nothing')
    .optionsGroup('Limits of a turn:')
    .option('--max-concurrency <n>', 'steps at a time (64)')
    .option('--timeout <time>', 'such as 90s or 10m')
    .option('--max-calls <n>', 'model calls, retries included (1000)')
    .option('--max-items <n>', 'items of one for_each (200)')
    .option('--max-flow-bytes <n>', 'size of the flow file (1048576)')
    .optionsGroup('Help:')
}

export const chatVerb: FlowVerb = {
  name: 'chat',
  addOptions: addChatOptions,
  saidInput: (flow) => listeners(flow, new Map())[0],
}

/** The inputs that could take what is said: the required texts that were not given, or where there are none the others. */
export function listeners(flow: Flow, given: ReadonlyMap<string, Json>): readonly string[] {
  const texts = [...flow.inputs.values()].filter(({ name, type }) => type === 'string' && !given.has(name))
  const required = texts.filter((input) => input.default === undefined)
  return (required.length > 0 ? required : texts).map(({ name }) => name)
}
