/** After a pause, twice as many calls may have started with every stretch of this length. */
const STRETCH_MS = 100

/**
 * A time before which nothing starts, and a slow start after it. One for all lanes that share a server and a key: one 429
 * holds all of them, and what has been held comes back one by one and faster and faster, not all at once. Has no clock of
 * its own: every time is handed in.
 */
export class Pause {
  #until = -Infinity
  #starts = 0

  /** Milliseconds until the next call may start; 0 for now. */
  delay(now: number): number {
    // One at once, a second after one stretch, up to four after two, up to eight after three.
    const stretches = Math.ceil(Math.log2(this.#starts + 1))
    return Math.max(0, this.#until + stretches * STRETCH_MS - now)
  }

  /** A call starts. One that starts while the pause lasts has not waited for it, and does not count. */
  noteStart(now: number): void {
    if (now >= this.#until) this.#starts++
  }

  /** Nothing starts before `time`. Never shortens a pause. */
  extendTo(time: number): void {
    if (time <= this.#until) return
    this.#until = time
    this.#starts = 0
  }
}
