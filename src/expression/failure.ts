import type { Problem } from './unreadable.ts'

/** Thrown where a part of an expression has no value. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly problem: Problem

  constructor(
    { start, end }: { readonly start: number; readonly end: number },
    message: string,
    help?: string,
  ) {
    super(message)
    this.problem = { message, help, start, end }
  }
}
