import type { Llm, LlmAnswer, LlmConfig, LlmRequest } from '../llms/llm.ts'
import { dollarsFor, priceOf } from '../llms/prices.ts'
import type { Budget, Expense } from './budget.ts'
import { withinBudget } from './within-budget.ts'

/** An LLM that is only called where the budget has room for the most that a call can take. */
export function budgetedLlm(llm: Llm, config: LlmConfig, budget: Budget): Llm {
  return {
    call(request, options) {
      return withinBudget({
        budget,
        most: mostOf(config, request),
        signal: options.signal,
        make(onBegun) {
          const onFirstToken = (): void => {
            onBegun()
            options.onFirstToken()
          }
          return llm.call(request, { ...options, onFirstToken })
        },
        takenBy: (answer) => takenBy(answer, config),
      })
    },
  }
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
