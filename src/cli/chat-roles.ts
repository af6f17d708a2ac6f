import { closest } from '../diagnostics/closest.ts'
import type { Flow } from '../flow/flow.ts'
import type { Json } from '../source/json.ts'
import { listeners } from './chat-options.ts'
import { UsageError } from './usage-error.ts'

/** The input that takes what is said. Throws `UsageError` where the flow leaves open which one that is. */
export function inputFor(flow: Flow, given: ReadonlyMap<string, Json>, sayTo: string | undefined): string {
  if (sayTo !== undefined) return namedInput(flow, given, sayTo)
  const open = listeners(flow, given)
  const [only, ...more] = open
  if (only === undefined)
    throw new UsageError(
      `flow "${flow.name}" has no input that could take what is said`,
      'it takes a text, such as {message} in a prompt',
    )
  if (more.length > 0)
    throw new UsageError(
      `flow "${flow.name}" has several inputs that could take what is said: ${open.join(', ')}`,
      `say which: --say-to ${only}; the others are given as --NAME VALUE`,
    )
  return only
}

function namedInput(flow: Flow, given: ReadonlyMap<string, Json>, name: string): string {
  const input = flow.inputs.get(name)
  if (input === undefined) {
    const guess = closest(name, flow.inputs.keys())
    throw new UsageError(
      `flow "${flow.name}" has no input "${name}"`,
      guess === undefined
        ? `the inputs are ${[...flow.inputs.keys()].join(', ') || 'none'}`
        : `did you mean "${guess}"?`,
    )
  }
  if (input.type !== 'string')
    throw new UsageError(`input "${name}" is of type ${input.type}, and what is said is a text`)
  if (given.has(name))
    throw new UsageError(`input "${name}" takes what is said, and is given a value as well`, 'leave one out')
  return name
}

/** The path in a result of what is shown. Throws `UsageError` where the flow leaves open which output that is. */
export function shownPath(flow: Flow, select: string | undefined): string {
  if (select !== undefined) return select
  const [only, ...more] = flow.outputs.length === 1 ? flow.outputs : answersOf(flow)
  if (only !== undefined && more.length === 0) return `outputs.${only}`
  const [first = ''] = flow.outputs
  throw new UsageError(
    `flow "${flow.name}" has several outputs that could be the answer: ${flow.outputs.join(', ')}`,
    `say which is shown: --select outputs.${only ?? first}`,
  )
}

/** Of several outputs, those that are said in a conversation. */
function answersOf({ outputs, producers, steps }: Flow): readonly string[] {
  return outputs.filter((key) => {
    const step = steps[producers.get(key)?.step ?? -1]
    return step?.kind === 'llm' && step.conversation !== undefined
  })
}
