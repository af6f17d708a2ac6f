/** Thrown when a template cannot be made into a text or a value: not a mistake of llmflows, but of what it is given. */
export abstract class Unrenderable extends Error {
  /** Stable kebab-case word, as in `RunError`. */
  abstract readonly code: string
  /** What to do about it. */
  readonly help: string | undefined
}
