import { bindInputs } from '../flow/bind.ts'
import type { Flow, Step } from '../flow/flow.ts'
import { countItems } from '../flow/for-each.ts'
import type { LlmConfig } from '../flow/llm-config.ts'
import type { CompiledFlow } from '../graph/compile.ts'
import { everyFlow } from '../graph/every-flow.ts'
import { certainRounds } from '../graph/inner-steps.ts'
import { Account, type SharedLimits } from '../llms/account.ts'
import { Lane, LearntLimits } from '../llms/lane.ts'
import { LlmError, type Llm } from '../llms/llm.ts'
import { checkLlm, endpointOf, openLlm } from '../llms/open.ts'
import { presetOf } from '../flow/providers.ts'
import { readSecret } from '../llms/secret.ts'
import type { World } from '../llms/world.ts'
import type { Json } from '../source/json.ts'
import type { ReadyLlm, ReadyStore } from '../steps/step-run.ts'
import type { Functions } from '../steps/functions/functions.ts'
import type { Budget } from './budget.ts'
import { folderOf, openFunctions, type CodeOptions } from './open-code.ts'
import { openStores } from './open-stores.ts'
import { itemOverruns } from './item-overruns.ts'
import { RunRefused, type RunProblem } from './refusal.ts'
import { unitsOf, type Units } from './units.ts'
import { unknownPrices } from './unknown-price.ts'

/** What the steps of a flow call, ready to be called. */
interface Equipment {
  readonly llms: ReadonlyMap<string, ReadyLlm>
  readonly stores: ReadonlyMap<string, ReadyStore>
  /** Undefined where nothing calls any. */
  readonly functions: Functions | undefined
  /** The flow's folder. */
  readonly folder: string
}

export interface Preparation extends Equipment {
  readonly inputs: ReadonlyMap<string, Json>
  readonly units: Units
  /** Of the flow and of each flow inside it. */
  readonly equipment: ReadonlyMap<Flow, Equipment>
}

export interface PrepareOptions extends CodeOptions {
  readonly inputs: ReadonlyMap<string, Json>
  readonly world: World
  readonly allowHosts: readonly string[]
  readonly allowEnv: readonly string[]
  /** Whether a model whose price is not known keeps the run from starting. */
  readonly needsPrices: boolean
  /** Within which vectors are made; undefined: as many as there are. */
  readonly budget?: Budget | undefined
  /** Every answer is known: no LLM is opened, and no key is needed. */
  readonly callsNobody: boolean
  /** Where other processes are met that call the same servers; undefined: nowhere. */
  readonly sharedLimits?: SharedLimits | undefined
  readonly maxCalls: number
  readonly maxItems: number
}

/** All that must be there before the first call. Throws `RunRefused` with everything that is not, before any money is spent. */
export async function prepareRun(compiled: CompiledFlow, options: PrepareOptions): Promise<Preparation> {
  const { flow, graph } = compiled
  const { world, allowHosts, allowEnv, maxCalls, maxItems } = options
  const called = calledLlms(everyFlow(compiled))
  const bound = bindInputs(flow, options.inputs)
  const problems: RunProblem[] = bound.problems.map(({ kind, ...problem }) => ({
    code: `${kind}-input`,
    ...problem,
  }))
  if (!options.callsNobody) problems.push(...llmProblems(called, { env: world.env, allowHosts, allowEnv }))
  if (options.needsPrices) problems.push(...unknownPrices(called))
  if (problems.length > 0) throw new RunRefused(problems)
  const units = unitsOf(flow, graph, bound.values)
  const overruns = [...itemOverruns(flow, units, maxItems), ...callOverrun(compiled, units, maxCalls)]
  if (overruns.length > 0) throw new RunRefused(overruns)
  const functions = await openFunctions(everyFlow(compiled), options)
  try {
    const equipment = await equip(compiled, { called, functions, options })
    const ready = equipment.get(flow)
    if (ready === undefined) throw new Error('the flow itself is one of its flows')
    return { inputs: bound.values, units, ...ready, equipment }
  } catch (error) {
    await functions?.close()
    throw error
  }
}

interface Equipping {
  readonly called: readonly LlmConfig[]
  readonly functions: Functions | undefined
  readonly options: PrepareOptions
}

async function equip(
  compiled: CompiledFlow,
  { called, functions, options }: Equipping,
): Promise<ReadonlyMap<Flow, Equipment>> {
  const opened = await openLlms(called, options)
  const equipment = new Map<Flow, Equipment>()
  for (const one of everyFlow(compiled)) {
    const llms = new Map<string, ReadyLlm>()
    for (const [name, config] of one.llms) {
      const llm = opened.get(keyOf(config))
      if (llm !== undefined) llms.set(name, llm)
    }
    equipment.set(one, { llms, stores: await openStores(one, options), functions, folder: folderOf(one) })
  }
  return equipment
}

/** The LLMs that the flows call; those that are alike in all they say are one, with one lane. */
function calledLlms(flows: readonly Flow[]): readonly LlmConfig[] {
  const called = new Map<string, LlmConfig>()
  for (const { steps, llms } of flows) {
    for (const step of steps) {
      const config = step.kind === 'llm' ? llms.get(step.llm.name) : undefined
      if (config !== undefined) called.set(keyOf(config), config)
    }
  }
  return [...called.values()]
}

/** The same for configurations that say the same. */
function keyOf(config: LlmConfig): string {
  return JSON.stringify(config, (_, value: unknown) => (value instanceof Map ? [...value] : value))
}

/** What keeps LLMs from being called; what keeps several for the same reason is said once. */
function llmProblems(
  configs: Iterable<LlmConfig>,
  options: Parameters<typeof checkLlm>[1],
): readonly RunProblem[] {
  const problems = new Map<string, RunProblem>()
  for (const config of configs) {
    const problem = checkLlm(config, options)
    if (problem === undefined) continue
    const reason = `${problem.code} ${problem.message.replace(`"${config.name}"`, '')} ${problem.help}`
    const first = problems.get(reason)
    const isNamed = first?.message.includes(`"${config.name}"`) === true
    const message =
      first === undefined || isNamed
        ? (first ?? problem).message
        : `${first.message}; the same holds for llm "${config.name}"`
    problems.set(reason, { ...problem, ...first, message })
  }
  return [...problems.values()]
}

function* callOverrun(
  compiled: CompiledFlow,
  { itemCounts }: Units,
  maxCalls: number,
): Generator<RunProblem> {
  const known = new Map<Flow, number>()
  const calls = callsOf(compiled, (position) => itemCounts[position] ?? 0, known)
  if (calls <= maxCalls) return
  const message = `the flow makes ${calls} model calls, and a run may make ${maxCalls}`
  yield { code: 'too-many-calls', message, help: `if that is meant, run with --max-calls ${calls}` }
}

/** The calls of the flow and of those inside it, as far as their number is known. */
function callsOf(
  { flow, inner }: CompiledFlow,
  itemsOf: (position: number) => number,
  known: Map<Flow, number>,
): number {
  const callsIn = (one: CompiledFlow | undefined): number => {
    if (one === undefined) return 0
    const calls =
      known.get(one.flow) ?? callsOf(one, (position) => countedItems(one.flow.steps[position]), known)
    known.set(one.flow, calls)
    return calls
  }
  return flow.steps.reduce((sum, step, position) => {
    if (step.kind === 'llm') return sum + itemsOf(position)
    if (step.kind !== 'flow') return sum
    return sum + itemsOf(position) * certainRounds(step.repeat) * callsIn(inner.get(step.flow))
  }, 0)
}

function countedItems(step: Step | undefined): number {
  return step?.forEach === undefined ? 1 : (countItems(step.forEach.items) ?? 0)
}

/** By what they say. */
async function openLlms(
  called: readonly LlmConfig[],
  { world, allowHosts, allowEnv, callsNobody, sharedLimits }: PrepareOptions,
): Promise<ReadonlyMap<string, ReadyLlm>> {
  const accounts = new Map<string, Account>()
  const learnt = new Map<string, LearntLimits>()
  const opened = called.map(async (config): Promise<[string, ReadyLlm]> => {
    if (callsNobody)
      return [keyOf(config), { llm: silent, lane: new Lane({}, new Account()), endpoint: null }]
    const endpoint = endpointOf(config, { env: world.env, allowHosts, allowEnv })?.url ?? null
    const name = accountOf(config, endpoint)
    // What works in this process is nobody else's.
    const join = endpoint === null ? undefined : sharedLimits?.join
    const account = accounts.get(name) ?? new Account(join?.(name + keyIn(config, world.env)))
    accounts.set(name, account)
    // A model's limits are its own with most providers, beside those of the account.
    const model = JSON.stringify([name, config.model])
    const limits = learnt.get(model) ?? new LearntLimits()
    learnt.set(model, limits)
    const { requestsPerMinute, tokensPerMinute } = config
    const maxConcurrency = config.maxConcurrency ?? presetOf(config.provider)?.concurrency
    const lane = new Lane({ maxConcurrency, requestsPerMinute, tokensPerMinute }, account, limits)
    const llm = await openLlm(config, { world, allowHosts, allowEnv }).catch(refuse(config))
    return [keyOf(config), { llm, lane, endpoint }]
  })
  return new Map(await Promise.all(opened))
}

/** In the place of an LLM that is never called. */
const silent: Llm = { call: () => Promise.reject(new Error('no LLM is called in a replay')) }

/** A package that is missing or a model that cannot be loaded keeps the run from starting, like a key that is not set. */
function refuse({ name }: LlmConfig): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof LlmError)) throw error
    const { code, message, help } = error
    const problem = { code, llm: name, message: `llm "${name}": ${message}` }
    throw new RunRefused([help === undefined ? problem : { ...problem, help }])
  }
}

/** One server and one key is one limit on the other side, whatever the flow calls its LLMs and in whatever words it writes them. */
function accountOf({ provider, apiKeyEnv }: LlmConfig, endpoint: string | null): string {
  const server = endpoint === null ? provider : new URL(endpoint).origin
  return JSON.stringify([server, apiKeyEnv ?? presetOf(provider)?.keyVariable])
}

/** The key of an account, which is shown to nobody: two shells may hold two keys under one name. */
function keyIn({ provider, apiKeyEnv }: LlmConfig, env: World['env']): string {
  const variable = apiKeyEnv ?? presetOf(provider)?.keyVariable
  const secret = variable === undefined ? undefined : readSecret(env, variable)
  return secret !== undefined && 'value' in secret ? secret.value : ''
}
