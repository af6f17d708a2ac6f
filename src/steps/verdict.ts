import type { LlmStep } from '../flow/flow.ts'
import type { LlmAnswer } from '../llms/llm.ts'
import { isDeclined } from '../llms/embedded/declined.ts'
import { failure, type Outcome } from './step-run.ts'
import { structuredOutcome } from './structured-answer.ts'

/** Whether an answer is one: cut off, filtered, refused or empty it is an outcome, but no text to go on with. */
export function judge(answer: LlmAnswer, step: LlmStep, maxTokens: number): Outcome {
  const { text, finishReason } = answer
  const { name, provider } = step.llm
  switch (finishReason) {
    case 'length':
      if (step.onTruncated === 'continue' && text !== '') break
      return failure('truncated-answer', `the answer was cut off after max_tokens ${maxTokens}`, {
        help: 'raise max_tokens, or accept such answers with "on_truncated: continue"',
        generated: text,
      })
    case 'content-filter':
      return failure('content-filtered', `the answer was stopped by the content filter of llm "${name}"`, {
        generated: text,
      })
    case 'refusal':
      return failure('refused', `llm "${name}" refused to answer`, { generated: text })
    case 'tool-calls':
    case 'stop':
      if (text.trim() === '')
        return failure('empty-answer', `llm "${name}" gave an empty answer`, { generated: text })
  }
  if (step.outputSchema !== undefined) {
    const outcome = structuredOutcome(text, step.outputSchema)
    return outcome.ok && provider === 'embedded' ? { ...outcome, note: madeUpNote } : outcome
  }
  const isPass = provider === 'embedded' && isDeclined(text)
  return { ok: true, value: text, generated: text, note: isPass ? beyondMuse : null }
}

const madeUpNote =
  'the embedded demonstration model writes no JSON, so this was made up to fit "output_schema"; set "provider" and "model" of the llm to a real one'

const beyondMuse =
  'the embedded demonstration model was not taught to answer this; set "provider" and "model" of the llm to a real one'
