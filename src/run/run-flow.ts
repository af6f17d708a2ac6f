import { DEFAULT_MAX_ITEMS } from '../flow/for-each.ts'
import type { CompiledFlow } from '../graph/compile.ts'
import type { SharedLimits } from '../llms/account.ts'
import type { World } from '../llms/world.ts'
import type { Json } from '../source/json.ts'
import { historyProblems, type Histories } from './conversations.ts'
import type { EventListener } from './events.ts'
import { Allowance } from './allowance.ts'
import { Budget } from './budget.ts'
import { Hooks } from './hooks.ts'
import { checkLimits } from './limits.ts'
import type { Memory } from './memory.ts'
import { closeStores } from './open-stores.ts'
import { prepareRun } from './prepare.ts'
import type { Recordings } from './recorded-llm.ts'
import { RunRefused } from './refusal.ts'
import type { RunResult } from './result.ts'
import { Run } from './run.ts'
import { newRunId } from './run-id.ts'
import { systemWorld } from './system-world.ts'

export interface RunOptions {
  /** The flow's inputs by name. Each is copied, and must be JSON: finite numbers, plain objects, at most 128 levels. */
  readonly inputs?: Readonly<Record<string, Json>> | ReadonlyMap<string, Json>
  /** Where keys and settings come from. Default: the environment of this process. */
  readonly env?: World['env']
  /** Clock, randomness and environment at once; for tests. */
  readonly world?: World
  /** Aborting it stops the run; the result comes back with what there is, status `cancelled`. */
  readonly signal?: AbortSignal
  /** The most steps that run at a time, at least 1. Default 64. */
  readonly maxConcurrency?: number
  /** Stop everything at the first failure, instead of finishing what does not depend on it. Default false. */
  readonly failFast?: boolean
  /** Limit of the whole run, in milliseconds, at least 0. Default: none. */
  readonly timeoutMs?: number
  /** The most model calls of the run, retries included, at least 0. Default 1000. */
  readonly maxCalls?: number
  /** The most tokens of the run, prompts and answers together, at least 0. Default: what the flow says, or no limit. */
  readonly maxTokens?: number
  /** The most that the run may cost, in dollars, at least 0. Default: what the flow says, or no limit. */
  readonly maxCost?: number
  /** Whether models without a known price may be called in spite of `maxCost`, and count nothing. Default false. */
  readonly allowUnpriced?: boolean
  /** The most items of one `for_each`, at least 0. Default 200. */
  readonly maxItems?: number
  /** Hosts that a `base_url` in the flow may name, beside loopback and the providers' own. Default: none. */
  readonly allowHosts?: readonly string[]
  /** Environment variables that `api_key_env` and `headers_env` of the flow may send wherever the flow says. Default: none. */
  readonly allowEnv?: readonly string[]
  /** Keep what the APIs returned in the result, as `raw_outputs`. Default true. */
  readonly keepRaw?: boolean
  /** Its id in the result. Default: one made of the time and a few random letters. */
  readonly runId?: string
  /** Refuse flows that run functions or programs, instead of trusting them. Default false. */
  readonly noCode?: boolean
  /** Gets what functions of the flow write to stdout and stderr. Default: it goes to the streams of this process. */
  readonly onOutput?: (text: string) => void
  /** What is known from earlier runs, and where this one is recorded. Default: nothing is kept. */
  readonly memory?: Memory
  /** Where other processes are met that call the same servers with the same keys, to keep their limits together. Default: nowhere. */
  readonly sharedLimits?: SharedLimits
  /** Where calls are recorded, or answered from without any of them being made; then no key is needed. Default: neither. */
  readonly recordings?: Recordings
  /** Told of every event while the run goes on. One that throws is told nothing more. */
  readonly reporters?: readonly EventListener[]
  /** Told when a reporter or a hook failed, or a function where that is no step's failure. Default: nothing happens. */
  readonly onReporterError?: (error: unknown) => void
}

const DEFAULT_MAX_CONCURRENCY = 64
const DEFAULT_MAX_CALLS = 1000
/** How long calls in flight may take to end once a run is stopped. */
const GRACE_MS = 1500

/**
 * Runs a flow and resolves with its result, whatever becomes of its steps. Rejects with `RunRefused`, before anything
 * has run, when inputs, keys or limits do not fit the flow, and with `RangeError` when an option is no limit. Where
 * llmflows itself is wrong it rejects with `InternalError`, which holds the result of what has run.
 *
 * @example
 * const flow = await loadFlow('flows/haiku.yaml')
 * const result = await runFlow(flow, { inputs: { topic: 'rain' } })
 * console.log(result.outputs['haiku'])
 */
export async function runFlow(compiled: CompiledFlow, options: RunOptions = {}): Promise<RunResult> {
  const { result } = await runTurn(compiled, options)
  return result
}

export interface TurnOptions extends RunOptions {
  /** What was said before, as the turn before has given it back. Default: nothing. */
  readonly histories?: Histories
}

/** A run of a flow as one turn of longer conversations. */
export interface Turn {
  readonly result: RunResult
  /** What was said up to now, by steps that have succeeded, as far as `max_messages` lets it be remembered. */
  readonly histories: Histories
}

/**
 * Runs a flow whose conversations go on where another run has left them, and gives back where this one leaves them. A run
 * keeps nothing by itself: whoever calls may hand the histories to the next turn, store them as JSON, or forget them, as
 * after a turn that has failed. Otherwise like `runFlow`; histories that do not fit the flow are refused.
 *
 * @example
 * const flow = await loadFlow('flows/chatbot.yaml')
 * let histories = {}
 * for (const message of ['Hello!', 'What did I say?']) {
 *   const turn = await runTurn(flow, { inputs: { message }, histories })
 *   histories = turn.histories
 * }
 */
export async function runTurn(compiled: CompiledFlow, options: TurnOptions = {}): Promise<Turn> {
  checkLimits(options)
  const histories = options.histories ?? {}
  const problems = historyProblems(compiled.flow.conversations, histories)
  if (problems.length > 0) throw new RunRefused(problems)
  const world = options.world ?? systemWorld(options.env ?? process.env)
  const inputs =
    options.inputs instanceof Map ? options.inputs : new Map(Object.entries(options.inputs ?? {}))
  const { budget: written } = compiled.flow
  const onReporterError = options.onReporterError ?? ((): void => {})
  const maxCalls = options.maxCalls ?? written.calls ?? DEFAULT_MAX_CALLS
  const limits = {
    calls: undefined,
    tokens: options.maxTokens ?? written.tokens,
    cost: options.maxCost ?? written.cost,
  }
  const isLimited = limits.tokens !== undefined || limits.cost !== undefined
  const taken = options.memory?.taken ?? { calls: 0, tokens: 0, cost: 0 }
  const budget = isLimited ? new Budget(limits, taken) : undefined
  const preparation = await prepareRun(compiled, {
    inputs,
    world,
    allowHosts: options.allowHosts ?? [],
    allowEnv: options.allowEnv ?? [],
    needsPrices: limits.cost !== undefined && options.allowUnpriced !== true,
    budget,
    callsNobody: options.recordings?.kind === 'replay',
    sharedLimits: options.sharedLimits,
    maxCalls,
    maxItems: options.maxItems ?? DEFAULT_MAX_ITEMS,
    noCode: options.noCode ?? false,
    onOutput: options.onOutput,
    onReporterError,
    signal: options.signal,
    timeoutMs: options.timeoutMs,
  })
  const { functions } = preparation
  const hooks =
    functions === undefined
      ? undefined
      : new Hooks(compiled.flow.hooks, { functions, clock: world.clock, onError: onReporterError })
  const run = new Run(compiled, preparation, {
    world,
    allowance: new Allowance({
      maxConcurrency: options.maxConcurrency ?? DEFAULT_MAX_CONCURRENCY,
      maxCalls,
      budget,
    }),
    failFast: options.failFast ?? false,
    timeoutMs: options.timeoutMs,
    graceMs: GRACE_MS,
    maxItems: options.maxItems ?? DEFAULT_MAX_ITEMS,
    keepRaw: options.keepRaw ?? true,
    signal: options.signal,
    whyStopped: () => 'interrupted',
    memory: options.memory,
    recordings: options.recordings,
    runId: options.runId ?? newRunId(world),
    around: '',
    histories,
    // What is recorded comes before what is told.
    reporters: [
      ...(options.memory === undefined ? [] : [options.memory]),
      ...(options.reporters ?? []),
      ...(hooks === undefined ? [] : [hooks]),
    ],
    onReporterError,
  })
  try {
    const result = await run.finish()
    await hooks?.end(options.signal?.aborted === true ? 'stopped' : 'ended')
    return { result, histories: run.histories }
  } finally {
    await functions?.close()
    for (const { stores } of preparation.equipment.values()) await closeStores(stores)
  }
}
