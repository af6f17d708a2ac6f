import type { StepSummary } from '../run/events.ts'
import { visibleLine } from '../source/visible.ts'
import type { Happening } from './inner-event.ts'

/** What the steps of a run and of the flows inside it are called: `Agent 2 › Think`. */
export class StepNames {
  readonly #names = new Map<string, string>()
  readonly #repeating = new Set<string>()

  /** Of the steps of a run, or of the items of a step, in the run around them. */
  add(steps: readonly StepSummary[], around: Happening['around']): void {
    const innermost = around.at(-1)
    const before = innermost === undefined ? '' : `${this.of(innermost.step)}${this.#numbered(innermost)} › `
    for (const { id, name } of steps) this.#names.set(id, before + visibleLine(name))
  }

  /** A step that goes round and round: its runs are told apart by their numbers. */
  repeats(step: string): void {
    this.#repeating.add(step)
  }

  isRepeating(step: string): boolean {
    return this.#repeating.has(step)
  }

  of(step: string): string {
    return this.#names.get(step) ?? visibleLine(step)
  }

  #numbered({ step, run }: Happening['around'][number]): string {
    return run > 1 || this.#repeating.has(step) ? ` ${run}` : ''
  }
}
