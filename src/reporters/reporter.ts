import type { EventListener } from '../run/events.ts'

/** Something that shows a run while it goes on. */
export interface Reporter extends EventListener {
  /** The run is over, or was broken off: give back what is held, such as a line of the terminal. */
  end?(): void
}
