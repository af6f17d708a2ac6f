import type { ModuleFunction, Tool } from '../flow/flow.ts'
import type { RunError } from '../run/events.ts'
import type { Json } from '../source/json.ts'
import type { StepContext } from './step-run.ts'

/** What a tool gave, or why it gave nothing. */
export type ToolAnswer =
  { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly error: RunError }

/** Calls a tool once, within its time limit. Whatever it does wrong is an answer; rejects when the step is aborted. */
export async function runTool(tool: Tool, given: Json, context: StepContext): Promise<ToolAnswer> {
  const { world, signal } = context
  const limit = new AbortController()
  const timer = new AbortController()
  world.clock.sleep(tool.timeoutMs, AbortSignal.any([signal, timer.signal])).then(
    () => limit.abort(new Error('the tool took too long')),
    () => {},
  )
  const within = AbortSignal.any([signal, limit.signal])
  try {
    const answer = await perform(tool, given, { context, signal: within })
    return limit.signal.aborted && !answer.ok ? tooLong(tool) : answer
  } catch (error) {
    if (limit.signal.aborted && !signal.aborted) return tooLong(tool)
    throw error
  } finally {
    timer.abort()
  }
}

interface Surroundings {
  readonly context: StepContext
  /** Aborted by the step, or by the time limit of the tool. */
  readonly signal: AbortSignal
}

async function perform(
  { action }: Tool,
  given: Json,
  { context, signal }: Surroundings,
): Promise<ToolAnswer> {
  switch (action.kind) {
    case 'flow': {
      const run = await context.runFlow(action.flow, new Map(Object.entries(given ?? {})), signal)
      return run.ok ? { ok: true, value: run.outputs } : run
    }
    case 'function':
      return callFunction(action.function, given, { context, signal })
    case 'none':
      throw new Error('a tool that could not be read is in a flow that runs')
  }
}

/** Thrown through whoever asks for what a function gave that it gave nothing. */
class NothingGiven extends Error {
  override readonly name = 'NothingGiven'
  readonly error: RunError

  constructor(error: RunError) {
    super(error.message)
    this.error = error
  }
}

/** Calls a function, unless an earlier session of the run knows what it gave. */
async function callFunction(
  called: ModuleFunction,
  given: Json,
  { context, signal }: Surroundings,
): Promise<ToolAnswer> {
  const parts = { verb: 'function', function: called.text, file: context.fingerprint(called), with: given }
  try {
    const value = await context.ask(parts, async () => {
      const answer = await context.callFunction(called, given, signal)
      if (!answer.ok) throw new NothingGiven(answer.error)
      return answer.value
    })
    return { ok: true, value }
  } catch (error) {
    if (error instanceof NothingGiven) return { ok: false, error: error.error }
    throw error
  }
}

function tooLong({ name, timeoutMs }: Tool): ToolAnswer {
  const message = `the tool took longer than its limit of ${timeoutMs / 1000} s`
  return { ok: false, error: { code: 'timeout', message, help: `raise the "timeout" of tool "${name}"` } }
}
