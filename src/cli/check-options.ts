import type { Command } from 'commander'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { LoadOptions } from '../graph/load.ts'
import type { Io } from './io.ts'
import { readOverrides } from './overrides.ts'
import { readLimits } from './run-settings.ts'

/** The options that change what is checked, as they were written. They mean what they mean to `run`. */
export interface CheckTexts {
  readonly llm?: readonly string[]
  readonly set?: readonly string[]
  readonly maxItems?: string
  readonly maxFlowBytes?: string
  readonly color?: string
}

/** Adds them to a command that looks at flows without running them. */
export function addCheckOptions(command: Command): Command {
  return command
    .option('--llm <name.key=value>', 'change an llm, such as writer.model=gpt-4o', collect)
    .option('--set <path=value>', 'change any value, such as steps.critic.for_each=2', collect)
    .option('--max-items <n>', 'items of one for_each (200)')
    .option('--max-flow-bytes <n>', 'size of the flow file (1048576)')
    .option('--color <when>', 'auto, always or never')
}

/** Throws `UsageError` for an option that cannot be read; what is wrong in a value of `--set` comes back. */
export function readCheckOptions(
  texts: CheckTexts,
  io: Io,
): { readonly options: LoadOptions; readonly diagnostics: readonly Diagnostic[] } {
  const { llm, set, ...limitTexts } = texts
  const { maxItems, maxFlowBytes } = readLimits(limitTexts)
  const { overrides, diagnostics } = readOverrides(llm ?? [], set ?? [])
  const defaultModel = io.env['LLMFLOWS_MODEL']
  const options: LoadOptions = {
    overrides,
    ...(maxItems === undefined ? {} : { maxItems }),
    ...(maxFlowBytes === undefined ? {} : { maxFlowBytes }),
    ...(defaultModel === undefined || defaultModel === '' ? {} : { defaultModel }),
  }
  return { options, diagnostics }
}

function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text]
}
