import { bindInputs } from '../flow/bind.ts'
import type { Flow } from '../flow/flow.ts'
import type { LlmConfig } from '../flow/llm-config.ts'
import type { CompiledFlow } from '../graph/compile.ts'
import { Lane } from '../llms/lane.ts'
import { LlmError } from '../llms/llm.ts'
import { checkLlm, endpointOf, openLlm } from '../llms/open.ts'
import { Pause } from '../llms/pause.ts'
import { presetOf } from '../flow/providers.ts'
import type { World } from '../llms/world.ts'
import type { Json } from '../source/json.ts'
import type { ReadyLlm, ReadyStore } from '../steps/step-run.ts'
import { openStores } from './open-stores.ts'
import { RunRefused, type RunProblem } from './refusal.ts'
import { unitsOf, type Units } from './units.ts'

export interface Preparation {
  readonly inputs: ReadonlyMap<string, Json>
  readonly units: Units
  readonly llms: ReadonlyMap<string, ReadyLlm>
  readonly stores: ReadonlyMap<string, ReadyStore>
}

export interface PrepareOptions {
  readonly inputs: ReadonlyMap<string, Json>
  readonly world: World
  readonly allowHosts: readonly string[]
  readonly allowEnv: readonly string[]
  readonly maxCalls: number
  readonly maxItems: number
}

/** All that must be there before the first call. Throws `RunRefused` with everything that is not, before any money is spent. */
export async function prepareRun(
  { flow, graph }: CompiledFlow,
  options: PrepareOptions,
): Promise<Preparation> {
  const { world, allowHosts, allowEnv, maxCalls, maxItems } = options
  const called = calledLlms(flow)
  const bound = bindInputs(flow, options.inputs)
  const problems: RunProblem[] = bound.problems.map(({ kind, ...problem }) => ({
    code: `${kind}-input`,
    ...problem,
  }))
  problems.push(...llmProblems(called.values(), { env: world.env, allowHosts, allowEnv }))
  if (problems.length > 0) throw new RunRefused(problems)
  const units = unitsOf(flow, graph, bound.values)
  const overruns = [...itemOverruns(flow, units, maxItems), ...callOverrun(flow, units, maxCalls)]
  if (overruns.length > 0) throw new RunRefused(overruns)
  const stores = await openStores(flow, options)
  return { inputs: bound.values, units, llms: await openLlms(called, options), stores }
}

function calledLlms(flow: Flow): ReadonlyMap<string, LlmConfig> {
  const called = new Map<string, LlmConfig>()
  for (const step of flow.steps) {
    const config = step.kind === 'llm' ? flow.llms.get(step.llm.name) : undefined
    if (config !== undefined) called.set(config.name, config)
  }
  return called
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
    const message =
      first === undefined ? problem.message : `${first.message}; the same holds for llm "${config.name}"`
    problems.set(reason, { ...problem, ...first, message })
  }
  return [...problems.values()]
}

function* itemOverruns(flow: Flow, { itemCounts }: Units, maxItems: number): Generator<RunProblem> {
  for (const [position, step] of flow.steps.entries()) {
    const count = itemCounts[position]
    if (count === undefined || count <= maxItems) continue
    const message = `step "${step.id}" has ${count} items, and a step may have ${maxItems}`
    yield { code: 'too-many-items', message, help: `if that is meant, run with --max-items ${count}` }
  }
}

function* callOverrun(flow: Flow, { itemCounts }: Units, maxCalls: number): Generator<RunProblem> {
  const calls = flow.steps.reduce(
    (sum, step, position) => sum + (step.kind === 'llm' ? (itemCounts[position] ?? 0) : 0),
    0,
  )
  if (calls <= maxCalls) return
  const message = `the flow makes ${calls} model calls, and a run may make ${maxCalls}`
  yield { code: 'too-many-calls', message, help: `if that is meant, run with --max-calls ${calls}` }
}

async function openLlms(
  called: ReadonlyMap<string, LlmConfig>,
  { world, allowHosts, allowEnv }: PrepareOptions,
): Promise<ReadonlyMap<string, ReadyLlm>> {
  const pauses = new Map<string, Pause>()
  const opened = [...called.values()].map(async (config): Promise<[string, ReadyLlm]> => {
    const endpoint = endpointOf(config, { env: world.env, allowHosts, allowEnv })?.url ?? null
    const account = accountOf(config, endpoint)
    const pause = pauses.get(account) ?? new Pause()
    pauses.set(account, pause)
    const { requestsPerMinute, tokensPerMinute } = config
    const maxConcurrency = config.maxConcurrency ?? presetOf(config.provider)?.concurrency
    const lane = new Lane({ maxConcurrency, requestsPerMinute, tokensPerMinute }, pause)
    const llm = await openLlm(config, { world, allowHosts, allowEnv }).catch(refuse(config))
    return [config.name, { llm, lane, endpoint }]
  })
  return new Map(await Promise.all(opened))
}

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
