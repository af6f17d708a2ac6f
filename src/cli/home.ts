import { findHome, type Home } from '../store/home.ts'
import { StoreError } from '../store/store-error.ts'
import type { Io } from './io.ts'
import { UsageError } from './usage-error.ts'

/** Does something with the `.llmflows` folder of the working directory, if there is one. What goes wrong is a `UsageError`. */
export async function withHome<Result>(
  io: Io,
  work: (home: Home | undefined) => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await work(findHome(io.cwd))
  } catch (error) {
    if (error instanceof StoreError) throw new UsageError(error.message, error.help)
    throw error
  }
}
