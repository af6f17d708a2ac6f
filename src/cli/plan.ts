import type { Command } from 'commander'
import { closest } from '../diagnostics/closest.ts'
import { DEFAULT_MAX_ITEMS } from '../flow/for-each.ts'
import type { Plan } from '../plan/plan.ts'
import { jsonText } from '../source/json-text.ts'
import { readFlowOrder, type FlowRequest } from './flow-order.ts'
import type { Io } from './io.ts'
import { say } from './message.ts'
import { planVerb, type PlanTexts } from './plan-options.ts'
import { registerFlowVerb } from './register-flow-verb.ts'
import { exampleCommand } from './refused-run.ts'
import { UsageError } from './usage-error.ts'

/** `llmflows plan FLOW`: what a run would do and cost, on stdout. Sends nothing and needs no key. */
export function registerPlan(program: Command, io: Io): void {
  const description = 'Says what a run would do and what it could cost. Sends nothing and needs no key.'
  registerFlowVerb(program, { verb: planVerb, description, examples, perform: performPlan }, io)
}

const examples = `Examples:
  llmflows plan flow.yaml --topic friendship
  llmflows plan flow.yaml --topic friendship --llm writer.model=gpt-4o
  llmflows plan flow.yaml --topic rain --max-cost 0.50    exit code 3 beyond it
`

const formats = ['text', 'json'] as const

async function performPlan(request: FlowRequest, io: Io): Promise<void> {
  const order = await readFlowOrder<PlanTexts>(planVerb, request, io)
  if (order === undefined) return
  const { compiled, inputs, texts, limits, path } = order
  const format = readFormat(texts.format)
  const { maxCost } = limits
  const [{ planFlow }, { loadTokenizer }] = await Promise.all([
    import('../plan/plan.ts'),
    import('../plan/tokenizer.ts'),
  ])
  const planned = planFlow(compiled, {
    inputs,
    tokenizer: await loadTokenizer(),
    maxItems: limits.maxItems ?? DEFAULT_MAX_ITEMS,
  })
  if ('problems' in planned) {
    for (const { message, help } of planned.problems) say(io, 'error', message, help)
    io.setExitCode(2)
    return
  }
  const { plan } = planned
  if (format === 'json') await io.stdout.writeAll([jsonText(plan, { compact: false }) + '\n'])
  else {
    const { planText } = await import('../plan/plan-text.ts')
    const { palette, columns } = io.stdout
    await io.stdout.writeAll([planText(plan, { palette, columns })])
  }
  if (maxCost === undefined) return
  const verdict = judge(plan, maxCost, texts)
  if (verdict === undefined) return
  const help = verdict.help ?? exampleCommand(compiled.flow, path, planVerb)
  say(io, 'error', verdict.message, help)
  io.setExitCode(verdict.exitCode)
}

interface Verdict {
  readonly exitCode: 2 | 3
  readonly message: string
  /** Undefined: an example of the command with every input. */
  readonly help?: string
}

/** What speaks against a plan whose cost must not pass a limit; first whatever keeps the bound from being one. */
function judge(
  { missing_inputs, unmeasured, totals }: Plan,
  maxCost: number,
  texts: PlanTexts,
): Verdict | undefined {
  const [missing] = missing_inputs
  if (missing !== undefined) {
    return { exitCode: 2, message: `"--max-cost" needs every input, and "${missing}" is missing` }
  }
  const [open] = unmeasured
  if (open !== undefined) {
    const message = `"--max-cost" needs an upper bound, and there is none for ${open}`
    return { exitCode: 2, message, help: 'a run with --max-cost never passes it, whatever comes' }
  }
  const { cost, unpriced_models } = totals
  if (unpriced_models.length > 0 && texts.allowUnpriced !== true) {
    const message = `"--max-cost" needs every price, and there is none for ${unpriced_models.join(', ')}`
    const help = `give it in the flow as "price: { input: DOLLARS, output: DOLLARS }", or in a file that LLMFLOWS_PRICES names,\nor leave it out of the sum with --allow-unpriced`
    return { exitCode: 2, message, help }
  }
  const most = cost?.upper ?? 0
  if (most <= maxCost) return undefined
  const message = `the run could cost $${most.toFixed(4)}, more than the $${maxCost} that it may`
  return { exitCode: 3, message, help: 'lower max_tokens, take a cheaper model, or raise --max-cost' }
}

function readFormat(text: string): (typeof formats)[number] {
  const format = formats.find((known) => known === text)
  if (format !== undefined) return format
  const guess = closest(text, formats)
  const help = guess === undefined ? 'the formats are text and json' : `did you mean "${guess}"?`
  throw new UsageError(`there is no format "${text}"`, help)
}
