import type { Command } from 'commander'
import type { Flow } from '../flow/flow.ts'

/** The options of `run` as they were written; nothing is checked yet. */
export interface RunTexts {
  readonly help?: true
  readonly verbose?: true
  readonly quiet?: true
  readonly output?: string
  readonly select?: string
  /** `--raw` is true, `--no-raw` false. */
  readonly raw?: boolean
  readonly compact?: true
  readonly events?: string
  /** True for the latest run that did not succeed. */
  readonly resume?: string | true
  /** `--no-journal` makes it false. */
  readonly journal?: boolean
  readonly record?: string
  readonly replay?: string
  /** `--no-cache` makes it false. */
  readonly cache?: boolean
  readonly color?: string
  readonly input?: readonly string[]
  readonly inputs?: string
  readonly offline?: true
  readonly llm?: readonly string[]
  readonly set?: readonly string[]
  readonly envFrom?: string
  readonly allowHost?: readonly string[]
  readonly allowEnv?: readonly string[]
  readonly maxConcurrency?: string
  readonly timeout?: string
  readonly failFast?: true
  /** `--no-code` makes it false. */
  readonly code?: boolean
  readonly maxCalls?: string
  readonly maxTokens?: string
  readonly maxCost?: string
  readonly allowUnpriced?: true
  readonly maxItems?: string
  readonly maxFlowBytes?: string
}

/** A command that takes a flow and its inputs. */
export interface FlowVerb {
  readonly name: 'run' | 'plan' | 'chat'
  /** Adds the options that it has for every flow. */
  readonly addOptions: (command: Command) => Command
  /** The input that is not given on the command line, since it takes what is said. */
  readonly saidInput?: (flow: Flow) => string | undefined
}

export const runVerb: FlowVerb = { name: 'run', addOptions: addRunOptions }

/** Adds the options that `run` has for every flow. */
export function addRunOptions(command: Command): Command {
  addInputSources(command)
    .optionsGroup('What is shown:')
    .option('-v, --verbose', 'a line for everything that happens, and a summary')
    .option('-q, --quiet', 'nothing but the result')
    .option('--color <when>', 'auto, always or never')
    .optionsGroup('What comes out:')
    .option('-o, --output <file>', 'write the result there, whole or not at all; - is stdout')
    .option('--select <path>', 'only a part, such as outputs.song_lyrics')
    .option('--raw', 'a selected text as it is, not as JSON')
    .option('--compact', 'JSON on one line')
    .option('--no-raw', 'leave out what the APIs returned')
    .option('--events <file>', 'write what happens there as JSON Lines, as it happens')
  command
    .optionsGroup('Not paying twice:')
    .option('--resume [run]', 'go on with a run, by its id; without one, the latest that did not succeed')
    .option('--no-cache', 'answer nothing from the cache, and put nothing there')
    .option('--record <folder>', 'write down every answer there, to be replayed')
    .option('--replay <folder>', 'answer from what was recorded there, and call nobody')
    .option('--no-journal', 'keep no record of the run under .llmflows/')
  return addFlowChanges(command)
    .optionsGroup('Limits:')
    .option('--max-concurrency <n>', 'steps at a time (64)')
    .option('--fail-fast', 'stop everything at the first failure')
    .option('--no-code', 'refuse flows that run functions or programs')
    .option('--timeout <time>', 'of the whole run, such as 90s or 10m')
    .option('--max-cost <dollars>', 'of all calls; one that could pass it is not made')
    .option('--max-tokens <n>', 'of prompts and answers of all calls')
    .option('--allow-unpriced', 'with --max-cost: models without a known price cost nothing')
    .option('--max-calls <n>', 'model calls, retries included (1000)')
    .option('--max-items <n>', 'items of one for_each (200)')
    .option('--max-flow-bytes <n>', 'size of the flow file (1048576)')
    .optionsGroup('Help:')
}

/** Adds the options that give inputs beside those that the inputs are themselves. */
export function addInputSources(command: Command): Command {
  return command
    .optionsGroup('Giving inputs:')
    .option('--input <name=value>', 'an input by its name, also one named like an option', collect)
    .option('--inputs <file>', 'a JSON object of inputs; - reads it from stdin')
}

/** Adds the options that make another flow of the one in the file. */
export function addFlowChanges(command: Command): Command {
  return (
    command
      .optionsGroup('Changing the flow:')
      .option('--offline', 'answer with the embedded demonstration model: no key, no network')
      .option('--llm <name.key=value>', 'change an llm, such as writer.model=gpt-4o', collect)
      .option('--set <path=value>', 'change any value, such as steps.critic.for_each=2', collect)
      // Node takes --env-file for itself wherever it stands, and reads that file into its own environment.
      .option('--env-from <file>', 'read variables from a file; those that are set win')
      .option('--allow-host <host>', 'a host that the flow may name as base_url', collect)
      .option('--allow-env <name>', 'a variable that the flow may send as a key or header', collect)
  )
}

function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text]
}
