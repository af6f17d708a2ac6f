import { evaluateCondition } from '../expression/evaluate.ts'
import type { Condition } from '../flow/flow.ts'
import type { Lookup } from '../template/render.ts'
import { Unrenderable } from '../template/unrenderable.ts'

/** A condition in a message is not longer. */
const MOST_LETTERS = 200

/** Thrown when a condition is neither true nor false of its values. */
class ConditionFailed extends Unrenderable {
  override readonly name = 'ConditionFailed'
  override readonly code = 'condition-failed'
  override readonly help: string | undefined

  constructor(message: string, help: string | undefined) {
    super(message)
    this.help = help
  }
}

/** Whether a condition holds; throws `Unrenderable` when it has no answer. */
export function holds({ text, expression }: Condition, lookup: Lookup): boolean {
  const found = evaluateCondition(expression, lookup)
  if (found.ok) return found.value
  const { message, help } = found.problem
  const shown = text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}…` : text
  throw new ConditionFailed(`the condition "${shown.trim()}" has no answer: ${message}`, help)
}
