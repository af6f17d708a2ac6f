import { LlmError } from '../llms/llm.ts'
import type { Budget, BudgetLimit, Expense } from './budget.ts'

interface BudgetedCall<Answer> {
  readonly budget: Budget
  /** The most that it can take. */
  readonly most: Expense
  readonly signal: AbortSignal
  /** Tells when the first piece of an answer has come. */
  readonly make: (onBegun: () => void) => Promise<Answer>
  /** What it has taken; undefined where nobody says. */
  readonly takenBy: (answer: Answer) => Expense | undefined
}

const nothing: Expense = { tokens: 0, cost: 0 }

/**
 * Makes a call once the budget has room for the most that it can take. Rejects as the call does, and with an `LlmError`
 * of the code `over-budget` where there will be no room.
 */
export async function withinBudget<Answer>({
  budget,
  most,
  signal,
  make,
  takenBy,
}: BudgetedCall<Answer>): Promise<Answer> {
  const room = await budget.reserve(most, signal)
  if (typeof room === 'string') throw overBudget(room, budget)
  let hasBegun = false
  try {
    const answer = await make(() => (hasBegun = true))
    room.settle(takenBy(answer) ?? most)
    return answer
  } catch (error) {
    // What was turned down took nothing. What broke off or was too slow may be billed.
    const isUnused = error instanceof LlmError && isNeverBilled(error)
    room.settle(isUnused && !hasBegun ? nothing : most)
    throw error
  }
}

function isNeverBilled({ code, httpStatus }: LlmError): boolean {
  return httpStatus !== undefined || code === 'connection-failed'
}

/** The code of a call that was not made, since the budget has no room for it. */
export const OVER_BUDGET = 'over-budget'

const words: Readonly<Record<BudgetLimit, (limit: number) => readonly [what: string, option: string]>> = {
  calls: (limit) => [`${limit} calls`, '--max-calls'],
  tokens: (limit) => [`${limit} tokens`, '--max-tokens'],
  cost: (limit) => [`$${limit}`, '--max-cost'],
}

function overBudget(limit: BudgetLimit, { limits }: Budget): LlmError {
  const [what, option] = words[limit](limits[limit] ?? 0)
  return new LlmError(OVER_BUDGET, `the call was not made, since it could pass the budget of ${what}`, {
    retryable: false,
    help: `go on with --resume and a larger ${option}`,
  })
}
