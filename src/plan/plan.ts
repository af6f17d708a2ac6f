import { bindInputs } from '../flow/bind.ts'
import type { Flow, LlmStep, Step } from '../flow/flow.ts'
import type { CompiledFlow } from '../graph/compile.ts'
import { stagesOf } from '../graph/draw/stages.ts'
import { criticalPath } from '../graph/order.ts'
import { dollarsFor, priceOf, type KnownPrice, type Price } from '../llms/prices.ts'
import { unitsOf } from '../run/units.ts'
import type { Json } from '../source/json.ts'
import { ValueTooLarge } from '../template/extent.ts'
import { forecast, type Forecast, type Foreseen, type ForeseenCall } from './forecast.ts'
import { known } from './guess.ts'
import { map, product, sum, zero, type Range } from './range.ts'
import type { Tokenizer } from './tokenizer.ts'

/** What a run would do and cost, known without sending anything. `schemas/plan.schema.json` describes every field. */
export interface Plan {
  readonly llmflows: 1
  readonly flow: string
  /** The encoding that tokens were counted with; other models count differently. */
  readonly encoding: string
  readonly inputs: Readonly<Record<string, Json>>
  /** Required inputs that were not given. They count as nothing, so while there are any no bound is one. */
  readonly missing_inputs: readonly string[]
  /** Step ids; those of a stage need nothing of each other. */
  readonly stages: readonly (readonly string[])[]
  readonly critical_path: readonly string[]
  /** In file order. */
  readonly steps: readonly PlannedStep[]
  /** What counts as nothing since nothing is known of its length, in words; while there is any, no upper bound is one. */
  readonly unmeasured: readonly string[]
  readonly totals: PlannedTotals
}

export interface PlannedStep {
  readonly id: string
  readonly name: string
  readonly kind: Step['kind']
  /** Counts from 1. */
  readonly stage: number
  readonly critical: boolean
  readonly needs: readonly string[]
  /** How often it runs; null when a missing input decides, or what another step gives. */
  readonly items: number | null
  /** Null for a step that calls no model. */
  readonly llm: PlannedLlm | null
  /** Calls of models, those of flows inside included. */
  readonly calls: Range
  /** For each item what it asks; of items whose number is not known, one that stands for all. */
  readonly prompts: readonly PlannedPrompt[]
  readonly input_tokens: Range
  readonly output_tokens: Range
  /** Dollars; null when the price is not known. */
  readonly cost: Range | null
}

export interface PlannedLlm {
  readonly llm: string
  readonly provider: string
  readonly model: string
  readonly max_tokens: number
  readonly price: KnownPrice | null
}

export interface PlannedPrompt {
  /** Variables that are not known yet, of which the placeholders stand in the text. Empty: it is exactly what will be sent. */
  readonly waits_for: readonly string[]
  readonly messages: readonly { readonly role: string; readonly content: string }[]
}

export interface PlannedTotals {
  /** Model calls without any retry: as many as there probably are. */
  readonly calls: number
  readonly most_calls: number
  readonly input_tokens: Range
  readonly output_tokens: Range
  /** Dollars for the steps whose price is known; null when there is none among several. */
  readonly cost: Range | null
  /** `provider/model` of every LLM that is called and whose price is not known. */
  readonly unpriced_models: readonly string[]
}

/** Why there is no plan; a run would be refused, or fail, for the same. */
export interface PlanProblem {
  /** Lower case, no full stop. */
  readonly message: string
  readonly help?: string | undefined
}

export interface PlanOptions {
  /** They may be missing; those that are there have to be right. */
  readonly inputs: ReadonlyMap<string, Json>
  readonly tokenizer: Tokenizer
  /** The most items of one `for_each`. */
  readonly maxItems: number
}

/** Plans a run: nothing is sent and no key is needed. */
export function planFlow(
  compiled: CompiledFlow,
  { inputs, tokenizer, maxItems }: PlanOptions,
): { readonly plan: Plan } | { readonly problems: readonly PlanProblem[] } {
  const { flow, graph } = compiled
  const { values, problems } = bindInputs(flow, inputs)
  const wrong = problems.filter(({ kind }) => kind !== 'missing')
  if (wrong.length > 0) return { problems: wrong }
  const { itemCounts } = unitsOf(flow, graph, values)
  const overruns = flow.steps.flatMap(({ id }, node) => overrun(id, itemCounts[node] ?? 0, maxItems))
  if (overruns.length > 0) return { problems: overruns }
  try {
    const foreseen = forecast(compiled, {
      inputs: new Map(Array.from(values, ([name, value]) => [name, known(value)] as const)),
      unmeasuredInputs: new Set(),
      count: tokenizer.count,
      maxItems,
    })
    const missing = problems.map(({ input }) => input)
    return { plan: planOf(compiled, { values, missing, foreseen, tokenizer }) }
  } catch (error) {
    if (error instanceof ValueTooLarge) return { problems: [{ message: error.message, help: error.help }] }
    throw error
  }
}

function overrun(id: string, count: number, maxItems: number): readonly PlanProblem[] {
  if (count <= maxItems) return []
  const message = `step "${id}" has ${count} items, and a step may have ${maxItems}`
  return [{ message, help: `if that is meant, add --max-items ${count}` }]
}

interface Known {
  readonly values: ReadonlyMap<string, Json>
  /** Inputs that were not given. */
  readonly missing: readonly string[]
  readonly foreseen: Forecast
  readonly tokenizer: Tokenizer
}

function planOf({ flow, graph }: CompiledFlow, { values, missing, foreseen, tokenizer }: Known): Plan {
  const stages = stagesOf(graph)
  const stageOf = new Map(stages.flatMap((nodes, stage) => nodes.map((node) => [node, stage + 1] as const)))
  const path = criticalPath(graph)
  const critical = new Set(path)
  const idOf = (node: number): string => flow.steps[node]?.id ?? ''
  const steps = flow.steps.map((step, node): PlannedStep => {
    const calls = foreseen.ofStep.get(step) ?? []
    const items = dependsOn(step, missing) ? null : (foreseen.itemCounts.get(step) ?? null)
    return {
      id: step.id,
      name: step.name.text,
      kind: step.kind,
      stage: stageOf.get(node) ?? 1,
      critical: critical.has(node),
      needs: (graph.needs[node] ?? []).map(idOf),
      items,
      llm: step.kind === 'llm' ? plannedLlm(step) : null,
      prompts: step.kind === 'llm' ? calls.flatMap((one) => one.calls.map(plannedPrompt)) : [],
      ...amounts(calls),
    }
  })
  return {
    llmflows: 1,
    flow: flow.name,
    encoding: tokenizer.encoding,
    inputs: Object.fromEntries(values),
    missing_inputs: usedInputs(flow, missing),
    stages: stages.map((nodes) => nodes.map(idOf)),
    critical_path: path.map(idOf),
    steps,
    unmeasured: foreseen.unmeasured,
    totals: totalsOf(steps, [...foreseen.ofStep.values()].flat()),
  }
}

/** Whether what decides how often a step runs is not known: a missing input, or what another step gives. */
function dependsOn({ forEach }: Step, missing: readonly string[]): boolean {
  if (forEach?.items.kind !== 'input') return false
  const [reference] = forEach.items.placeholder.alternatives
  return reference?.kind === 'reference' && missing.includes(reference.variable)
}

/** Only what some step uses can change what a run costs. */
function usedInputs(flow: Flow, missing: readonly string[]): readonly string[] {
  const used = new Set(flow.steps.flatMap(({ uses }) => uses.map(({ variable }) => variable)))
  return missing.filter((name) => used.has(name))
}

function plannedLlm(step: LlmStep): PlannedLlm {
  const { name, provider, model, sampling } = step.llm
  const price = priceOf(step.llm) ?? null
  return { llm: name, provider, model, max_tokens: sampling.maxTokens, price }
}

function plannedPrompt({ messages }: ForeseenCall): PlannedPrompt {
  return {
    waits_for: [...new Set(messages.flatMap(({ content }) => content.waitsFor))],
    messages: messages.map(({ role, content }) => ({ role, content: content.shown })),
  }
}

function amounts(
  foreseen: readonly Foreseen[],
): Pick<PlannedStep, 'calls' | 'input_tokens' | 'output_tokens' | 'cost'> {
  const all = foreseen.map(amountsOf)
  const costs = all.map(({ cost }) => cost)
  return {
    calls: sum(all.map(({ calls }) => calls)),
    input_tokens: sum(all.map(({ input }) => input)),
    output_tokens: sum(all.map(({ output }) => output)),
    cost: costs.includes(undefined) ? null : withoutNoise(sum(costs.map((cost) => cost ?? zero))),
  }
}

interface Amounts {
  readonly calls: Range
  readonly input: Range
  readonly output: Range
  /** Undefined when the price is not known, and the calls cost something. */
  readonly cost: Range | undefined
}

function amountsOf({ step, calls, times }: Foreseen): Amounts {
  const input = product(sum(calls.map(({ inputTokens }) => inputTokens)), times)
  const output = product(sum(calls.map(({ outputTokens }) => outputTokens)), times)
  const price = calls.length === 0 ? { input: 0, output: 0 } : priceOf(step.llm)
  const cost = price === undefined ? undefined : dollarRange(price, input, output)
  return { calls: map(times, (count) => count * calls.length), input, output, cost }
}

function dollarRange(price: Price, input: Range, output: Range): Range {
  return withoutNoise({
    lower: dollarsFor(price, input.lower, output.lower),
    expected: dollarsFor(price, input.expected, output.expected),
    upper: dollarsFor(price, input.upper, output.upper),
  })
}

/** Fractions of a cent carry noise in their last binary digits. */
function withoutNoise(dollars: Range): Range {
  return map(dollars, (amount) => Math.round(amount * 1e10) / 1e10)
}

function totalsOf(steps: readonly PlannedStep[], foreseen: readonly Foreseen[]): PlannedTotals {
  const all = foreseen.map((one) => ({ ...amountsOf(one), llm: one.step.llm }))
  const costs = all.flatMap(({ cost }) => cost ?? [])
  const unpriced = all.flatMap(({ cost, llm }) =>
    cost === undefined ? [`${llm.provider}/${llm.model}`] : [],
  )
  const { expected, upper } = sum(all.map(({ calls }) => calls))
  return {
    calls: expected,
    most_calls: upper,
    input_tokens: sum(steps.map(({ input_tokens }) => input_tokens)),
    output_tokens: sum(steps.map(({ output_tokens }) => output_tokens)),
    cost: costs.length === 0 && all.length > 0 ? null : withoutNoise(sum(costs)),
    unpriced_models: [...new Set(unpriced)],
  }
}
