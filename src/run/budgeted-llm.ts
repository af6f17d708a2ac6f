import { LlmError, type Llm, type LlmAnswer, type LlmConfig, type LlmRequest } from '../llms/llm.ts'
import { dollarsFor, priceOf } from '../llms/prices.ts'
import type { Budget, BudgetLimit, Expense } from './budget.ts'

const nothing: Expense = { tokens: 0, cost: 0 }

/** An LLM that is only called where the budget has room for the most that a call can take. */
export function budgetedLlm(llm: Llm, config: LlmConfig, budget: Budget): Llm {
  return {
    async call(request, options) {
      const most = mostOf(config, request)
      const room = await budget.reserve(most, options.signal)
      if (typeof room === 'string') throw overBudget(room, budget)
      let hasBegun = false
      const onFirstToken = (): void => {
        hasBegun = true
        options.onFirstToken()
      }
      try {
        const answer = await llm.call(request, { ...options, onFirstToken })
        room.settle(takenBy(answer, config) ?? most)
        return answer
      } catch (error) {
        // What was turned down took nothing. What broke off or was too slow may be billed.
        const isUnused = error instanceof LlmError && isNeverBilled(error)
        room.settle(isUnused && !hasBegun ? nothing : most)
        throw error
      }
    },
  }
}

function isNeverBilled({ code, httpStatus }: LlmError): boolean {
  return httpStatus !== undefined || code === 'connection-failed'
}

/** A token has at least one byte; what an API adds around a message is a few tokens. */
const TOKENS_A_MESSAGE = 8

function mostOf(config: LlmConfig, { messages, tools, responseFormat, sampling }: LlmRequest): Expense {
  const texts = messages.map((message) => JSON.stringify(message))
  const offered = JSON.stringify([tools ?? [], responseFormat ?? null])
  const bytes = [...texts, offered].reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  const input = bytes + TOKENS_A_MESSAGE * (messages.length + 1)
  return expenseOf(config, input, sampling.maxTokens)
}

function takenBy({ usage }: LlmAnswer, config: LlmConfig): Expense | undefined {
  return usage === undefined ? undefined : expenseOf(config, usage.inputTokens, usage.outputTokens)
}

function expenseOf(config: LlmConfig, inputTokens: number, outputTokens: number): Expense {
  const price = priceOf(config)
  const cost = price === undefined ? 0 : dollarsFor(price, inputTokens, outputTokens)
  return { tokens: inputTokens + outputTokens, cost }
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
