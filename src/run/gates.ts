import type { Flow, Step } from '../flow/flow.ts'
import { flowsIn } from '../graph/flows-in.ts'
import type { Lane } from '../llms/lane.ts'
import type { ReadyLlm, ReadyStore } from '../steps/step-run.ts'
import type { Gate } from './scheduler.ts'

interface GatesOptions {
  readonly flow: Flow
  readonly llms: ReadonlyMap<string, ReadyLlm>
  readonly stores: ReadonlyMap<string, ReadyStore>
  /** How many steps may run at a time that have flows inside them. */
  readonly mostAround: number
  /** What the first call of an item is reckoned with, in tokens. */
  readonly tokensOf: (step: Step, item: number) => number
}

/** The limits of what a step calls. */
interface Limits {
  /** No other limits have it. */
  readonly name: string
  readonly lane: Lane
  readonly countsTokens: boolean
}

/**
 * What holds the steps of a run back: a gate for each model, at which the steps that call it wait in one queue, and one
 * for steps with flows inside them. Those take no slot, so that no more of them may run at a time than there are slots:
 * otherwise everything would be begun before anything is ended.
 */
export class Gates {
  readonly #options: GatesOptions
  readonly #known = new Map<string, Gate>()
  /** Of which each may open when a step behind another one ends. */
  readonly #beside = new Set<Gate>()
  /** Models that are called by steps with flows inside them. */
  readonly #calledAround: ReadonlySet<string>
  readonly #around: Gate
  #runningAround = 0

  constructor(options: GatesOptions) {
    this.#options = options
    this.#calledAround = new Set(
      options.flow.steps.flatMap((step) =>
        step.kind === 'llm' && flowsIn(step).length > 0 ? [step.llm.name] : [],
      ),
    )
    const hasRoom = (): boolean => this.#runningAround < options.mostAround
    const beside = this.#beside
    this.#around = {
      get free() {
        return hasRoom()
      },
      startDelay: () => 0,
      beside,
    }
    beside.add(this.#around)
  }

  /** A step with flows inside it begins. */
  beginAround(): void {
    this.#runningAround++
  }

  endAround(): void {
    this.#runningAround--
  }

  /** Undefined for a step that nothing but the slots holds back. */
  of(step: Step): Gate | undefined {
    if (step.kind === 'flow') return this.#around
    const limits = this.#limitsOf(step)
    if (limits === undefined) return undefined
    const isAround = flowsIn(step).length > 0
    const name = `${limits.name}${isAround ? ', around flows' : ''}`
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const isBeside = step.kind === 'llm' && this.#calledAround.has(step.llm.name)
    const gate = this.#gateOf(limits, { isAround, isBeside })
    this.#known.set(name, gate)
    if (isBeside) this.#beside.add(gate)
    return gate
  }

  #gateOf(
    { lane, countsTokens }: Limits,
    { isAround, isBeside }: { readonly isAround: boolean; readonly isBeside: boolean },
  ): Gate {
    const around = this.#around
    const { flow, tokensOf } = this.#options
    return {
      get free() {
        return lane.free && (!isAround || around.free)
      },
      startDelay(now, position, item) {
        const step = countsTokens ? flow.steps[position] : undefined
        return lane.startDelay(now, step === undefined ? 0 : tokensOf(step, item))
      },
      beside: isBeside ? this.#beside : undefined,
    }
  }

  #limitsOf(step: Step): Limits | undefined {
    const { llms, stores } = this.#options
    if (step.kind === 'llm') {
      const { name, tokensPerMinute } = step.llm
      const lane = llms.get(name)?.lane
      return lane === undefined
        ? undefined
        : { name: `llm ${name}`, lane, countsTokens: tokensPerMinute !== undefined }
    }
    if (step.kind !== 'search' && step.kind !== 'index') return undefined
    const ready = stores.get(step.store)
    return ready === undefined
      ? undefined
      : { name: `embeddings ${ready.config.embeddings.name}`, lane: ready.lane, countsTokens: false }
  }
}
