import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ModuleFunction } from '../../../src/flow/flow.ts'
import type { Json } from '../../../src/source/json.ts'
import { SourceFile } from '../../../src/source/source-file.ts'
import { Functions } from '../../../src/steps/functions/functions.ts'

const never = new AbortController().signal
let root: string
let output: string
let strays: string[]
let functions: Functions

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'llmflows-functions-')))
  output = ''
  strays = []
  functions = new Functions({
    env: { GREETING: 'hello' },
    root,
    onOutput: (text) => (output += text),
    onStray: (message) => strays.push(message),
  })
})

afterEach(async () => {
  await functions.close()
  rmSync(root, { recursive: true })
})

function module(file: string, code: string, name = 'default'): ModuleFunction {
  writeFileSync(join(root, file), code)
  const source = new SourceFile('flow.yaml', '')
  return { text: `./${file}`, path: join(root, file), export: name, span: { file: source, start: 0, end: 0 } }
}

async function called(body: string, argument: Json = {}): Promise<unknown> {
  const answer = await functions.call(module('tool.mjs', body), argument, never)
  return answer.ok ? answer.value : answer.error
}

describe('what a function gives', () => {
  test('it may be sync or async and is called with its argument and a signal', async () => {
    expect(await called('export default ({ a, b }) => a + b', { a: 1, b: 2 })).toBe(3)
    const waits = 'export default async ({ a }, { signal }) => { await null; return [a, signal.aborted] }'
    const answer = await functions.call(module('waits.mjs', waits), { a: 'x' }, never)
    expect(answer).toEqual({ ok: true, value: ['x', false] })
  })

  test.each([
    ['() => undefined', 'what it gave holds undefined, which JSON cannot hold'],
    ['() => ({ a: [() => 1] })', 'what it gave at a[0] holds a function, which JSON cannot hold'],
    ['() => ({ a: { b: NaN } })', 'what it gave at a.b holds NaN, which JSON cannot hold'],
    ['() => 10n', 'what it gave holds a bigint, which JSON cannot hold'],
    ['() => new Date(0)', 'what it gave holds a Date, which JSON cannot hold'],
    ['() => new (class Money {})()', 'what it gave holds a Money, which JSON cannot hold'],
    ['() => { const a = {}; a.a = a; return a }', 'what it gave at a holds itself'],
    ['() => ({ get a() { throw new Error("no") } })', 'what it gave cannot be read: Error: no'],
    [
      '() => new Proxy({}, { ownKeys() { throw new Error("no") } })',
      'what it gave cannot be read: Error: no',
    ],
    [
      '() => { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a }',
      'what it gave is nested more than 128 levels deep',
    ],
  ])('%s is no JSON, and the message says where', async (code, message) => {
    expect(await called(`export default ${code}`)).toMatchObject({ code: 'not-json', message })
  })

  test('a huge text is refused before it reaches the run', async () => {
    expect(await called('export default () => "x".repeat(9_000_000)')).toMatchObject({
      code: 'value-too-large',
    })
  })

  test('the key `__proto__` is a key like any other, going in and coming out', async () => {
    const argument = JSON.parse('{"__proto__": {"polluted": 1}}') as Json
    const value = await called(
      'export default (given) => ({ keys: Object.keys(given), is: given.polluted === undefined, given })',
      argument,
    )
    expect(value).toEqual({ keys: ['__proto__'], is: true, given: argument })
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  test('it is frozen, as is what the function is given', async () => {
    const value = await called(
      'export default (given) => { try { given.list.push(1) } catch (error) { return [error.name, given] } }',
      { list: [] },
    )
    expect(value).toEqual(['TypeError', { list: [] }])
    expect(Object.isFrozen((value as unknown[])[1])).toBe(true)
  })
})

describe('what a function does wrong', () => {
  test('an error comes with the line of the user and with none of ours', async () => {
    const error = await called('\nexport default () => {\n  throw new RangeError("too much")\n}')
    expect(error).toEqual({ code: 'function-failed', message: 'RangeError: too much (tool.mjs:3:9)' })
  })

  test('what is thrown need not be an error', async () => {
    expect(await called('export default async () => { throw "a text" }')).toMatchObject({ message: 'a text' })
    const odd = 'export default () => { throw { get message() { throw 1 }, a: undefined } }'
    const answer = await functions.call(module('odd.mjs', odd), {}, never)
    expect(answer).toMatchObject({ ok: false, error: { code: 'function-failed' } })
    const evil = 'export default () => { throw new Proxy(new Error("x"), { get() { throw 1 } }) }'
    expect(await functions.call(module('evil.mjs', evil), {}, never)).toMatchObject({
      error: { message: 'something that cannot be read' },
    })
  })

  test('a loop without end is ended, and the next call works', async () => {
    const loop = module('loop.mjs', 'export default () => { for (;;); }')
    const fine = module('fine.mjs', 'export default () => 1')
    await functions.load(loop, never)
    const stop = new AbortController()
    const endless = functions.call(loop, {}, stop.signal)
    const beside = functions.call(fine, {}, never)
    stop.abort(new Error('over'))
    await expect(endless).rejects.toThrow('over')
    // It had not begun, and so may begin again.
    expect(await beside).toEqual({ ok: true, value: 1 })
    expect(await functions.call(fine, {}, never)).toEqual({ ok: true, value: 1 })
  })

  test('what was under way beside a loop without end is lost, and says so', async () => {
    const wait = module(
      'wait.mjs',
      'export default () => new Promise((resolve) => setTimeout(resolve, 60_000))',
    )
    const loop = module('loop.mjs', 'export default () => { for (;;); }')
    for (const one of [wait, loop]) await functions.load(one, never)
    const beside = functions.call(wait, {}, never)
    const stop = new AbortController()
    const endless = functions.call(loop, {}, stop.signal)
    stop.abort(new Error('over'))
    await expect(endless).rejects.toThrow('over')
    expect(await beside).toEqual({
      ok: false,
      error: {
        code: 'function-lost',
        message: 'it was broken off: another function did not stop when it had to',
      },
    })
  })

  test('a promise that nothing can settle any more fails', async () => {
    expect(await called('export default () => new Promise(() => {})')).toMatchObject({
      message: 'it never ends: its promise is pending, and nothing is left that it could wait for',
    })
    expect(await functions.call(module('next.mjs', 'export default () => 1'), {}, never)).toMatchObject({
      value: 1,
    })
  })

  test('the signal tells it that nobody waits any more', async () => {
    const waits = module(
      'waits.mjs',
      `export default (_, { signal }) => new Promise((resolve) => {
         console.log('begun')
         const timer = setTimeout(resolve, 60_000)
         signal.addEventListener('abort', () => { clearTimeout(timer); console.log('stopped') })
       })`,
    )
    const stop = new AbortController()
    const call = functions.call(waits, {}, stop.signal)
    await functions.call(module('fine.mjs', 'export default () => 1'), {}, never)
    stop.abort(new Error('over'))
    await expect(call).rejects.toThrow('over')
    await functions.close()
    expect(output).toBe('begun\nstopped\n')
  })

  test('process.exit fails the step and nothing else', async () => {
    expect(await called('export default () => process.exit(3)')).toMatchObject({
      code: 'function-failed',
      message: 'Error: process.exit(3) was called, and a function cannot end the run (tool.mjs:1:30)',
    })
  })

  test('an error in a timer or a rejection that nobody handles fails the call that it belongs to', async () => {
    const timer = module(
      'timer.mjs',
      'export default () => new Promise(() => { setTimeout(() => { throw new Error("late") }) })',
    )
    const rejection = module(
      'rejection.mjs',
      'export default async () => { Promise.reject(new Error("lost")); await new Promise(() => {}) }',
    )
    const slow = module(
      'slow.mjs',
      'export default () => new Promise((resolve) => setTimeout(resolve, 300, "fine"))',
    )
    const [first, second, third] = await Promise.all(
      [timer, rejection, slow].map((one) => functions.call(one, {}, never)),
    )
    expect(first).toMatchObject({
      error: { message: 'Error: late (timer.mjs:1:67), where nobody could catch it' },
    })
    expect(second).toMatchObject({
      error: { message: 'Error: lost (rejection.mjs:1:45), where nobody could catch it' },
    })
    expect(third).toEqual({ ok: true, value: 'fine' })
    expect(strays).toEqual([])
  })

  test('what is thrown after its call has ended is told', async () => {
    expect(
      await called('export default () => { setTimeout(() => { throw new Error("late") }, 1); return 1 }'),
    ).toBe(1)
    const wait = module(
      'wait.mjs',
      'export default () => new Promise((resolve) => setTimeout(resolve, 200, 2))',
    )
    await functions.call(wait, {}, never)
    expect(strays).toEqual(['Error: late (tool.mjs:1:49), where nobody could catch it'])
  })
})

describe('modules', () => {
  test('TypeScript needs nothing to be installed, and places are those of the file', async () => {
    module('other.ts', 'export const twice = <T extends number>(x: T): number => x * 2')
    const code = `import { twice } from './other'
enum Factor { Two = 2 }
interface Given { readonly a: number }

const settled = await Promise.resolve(1)
export function add({ a }: Given): number {
  return twice(a) * Factor.Two + settled
}
export async function fail(given: Given): Promise<never> {
      throw new TypeError(\`no \${given.a}\`)
}
`
    const add = module('calc.ts', code, 'add')
    expect(await functions.load(add, never)).toMatchObject({ ok: true })
    expect(await functions.call(add, { a: 2 }, never)).toEqual({ ok: true, value: 9 })
    expect(await functions.call({ ...add, export: 'fail' }, { a: 2 }, never)).toMatchObject({
      error: { message: 'TypeError: no 2 (calc.ts:10:13)' },
    })
  })

  test('CommonJS works by the names that it exports', async () => {
    const tool = module('tool.cjs', 'module.exports = { [["a", "dd"].join("")]: () => "named" }', 'add')
    expect(await functions.call(tool, {}, never)).toEqual({ ok: true, value: 'named' })
  })

  test.each([
    ['throw new Error("broken")', 'bad-module', 'it cannot be loaded: Error: broken (tool.mjs:1:7)'],
    ['export const a = 1', 'no-function', 'it exports nothing by default'],
    ['export default 3', 'no-function', 'what it exports by default is a number, not a function'],
  ])('%s is found before the first call', async (code, error, message) => {
    expect(await functions.load(module('tool.mjs', code), never)).toEqual({
      ok: false,
      error: { code: error, message },
    })
  })

  test('they see the environment that they are given', async () => {
    expect(await called('export default () => Object.entries(process.env)')).toEqual([['GREETING', 'hello']])
  })

  test('what they write is handed on, and never goes to stdout', async () => {
    await called(
      'export default () => { console.log("one"); console.error("two"); process.stdout.write("three"); return 1 }',
    )
    await functions.close()
    expect(output.split('\n').toSorted()).toEqual(['one', 'three', 'two'])
  })
})

test.each([
  ['import { parentPort as port } from "node:worker_threads"', 'null'],
  ['import { parentPort as port } from "node:worker_threads"', '{ kind: "answer", call: 1 }'],
  [
    'import { createRequire } from "node:module"; const { parentPort: port } = createRequire("/")("worker_threads")',
    'null',
  ],
])('code of a flow cannot speak in the name of the thread: %s, %s', async (found, said) => {
  expect(await called(`${found}; export default () => { port?.postMessage(${said}); return "own" }`)).toBe(
    'own',
  )
})
