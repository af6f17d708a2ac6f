/** Which steps have ended, item by item. One whose items are not known yet is one item. */
export class Settled {
  readonly #steps: Uint8Array
  readonly #items = new Map<number, Uint8Array>()

  constructor(steps: number) {
    this.#steps = new Uint8Array(steps)
  }

  /** From here on a step has this many items, of which none has ended. */
  expand(step: number, items: number): void {
    this.#items.set(step, new Uint8Array(items))
  }

  has(step: number, item: number): boolean {
    const items = this.#items.get(step)
    return (items === undefined ? this.#steps[step] : items[item]) === 1
  }

  add(step: number, item: number): void {
    const items = this.#items.get(step)
    if (items === undefined) this.#steps[step] = 1
    else items[item] = 1
  }
}
