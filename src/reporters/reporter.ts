import type { RunEvent } from '../run/events.ts'

/** Something that shows a run while it goes on. It reads events, never changes them. */
export interface Reporter {
  onEvent(event: RunEvent): void
  /** The run is over, or was broken off: give back what is held, such as a line of the terminal. */
  end?(): void
}
