import type { Command } from 'commander'
import { addFlowChanges, addInputSources, type FlowVerb, type RunTexts } from './run-options.ts'

/** The options of `plan` as they were written; nothing is checked yet. */
export interface PlanTexts extends Pick<
  RunTexts,
  | 'help'
  | 'color'
  | 'input'
  | 'inputs'
  | 'offline'
  | 'llm'
  | 'set'
  | 'envFrom'
  | 'allowHost'
  | 'maxItems'
  | 'maxFlowBytes'
  | 'maxCost'
  | 'allowUnpriced'
> {
  readonly format: string
}

function addPlanOptions(command: Command): Command {
  addInputSources(command)
    .optionsGroup('What comes out:')
    .option('-f, --format <format>', 'text or json', 'text')
    .option('--max-cost <dollars>', 'exit with 3 when the run could cost more')
    .option('--allow-unpriced', 'with --max-cost: leave out models without a known price')
    .option('--color <when>', 'auto, always or never')
  return addFlowChanges(command)
    .optionsGroup('Limits:')
    .option('--max-items <n>', 'items of one for_each (200)')
    .option('--max-flow-bytes <n>', 'size of the flow file (1048576)')
    .optionsGroup('Help:')
}

export const planVerb: FlowVerb = { name: 'plan', addOptions: addPlanOptions }
