import { ReadyQueue } from './ready-queue.ts'

/** Those that wait at one gate. */
interface Line {
  readonly units: ReadyQueue
  /** When to ask again; undefined while the gate was open when last asked. */
  heldUntil: number | undefined
}

/**
 * The units that may start as far as their needs go, in lines, one for each gate. A gate is asked again only when the
 * answer may be another: one of its units has ended, a more urgent one has come, or the time it named is over. So a
 * start costs the logarithm of the number of gates, and not that number.
 */
export class WaitingUnits {
  readonly #gateOf: (unit: number) => unknown
  readonly #delayOf: (unit: number) => number
  readonly #openedBy: (unit: number) => Iterable<unknown> | undefined
  readonly #lines = new Map<unknown, Line>()
  /** The first units of the lines that are not held, among units that no longer are. */
  readonly #fronts = new ReadyQueue()
  readonly #held = new Set<Line>()
  #count = 0
  /** No held line is to be asked before. */
  #earliest = Infinity

  /**
   * `delayOf`: milliseconds until a unit may start; 0 for now, infinite until another one has ended. `openedBy`: the gates
   * that may open when a unit ends; undefined for none but its own.
   */
  constructor(options: {
    readonly gateOf: (unit: number) => unknown
    readonly delayOf: (unit: number) => number
    readonly openedBy: (unit: number) => Iterable<unknown> | undefined
  }) {
    this.#gateOf = options.gateOf
    this.#delayOf = options.delayOf
    this.#openedBy = options.openedBy
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  add(unit: number): void {
    this.#count++
    const gate = this.#gateOf(unit)
    let line = this.#lines.get(gate)
    if (line === undefined) this.#lines.set(gate, (line = { units: new ReadyQueue(), heldUntil: undefined }))
    line.units.add(unit)
    if (line.units.first === unit) this.#open(line)
  }

  /** A unit that was taken has ended: its gate may have opened, and those that hang on the same. */
  ended(unit: number): void {
    const gates = this.#openedBy(unit)
    if (gates === undefined) this.#reopen(this.#gateOf(unit))
    else for (const gate of gates) this.#reopen(gate)
  }

  /** Something that the gates hang on has changed: every one of them may have opened. */
  askAgain(): void {
    for (const line of [...this.#held]) this.#open(line)
  }

  /** Takes the most urgent unit that may start now, the one with the smallest number; undefined when there is none. */
  take(now: number): number | undefined {
    this.#openDue(now)
    for (let unit = this.#fronts.take(); unit !== undefined; unit = this.#fronts.take()) {
      const line = this.#lines.get(this.#gateOf(unit))
      if (line === undefined || line.heldUntil !== undefined || line.units.first !== unit) continue
      const delay = this.#delayOf(unit)
      if (delay > 0) {
        this.#hold(line, now + delay)
        continue
      }
      line.units.take()
      this.#count--
      if (line.units.first !== undefined) this.#fronts.add(line.units.first)
      return unit
    }
    return undefined
  }

  /** Milliseconds after which `take` may give what it does not give now, if that is only a matter of time. */
  delay(now: number): number {
    return this.#earliest - now
  }

  #reopen(gate: unknown): void {
    const line = this.#lines.get(gate)
    if (line?.heldUntil !== undefined) this.#open(line)
  }

  #open(line: Line): void {
    line.heldUntil = undefined
    this.#held.delete(line)
    if (line.units.first !== undefined) this.#fronts.add(line.units.first)
  }

  #hold(line: Line, until: number): void {
    line.heldUntil = until
    this.#held.add(line)
    this.#earliest = Math.min(this.#earliest, until)
  }

  #openDue(now: number): void {
    if (now < this.#earliest) return
    this.#earliest = Infinity
    for (const line of [...this.#held]) {
      const until = line.heldUntil ?? now
      if (until <= now) this.#open(line)
      else this.#earliest = Math.min(this.#earliest, until)
    }
  }
}
