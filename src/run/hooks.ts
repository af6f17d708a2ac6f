import type { Hook } from '../flow/hooks.ts'
import type { Clock } from '../llms/world.ts'
import type { Functions } from '../steps/functions/functions.ts'
import type { EventListener, RunEvent } from './events.ts'

interface HookOptions {
  readonly functions: Functions
  readonly clock: Clock
  /** Told once of each hook that fails. */
  readonly onError: (error: unknown) => void
}

/** How long hooks may take once the run has ended, in milliseconds; whoever has stopped it does not want to wait. */
const END_MS = { ended: 10_000, stopped: 500 } as const

/**
 * Tells the hooks of a flow what happens. Each is told one event after the other, and waits for no other hook; none can
 * change what it sees. One that throws is told nothing more, and the run goes on.
 */
export class Hooks implements EventListener {
  readonly #options: HookOptions
  readonly #told: { readonly hook: Hook; last: Promise<void>; waiting: number; hasFailed: boolean }[]
  readonly #stop = new AbortController()

  constructor(hooks: readonly Hook[], options: HookOptions) {
    this.#options = options
    this.#told = hooks.map((hook) => ({ hook, last: Promise.resolve(), waiting: 0, hasFailed: false }))
  }

  onEvent(event: RunEvent): void {
    const { functions } = this.#options
    for (const told of this.#told) {
      const { hook } = told
      if (told.hasFailed || !(hook.events.has(event.type) || hook.events.has('all'))) continue
      told.waiting++
      const tell = async (): Promise<void> => {
        if (told.hasFailed) return
        const answer = await functions.tell(hook.function, event, this.#stop.signal)
        told.waiting--
        if (answer.ok) return
        told.hasFailed = true
        this.#fail(hook, `failed and is told nothing more: ${answer.error.message}`)
      }
      // Once stopped, nobody waits for it any more.
      told.last = told.last.then(tell).catch(() => {})
    }
  }

  /** Resolves when the hooks have taken in all that they were told, or after ten seconds; half a second after a run that was stopped. */
  async end(how: keyof typeof END_MS): Promise<void> {
    const limitMs = END_MS[how]
    const timer = new AbortController()
    const all = Promise.all(this.#told.map(({ last }) => last)).then(() => true)
    const late = this.#options.clock.sleep(limitMs, timer.signal).then(
      () => false,
      () => false,
    )
    const isDone = await Promise.race([all, late])
    timer.abort()
    if (isDone) return
    for (const { hook, waiting, hasFailed } of this.#told) {
      if (waiting > 0 && !hasFailed)
        this.#fail(
          hook,
          `was still at work ${limitMs / 1000} s after the run and was broken off, with ${waiting} ${waiting === 1 ? 'event' : 'events'} to go`,
        )
    }
    this.#stop.abort(new Error('the run is over'))
  }

  #fail({ function: { text } }: Hook, problem: string): void {
    this.#options.onError(new Error(`the hook "${text}" ${problem}`))
  }
}
