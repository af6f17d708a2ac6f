/** What is wrong with an expression, and where in its text. */
export interface Problem {
  readonly message: string
  readonly help: string | undefined
  readonly start: number
  readonly end: number
}

/** Thrown where reading cannot go on; caught where it began. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}
