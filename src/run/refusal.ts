/** One reason why a run cannot start. */
export interface RunProblem {
  /** Stable kebab-case word, such as `missing-input` or `missing-key`. */
  readonly code: string
  /** Lower case, no full stop. */
  readonly message: string
  readonly help?: string
  /** The input it is about, if it is about one. */
  readonly input?: string
  /** The LLM it is about, if it is about one. */
  readonly llm?: string
}

/** Thrown before anything runs and before any money is spent: inputs, keys or limits do not fit the flow. */
export class RunRefused extends Error {
  override readonly name = 'RunRefused'
  readonly problems: readonly RunProblem[]

  constructor(problems: readonly RunProblem[]) {
    super(
      problems
        .map(({ message, help }) => (help === undefined ? message : `${message}\n  help: ${help}`))
        .join('\n'),
    )
    this.problems = problems
  }
}
