import type { Flow, Step } from '../flow/flow.ts'
import type { CompiledFlow } from '../graph/compile.ts'
import { flowsIn } from '../graph/flows-in.ts'
import { MOST_STEPS } from '../graph/inner-steps.ts'
import type { World } from '../llms/world.ts'
import { MAX_SIZE } from '../template/extent.ts'
import { reckonedTokens } from '../steps/llm-request.ts'
import { startStep } from '../steps/start-step.ts'
import { failure, type InnerRun, type Outcome, type ReadyLlm, type StepContext } from '../steps/step-run.ts'
import { CALL_LIMIT } from '../steps/given-up.ts'
import type { Functions } from '../steps/functions/functions.ts'
import { StepTimeout } from '../steps/step-timeout.ts'
import type { Json } from '../source/json.ts'
import { contentKey } from '../store/canonical-json.ts'
import { Conversations, type Histories, type Said } from './conversations.ts'
import type { Allowance } from './allowance.ts'
import type { CancelReason, EventListener, RunError, RunEvent, RunStatus } from './events.ts'
import { Gates } from './gates.ts'
import { prepareInner } from './inner-preparation.ts'
import { InternalError } from './internal-error.ts'
import type { Memory } from './memory.ts'
import type { Preparation } from './prepare.ts'
import { knownLlm } from './known-llm.ts'
import type { Recordings } from './recorded-llm.ts'
import { createResult, type RunResult } from './result.ts'
import { runStarted } from './run-started.ts'
import { schedule } from './scheduler.ts'
import { Settled } from './settled.ts'
import { openStep, type Opening } from './opening.ts'
import { itemsOf, unitId } from './units.ts'
import { Values } from './values.ts'
import { OVER_BUDGET } from './within-budget.ts'

const noRoomLeft = failure(
  'value-too-large',
  'the values that the steps of this run have made are too large together',
  { help: 'use parts of large values, or make them anew in fewer steps' },
)

const tooManySteps: RunError = {
  code: 'too-many-steps',
  message: `the runs inside this run have more than ${MOST_STEPS} steps`,
  help: 'run it for fewer items or rounds, or fewer flows inside each other',
}

/** Where a run inside a step belongs. */
interface Inside {
  readonly id: string
  /** Counts the runs of the step from 1. */
  readonly run: number
  readonly signal: AbortSignal
  readonly emit: (event: RunEvent) => void
}

interface Settings {
  readonly world: World
  readonly allowance: Allowance
  readonly failFast: boolean
  readonly timeoutMs: number | undefined
  /** How long calls in flight may take to end once the run is stopped. */
  readonly graceMs: number
  readonly maxItems: number
  readonly keepRaw: boolean
  readonly signal: AbortSignal | undefined
  /** Why the signal was aborted. */
  readonly whyStopped: () => CancelReason
  readonly memory: Memory | undefined
  readonly recordings: Recordings | undefined
  readonly runId: string
  /** What stands before the ids of its steps, for a run inside a step: `agent/2/`. */
  readonly around: string
  /** What was said before the run. */
  readonly histories: Histories
  readonly reporters: readonly EventListener[]
  readonly onReporterError: (error: unknown) => void
}

/**
 * One run of a flow. Knows what is in flight and which steps have ended, and tells it; does not know how a step runs or
 * which one is next. Used once.
 */
export class Run {
  readonly #compiled: CompiledFlow
  readonly #preparation: Preparation
  readonly #settings: Settings
  readonly #values: Values
  readonly #conversations: Conversations
  /** What becomes the result; undefined inside another run, which folds the events of this one with its own. */
  #fold: ReturnType<typeof createResult> | undefined
  readonly #listeners: Set<EventListener>
  readonly #gates: Gates
  readonly #inFlight = new Set<AbortController>()
  readonly #settled: Settled
  /** By step; undefined while a list has yet to be made. */
  readonly #itemCounts: (number | undefined)[]
  /** How the steps have ended that are not hurt. */
  readonly #endings: ('succeeded' | 'skipped' | undefined)[]
  readonly #stop = new AbortController()
  readonly #startedAt: number
  /** What is the same for all steps. */
  readonly #surroundings: Pick<
    StepContext,
    'world' | 'keepRaw' | 'at' | 'llm' | 'store' | 'callFunction' | 'fingerprint' | 'folder' | 'takeCall'
  >
  #lastAt = 0
  #firstFailure: { readonly step: string; readonly error: RunError } | undefined
  #hasFailed = false
  #hasLostItems = false
  #isOverBudget = false
  #isCutShort = false
  #reason: CancelReason | null = null

  constructor(compiled: CompiledFlow, preparation: Preparation, settings: Settings) {
    this.#compiled = compiled
    this.#preparation = preparation
    this.#settings = settings
    this.#values = new Values(preparation.inputs)
    this.#conversations = new Conversations(compiled.flow.conversations, settings.histories)
    this.#listeners = new Set(settings.reporters)
    this.#itemCounts = [...preparation.units.itemCounts]
    this.#settled = new Settled(compiled.flow.steps.length)
    for (const [position, step] of compiled.flow.steps.entries()) {
      const count = this.#itemCounts[position]
      if (step.forEach !== undefined && count !== undefined) this.#settled.expand(position, count)
    }
    this.#endings = compiled.flow.steps.map(() => undefined)
    this.#gates = new Gates({
      flow: compiled.flow,
      llms: preparation.llms,
      stores: preparation.stores,
      mostAround: settings.allowance.concurrency,
      tokensOf: (step, item) => this.#tokens(step, item),
    })
    this.#startedAt = settings.world.clock.now()
    const { world, keepRaw, allowance } = settings
    this.#surroundings = {
      world,
      keepRaw,
      at: () => this.#at(),
      llm: (name) => {
        const ready = preparation.llms.get(name)
        if (ready === undefined) throw new Error(`llm ${name} was not opened`)
        return ready
      },
      store: (name) => {
        const ready = preparation.stores.get(name)
        if (ready === undefined) throw new Error(`vector store ${name} was not opened`)
        return ready
      },
      callFunction: (called, argument, signal) => functionsOf(preparation).call(called, argument, signal),
      fingerprint: (called) => functionsOf(preparation).fingerprint(called),
      folder: preparation.folder,
      takeCall: allowance.takeCall,
    }
  }

  /** What has been said in the conversations, by steps that have succeeded. */
  get histories(): Histories {
    return this.#conversations.histories
  }

  /** Runs everything that can run and resolves when nothing of it is left. Rejects with `InternalError`. */
  async finish(): Promise<RunResult> {
    const fold = createResult({ keepRaw: this.#settings.keepRaw })
    this.#fold = fold
    try {
      await this.#perform()
    } catch (error) {
      throw new InternalError(error, fold.result())
    }
    return fold.result()
  }

  /** The same for a run inside a step; its events are folded with those of the run around it. Rejects with what is wrong. */
  async finishInside(): Promise<InnerRun> {
    const status = await this.#perform()
    const { name, outputs } = this.#compiled.flow
    const failure = this.#firstFailure
    if (failure === undefined) {
      if (status === 'cancelled')
        return { ok: false, error: { code: 'cancelled', message: `flow "${name}" was stopped` } }
      const given = outputs.flatMap((key): [string, Json][] => {
        const value = this.#values.outside(key)
        return value === undefined ? [] : [[key, value]]
      })
      // One that is over budget without a step that failed has lost items to it.
      const isPartial = status !== 'succeeded'
      return { ok: true, outputs: Object.freeze(Object.fromEntries(given)), isPartial }
    }
    const message = `step "${failure.step}" of flow "${name}" failed: ${failure.error.message}`
    return { ok: false, error: { ...failure.error, message } }
  }

  /** Rejects when llmflows itself is wrong. */
  async #perform(): Promise<RunStatus> {
    const { world, signal, whyStopped, timeoutMs, graceMs, allowance, runId } = this.#settings
    this.#emit(runStarted(this.#compiled, this.#preparation, { runId, date: world.clock.date() }))
    const interrupt = (): void => this.#cancel(whyStopped())
    signal?.addEventListener('abort', interrupt)
    if (signal?.aborted === true) interrupt()
    const timer = new AbortController()
    if (timeoutMs !== undefined) {
      world.clock.sleep(timeoutMs, timer.signal).then(
        () => this.#cancel('timeout'),
        () => {},
      )
    }
    let mistake: { readonly error: unknown } | undefined
    try {
      await schedule({
        graph: this.#compiled.graph,
        joinsAny: (step) => this.#step(step).join === 'any',
        maxItems: this.#mostItems(),
        itemLimit: (step) => this.#step(step).forEach?.maxConcurrency ?? Infinity,
        takesSlot: (step) => flowsIn(this.#step(step)).length === 0,
        gateOf: (step) => this.#gates.of(this.#step(step)),
        slots: allowance.slots,
        clock: world.clock,
        signal: this.#stop.signal,
        graceMs,
        open: (step) => this.#open(step),
        onBlocked: (step) => this.#block(step),
        onSkipped: (step) => this.#skip(step, null, this.#skippedNeeds(step)),
        onComplete: (step) => this.#complete(step),
        start: (step, item) => this.#start(step, item),
      })
    } catch (error) {
      mistake = { error }
      this.#cancel('internal-error')
    } finally {
      timer.abort()
      signal?.removeEventListener('abort', interrupt)
      for (const controller of this.#inFlight) controller.abort()
    }
    this.#cancelRest()
    const reason = this.#isCutShort ? this.#reason : null
    const ended = this.#ended()
    // A run that stopped itself at a failure has failed; one that was stopped with nothing left to stop has ended.
    const status = reason === null || reason === 'fail-fast' ? ended : 'cancelled'
    const time = world.clock.date().toISOString()
    this.#emit({ type: 'run-finished', at: this.#at(), time, status, reason })
    if (mistake !== undefined) throw mistake.error
    return status
  }

  /** How the run has ended that nobody stopped. */
  #ended(): RunStatus {
    if (this.#isOverBudget) return 'over_budget'
    if (this.#hasFailed) return 'failed'
    return this.#hasLostItems ? 'partial' : 'succeeded'
  }

  #start(position: number, item: number): boolean | Promise<boolean> {
    const step = this.#step(position)
    const { world, keepRaw, at, store, callFunction, fingerprint, folder, takeCall } = this.#surroundings
    const index = step.forEach === undefined ? undefined : item
    const id = unitId(step, item)
    let rounds = 0
    const emit = (event: RunEvent): void => {
      if (!this.#settled.has(position, item)) this.#emit(event)
    }
    // A step that calls nothing ends at once, and has nothing of its own to abort.
    const controller = step.kind === 'value' ? this.#stop : new AbortController()
    // Before it starts: a reporter may stop the run when it hears of that.
    if (controller !== this.#stop) this.#inFlight.add(controller)
    const outcome = startStep(step, {
      world,
      keepRaw,
      at,
      llm: (name) => this.#llmFor(step, item, name),
      store,
      callFunction,
      fingerprint,
      folder,
      ask: (parts, make) => this.#ask(id, { parts, make, signal: controller.signal }),
      takeCall,
      said: this.#saidBefore(step),
      say: (prompt, answer) => {
        const name = conversationOf(step)
        // A step that was given up before has said nothing.
        if (name !== undefined && !this.#settled.has(position, item))
          this.#conversations.add(name, prompt, answer)
      },
      id,
      index,
      lookup: (variable) => this.#values.lookup(step, index, variable),
      emit,
      runFlow: (flow, inputs, signal = controller.signal) => {
        rounds++
        // What the step has let go of may be what a flow waits for.
        this.#settings.allowance.slots.tell()
        return this.#runInside(flow, inputs, { id, run: rounds, signal, emit })
      },
      signal: controller.signal,
    })
    const isAround = flowsIn(step).length > 0
    if (isAround) this.#gates.beginAround()
    if (!(outcome instanceof Promise)) return this.#settle(position, item, outcome)
    const timer = step.timeoutMs === undefined ? undefined : this.#limit(controller, step.timeoutMs)
    return outcome
      .then((settled) => this.#settle(position, item, settled))
      .finally(() => {
        timer?.abort()
        if (isAround) this.#gates.endAround()
        this.#inFlight.delete(controller)
      })
  }

  async #runInside(
    flow: Flow,
    inputs: ReadonlyMap<string, Json>,
    { id, run, signal, emit }: Inside,
  ): Promise<InnerRun> {
    const compiled = this.#compiled.inner.get(flow)
    if (compiled === undefined) throw new Error(`flow ${flow.name} is not inside`)
    const { allowance, around, runId, graceMs, maxItems } = this.#settings
    const prepared = prepareInner(compiled, inputs, { equipment: this.#preparation.equipment, maxItems })
    if ('problem' in prepared) {
      const { code, message, help } = prepared.problem
      return { ok: false, error: { code, message, ...(help === undefined ? {} : { help }) } }
    }
    const { preparation } = prepared
    if (!allowance.takeInnerSteps(preparation.units.summaries.length))
      return { ok: false, error: tooManySteps }
    // Flows that call nothing would otherwise follow each other without an end, deaf to signals and time limits.
    if (allowance.takeTurn()) await new Promise(setImmediate)
    const inner = new Run(compiled, preparation, {
      ...this.#settings,
      timeoutMs: undefined,
      // It ends before the run around it gives it up.
      graceMs: graceMs * 0.9,
      signal,
      whyStopped: () => this.#reason ?? 'timeout',
      around: `${around}${id}/${run}/`,
      runId: `${runId}/${id}/${run}`,
      histories: {},
      reporters: [{ onEvent: (event) => emit({ type: 'flow-event', at: this.#at(), step: id, run, event }) }],
    })
    const ended = await inner.finishInside()
    if (ended.ok && ended.isPartial) this.#hasLostItems = true
    // Also where a model goes on without a tool that the budget has kept from its work.
    if (inner.#isOverBudget) this.#isOverBudget = true
    return ended
  }

  /** The LLM as a step sees it: what it has answered before it is not asked again. */
  #llmFor(step: Step, item: number, name: string): ReadyLlm {
    const ready = this.#surroundings.llm(name)
    if (step.kind !== 'llm') return ready
    const { memory, recordings, around, allowance } = this.#settings
    const { name: flow } = this.#compiled.flow
    const id = around + unitId(step, item)
    return knownLlm(step, ready, { flow, id, budget: allowance.budget, memory, recordings })
  }

  async #ask(
    id: string,
    {
      parts,
      make,
      signal,
    }: { readonly parts: Json; readonly make: () => Promise<Json>; readonly signal: AbortSignal },
  ): Promise<Json> {
    const { memory, around } = this.#settings
    if (memory === undefined) return make()
    const question = { step: around + id, key: contentKey(parts), isShared: false }
    const { answer } = await memory.answer(question, { make, signal })
    return answer
  }

  /** Aborts a step after its own time limit; aborting what is returned calls that off. */
  #limit(controller: AbortController, limitMs: number): AbortController {
    const timer = new AbortController()
    this.#settings.world.clock.sleep(limitMs, timer.signal).then(
      () => controller.abort(new StepTimeout(limitMs)),
      () => {},
    )
    return timer
  }

  /** An item has ended by itself; one that was given up before stays as it was reported. */
  #settle(position: number, item: number, made: Outcome): boolean {
    if (this.#settled.has(position, item)) return false
    this.#settled.add(position, item)
    const step = this.#step(position)
    // What a model answered has been paid for, and is bounded by what is read of an answer.
    const outcome =
      made.ok && step.kind !== 'llm' && !this.#settings.allowance.takeRoom(made.value) ? noRoomLeft : made
    const id = unitId(step, item)
    const { generated } = outcome
    if (outcome.ok) {
      const key = this.#values.give(step, item, outcome.value)
      this.#emit({
        type: 'step-succeeded',
        at: this.#at(),
        step: id,
        generated,
        result: { [key]: outcome.value },
        note: outcome.note,
      })
      return true
    }
    if (outcome.error.code === 'cancelled' && this.#reason !== null) {
      this.#isCutShort = true
      this.#emit({ type: 'step-cancelled', at: this.#at(), step: id, reason: this.#reason })
      return false
    }
    const { code } = outcome.error
    if (code === OVER_BUDGET || code === CALL_LIMIT) this.#isOverBudget = true
    this.#emit({ type: 'step-failed', at: this.#at(), step: id, error: outcome.error, generated })
    if (step.forEach !== undefined && step.forEach.onItemError !== 'fail') {
      this.#hasLostItems = true
      this.#values.lose(step, item, outcome.error)
      return true
    }
    this.#fail(id, outcome.error)
    return false
  }

  #fail(step: string, error: RunError): void {
    this.#hasFailed = true
    this.#firstFailure ??= { step, error }
    if (this.#settings.failFast) this.#cancel('fail-fast')
  }

  /** All that a step needs is there: whether it runs, and how many times. */
  #open(position: number): number | 'skipped' | 'hurt' {
    const step = this.#step(position)
    const { outside } = this.#values
    const { maxItems } = this.#settings
    const known = this.#itemCounts[position]
    const opening: Opening = openStep(step, {
      known,
      maxItems,
      lookup: outside,
    })
    switch (opening.kind) {
      case 'skipped':
        this.#skip(position, opening.condition, [])
        return 'skipped'
      case 'failed':
        this.#settleRest(position, (id) =>
          this.#emit({
            type: 'step-failed',
            at: this.#at(),
            step: id,
            error: opening.error,
            generated: null,
          }),
        )
        this.#fail(step.id, opening.error)
        return 'hurt'
      case 'open':
        if (known === undefined) this.#expand(position, opening.items)
        this.#forEachItem(position, (id) => this.#emit({ type: 'step-ready', at: this.#at(), step: id }))
        return opening.items
    }
  }

  /** No step has more; most flows are numbered by small numbers that way. */
  #mostItems(): number {
    let most = 1
    for (const count of this.#itemCounts) {
      // A list is bounded by the size of a value, whatever the run allows.
      if (count === undefined) return Math.max(1, Math.min(this.#settings.maxItems, MAX_SIZE))
      most = Math.max(most, count)
    }
    return most
  }

  /** A step whose items were not known gets them. */
  #expand(position: number, count: number): void {
    const step = this.#step(position)
    const needs = (this.#compiled.graph.needs[position] ?? []).map((need) => this.#step(need).id)
    const items = [...itemsOf(step, { count, needs, lookup: this.#values.outside })]
    this.#itemCounts[position] = count
    this.#settled.expand(position, count)
    this.#emit({ type: 'step-expanded', at: this.#at(), step: step.id, items })
  }

  #complete(position: number): void {
    this.#endings[position] = 'succeeded'
    this.#values.complete(this.#step(position))
  }

  #block(position: number): void {
    const by = (this.#compiled.graph.needs[position] ?? [])
      .filter((need) => this.#endings[need] === undefined)
      .map((need) => this.#step(need).id)
    this.#settleRest(position, (id) => this.#emit({ type: 'step-blocked', at: this.#at(), step: id, by }))
  }

  #skip(position: number, condition: string | null, by: readonly string[]): void {
    this.#endings[position] = 'skipped'
    this.#settleRest(position, (id) =>
      this.#emit({ type: 'step-skipped', at: this.#at(), step: id, condition, by }),
    )
  }

  #skippedNeeds(position: number): readonly string[] {
    const { flow, graph } = this.#compiled
    const { uses, join } = this.#step(position)
    const needed = new Set(
      uses
        .filter(({ required }) => required || join === 'any')
        .map(({ variable }) => flow.producers.get(variable)?.step),
    )
    return (graph.needs[position] ?? [])
      .filter((need) => needed.has(need) && this.#endings[need] === 'skipped')
      .map((need) => this.#step(need).id)
  }

  #cancel(reason: CancelReason): void {
    if (this.#reason !== null) return
    this.#reason = reason
    this.#stop.abort()
    for (const controller of this.#inFlight) controller.abort(new Error('the run was stopped'))
  }

  #cancelRest(): void {
    const reason = this.#reason
    if (reason === null) return
    for (const position of this.#compiled.flow.steps.keys()) {
      this.#settleRest(position, (id) => {
        this.#isCutShort = true
        this.#emit({ type: 'step-cancelled', at: this.#at(), step: id, reason })
      })
    }
  }

  #tokens(step: Step, item: number): number {
    if (step.kind !== 'llm') return 0
    const index = step.forEach === undefined ? undefined : item
    const said = this.#saidBefore(step)
    return reckonedTokens(step, { index, said, lookup: (name) => this.#values.lookup(step, index, name) })
  }

  #saidBefore(step: Step): readonly Said[] {
    const name = conversationOf(step)
    return name === undefined ? [] : this.#conversations.said(name)
  }

  /** Settles all that has not ended of a step: its items, or itself while they are not known. */
  #settleRest(position: number, settle: (id: string) => void): void {
    if (this.#itemCounts[position] === undefined) {
      if (this.#settled.has(position, 0)) return
      this.#settled.add(position, 0)
      settle(this.#step(position).id)
      return
    }
    this.#forEachItem(position, (id, item) => {
      if (this.#settled.has(position, item)) return
      this.#settled.add(position, item)
      settle(id)
    })
  }

  #forEachItem(position: number, visit: (id: string, item: number) => void): void {
    const step = this.#step(position)
    const count = this.#itemCounts[position] ?? 0
    for (let item = 0; item < count; item++) visit(unitId(step, item), item)
  }

  #step(position: number): Step {
    const step = this.#compiled.flow.steps[position]
    if (step === undefined) throw new Error(`no step ${position}`)
    return step
  }

  /** Milliseconds since the run started; never less than before. */
  #at(): number {
    const now = this.#settings.world.clock.now() - this.#startedAt
    // To the microsecond: what a clock says beyond that is noise, and long to read.
    this.#lastAt = Math.max(this.#lastAt, Math.round(now * 1000) / 1000)
    return this.#lastAt
  }

  #emit(event: RunEvent): void {
    this.#fold?.apply(event)
    for (const listener of this.#listeners) {
      try {
        listener.onEvent(event)
      } catch (error) {
        this.#listeners.delete(listener)
        this.#settings.onReporterError(error)
      }
    }
  }
}

function functionsOf({ functions }: Preparation): Functions {
  if (functions === undefined) throw new Error('no functions were opened')
  return functions
}

function conversationOf(step: Step): string | undefined {
  return step.kind === 'llm' ? step.conversation?.name : undefined
}
