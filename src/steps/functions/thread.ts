import { AsyncLocalStorage } from 'node:async_hooks'
import { syncBuiltinESMExports } from 'node:module'
import workers from 'node:worker_threads'
import { jsonCopy } from '../../flow/json-copy.ts'
import type { RunError } from '../../run/events.ts'
import { extentOf, MAX_SIZE } from '../../template/extent.ts'
import { frozen } from './frozen.ts'
import { importFunction, NoFunction, type UserFunction } from './modules.ts'
import type { FunctionAnswer, Reply, Request, ThreadData } from './protocol.ts'
import { describeThrown, placeOf, placeText, type UserPlace } from './user-error.ts'

// The thread in which the functions of flows run. What they do wrong ends here: a loop without end, an exit, an error that
// nobody catches. The run sees answers and nothing else.

const { parentPort: port, workerData } = workers
if (port === null) throw new Error('this file runs in a thread of its own')
const { root } = workerData as ThreadData
// The run trusts what comes through the port: the code of flows must not find it.
Object.assign(workers, { parentPort: null, workerData: null })
syncBuiltinESMExports()

interface Running {
  readonly controller: AbortController
  readonly end: (answer: FunctionAnswer) => void
}

const running = new Map<number, Running>()
const inCall = new AsyncLocalStorage<number>()
/** Path and export → the function; one that could not be found is looked for again. */
const functions = new Map<string, Promise<UserFunction>>()

function say(reply: Reply): void {
  port?.postMessage(reply)
}

function find(path: string, name: string): Promise<UserFunction> {
  const key = `${path}#${name}`
  const known = functions.get(key)
  if (known !== undefined) return known
  const found = importFunction(path, name)
  functions.set(key, found)
  found.catch(() => functions.delete(key))
  return found
}

async function load(path: string, name: string): Promise<FunctionAnswer> {
  try {
    await find(path, name)
    return { ok: true, value: null }
  } catch (error) {
    if (error instanceof NoFunction) return failed('no-function', error.message)
    return failed('bad-module', `it cannot be loaded: ${await thrownText(error)}`)
  }
}

async function call(
  { kind, path, export: name, argument }: Extract<Request, { argument: unknown }>,
  signal: AbortSignal,
): Promise<FunctionAnswer> {
  try {
    const found = await find(path, name)
    signal.throwIfAborted()
    const given = await found(frozen(argument), { signal })
    return kind === 'tell' ? { ok: true, value: null } : answerOf(given)
  } catch (error) {
    return failed('function-failed', await thrownText(error))
  }
}

function answerOf(value: unknown): FunctionAnswer {
  let copy
  try {
    copy = jsonCopy(value)
  } catch (error) {
    // A getter or a proxy in it may do anything.
    return failed('not-json', `what it gave cannot be read: ${describeThrown(error)}`)
  }
  if (!copy.ok)
    return failed(
      'not-json',
      `what it gave ${copy.problem}`,
      'give plain JSON: null, true, numbers, texts, lists and objects',
    )
  const { size } = extentOf(copy.value)
  if (size > MAX_SIZE)
    return failed('value-too-large', `what it gave has more than ${MAX_SIZE} characters as JSON`)
  return { ok: true, value: copy.value }
}

function failed(code: string, message: string, help?: string): FunctionAnswer {
  const error: RunError = { code, message, ...(help === undefined ? {} : { help }) }
  return { ok: false, error }
}

/** What was thrown, and where in the user's code. */
async function thrownText(thrown: unknown): Promise<string> {
  const text = describeThrown(thrown)
  const place = placeOf(thrown, root)
  return place === undefined ? text : `${text} (${placeText(await asWritten(place), root)})`
}

async function asWritten(place: UserPlace): Promise<UserPlace> {
  if (!/\.[cm]?ts$/.test(place.path)) return place
  try {
    const { originalColumn } = await import('./typescript.ts')
    return { ...place, column: originalColumn(place.path, place.line, place.column) ?? place.column }
  } catch {
    // The file may be gone by now, and the line is right in any case.
    return place
  }
}

function begin(id: number, work: (signal: AbortSignal) => Promise<FunctionAnswer>): void {
  const controller = new AbortController()
  const end = (answer: FunctionAnswer): void => {
    if (!running.delete(id)) return
    if (running.size === 0) port?.ref()
    say({ kind: 'answer', call: id, answer })
  }
  running.set(id, { controller, end })
  say({ kind: 'begun', call: id })
  // While functions are at work only what they wait for keeps the thread; see `beforeExit`.
  port?.unref()
  inCall.run(id, () => void work(controller.signal).then(end))
}

port.on('message', (request: Request) => {
  switch (request.kind) {
    case 'load':
      begin(request.call, () => load(request.path, request.export))
      break
    case 'call':
    case 'tell':
      begin(request.call, (signal) => call(request, signal))
      break
    case 'stop': {
      say({ kind: 'stopped', call: request.call })
      const stopped = running.get(request.call)
      running.delete(request.call)
      if (running.size === 0) port.ref()
      stopped?.controller.abort()
    }
  }
})

// Nothing is left that could end them.
process.on('beforeExit', () => {
  const message = 'it never ends: its promise is pending, and nothing is left that it could wait for'
  for (const { end } of [...running.values()]) end(failed('function-failed', message))
})

process.on('uncaughtException', (error: unknown) => {
  const id = inCall.getStore()
  const [only] = running.size === 1 ? running.keys() : []
  void blame(id ?? only ?? 0, error)
})

async function blame(id: number, error: unknown): Promise<void> {
  const message = `${await thrownText(error)}, where nobody could catch it`
  const culprit = running.get(id)
  if (culprit === undefined) say({ kind: 'stray', message })
  else culprit.end(failed('function-failed', message))
}

process.exit = (code?: number | string | null): never => {
  throw new Error(`process.exit(${code ?? ''}) was called, and a function cannot end the run`)
}
