import type { LlmStep, Tool } from '../flow/flow.ts'
import { jsonCopy } from '../flow/json-copy.ts'
import { valueProblems } from '../flow/value-check.ts'
import type { Message, ToolCall } from '../llms/llm.ts'
import type { RunError } from '../run/events.ts'
import type { Json } from '../source/json.ts'
import { elided } from '../source/visible.ts'
import type { StepContext } from './step-run.ts'
import { runTool } from './tool-run.ts'

/** Characters that the arguments of a call may have; nothing that a tool is asked is longer. */
const MOST_ARGUMENTS = 256 * 1024
/** Characters of what a tool gives that a model is told. */
const MOST_RESULT = 1024 * 1024
/** What a record shows of a name or of arguments that are none. */
const MOST_SHOWN = 200
const MOST_PROBLEMS = 4

/** The calls of one answer, and where they stand in the step. */
export interface Asked {
  readonly calls: readonly ToolCall[]
  /** What the model said beside. */
  readonly text: string
  /** The attempt that asked. */
  readonly attempt: number
  /** Calls of the step before these. */
  readonly before: number
}

/** A call that can be made, or why it cannot. `given` is for the record. */
type Checked = { readonly call: ToolCall; readonly given: Json } & (
  { readonly tool: Tool; readonly error?: never } | { readonly tool?: never; readonly error: RunError }
)

/**
 * Calls the tools that an answer asks for, all at once, and resolves with the turns that tell the model what came of it. What
 * fails is told to the model too. Rejects only when the step has to end.
 */
export async function callTools(
  step: LlmStep,
  asked: Asked,
  context: StepContext,
): Promise<readonly Message[]> {
  const checked = asked.calls.map((call) => check(call, step))
  const { before, attempt } = asked
  for (const [place, { call, given }] of checked.entries()) {
    const tool = elided(call.name, MOST_SHOWN)
    const started = { type: 'tool-call-started', at: context.at(), step: context.id } as const
    context.emit({ ...started, call: before + place + 1, attempt, tool, arguments: given })
  }
  const answers = await Promise.all(
    checked.map(async (one, place): Promise<Message> => {
      const { result, error } = await answerTo(one, context)
      const finished = { type: 'tool-call-finished', at: context.at(), step: context.id } as const
      context.emit({ ...finished, call: before + place + 1, result, error })
      return {
        role: 'tool',
        content: error === null ? told(result) : toldError(error),
        toolCallId: one.call.id,
      }
    }),
  )
  context.signal.throwIfAborted()
  return [
    { role: 'assistant', content: asked.text, toolCalls: checked.map(({ call }) => repeatable(call)) },
    ...answers,
  ]
}

/** Whether a call is one of the tools that were offered, with arguments that it takes. */
function check(call: ToolCall, { tools }: LlmStep): Checked {
  const refuse = (message: string, given: Json = elided(call.arguments, MOST_SHOWN)): Checked => {
    return { call, given, error: { code: 'bad-tool-call', message } }
  }
  const tool = tools.find(({ name }) => name === call.name)
  if (tool === undefined) {
    const names = tools.map(({ name }) => `"${name}"`).join(', ')
    return refuse(`there is no tool "${elided(call.name, MOST_SHOWN)}", only ${names}`)
  }
  if (call.arguments.length > MOST_ARGUMENTS)
    return refuse(`the arguments have more than ${MOST_ARGUMENTS} characters`)
  let parsed: unknown
  try {
    // A tool without parameters is often asked for with nothing at all.
    parsed = call.arguments.trim() === '' ? {} : JSON.parse(call.arguments)
  } catch (error) {
    return refuse(`the arguments are not JSON (${error instanceof Error ? error.message : String(error)})`)
  }
  const copy = jsonCopy(parsed)
  if (!copy.ok) return refuse(`the arguments cannot be used: ${copy.problem}`)
  const problems = valueProblems(copy.value, tool.parameters, MOST_PROBLEMS)
  if (problems.length > 0) return refuse(`the arguments do not fit: ${problems.join('; ')}`, copy.value)
  return { call, given: copy.value, tool }
}

interface Answer {
  readonly result: Json
  readonly error: RunError | null
}

async function answerTo({ tool, given, error }: Checked, context: StepContext): Promise<Answer> {
  if (tool === undefined) return { result: null, error }
  const answer = await runTool(tool, given, context)
  if (!answer.ok) return { result: null, error: answer.error }
  if (told(answer.value).length <= MOST_RESULT) return { result: answer.value, error: null }
  const message = `what the tool gave has more than ${MOST_RESULT} characters`
  return { result: null, error: { code: 'value-too-large', message } }
}

/** What a model is told: a text as it is, anything else as JSON. Nothing in it is looked through for placeholders. */
function told(result: Json): string {
  return typeof result === 'string' ? result : JSON.stringify(result)
}

function toldError({ message }: RunError): string {
  return JSON.stringify({ error: message })
}

/** A call as it can be said again: servers refuse a turn with a name or with arguments that are none. */
function repeatable({ id, name, arguments: given }: ToolCall): ToolCall {
  const isName = /^[A-Za-z0-9_-]{1,64}$/.test(name)
  const isObject = given.length <= MOST_ARGUMENTS && isJsonObject(given)
  return {
    id,
    name: isName ? name : name.replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(0, 64) || '_',
    arguments: isObject ? given : '{}',
  }
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
