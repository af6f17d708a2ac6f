import { expect, test } from 'vitest'
import { codeFlow } from '../steps/code-flow.ts'

const steps = `steps:
  one: { value: 1 }
  two: { value: "{one}" }
`
const log = `import { appendFileSync } from 'node:fs'
const file = new URL('log', import.meta.url)
const write = (event) => appendFileSync(file, event.type + ' ' + (event.step ?? '') + '\\n')
export const sync = (event) => write(event)
export async function slow(event) {
  await new Promise((resolve) => setTimeout(resolve, event.step === 'one' ? 50 : 0))
  write(event)
}
export function bad() { throw new Error('full disk') }
export function greedy(event) { event.type = 'other' }
export const stuck = () => new Promise((resolve) => setTimeout(resolve, 60_000))
`

test('a hook is told the events that it asks for, in order', async () => {
  const flow = codeFlow(
    `${steps}hooks: [{ on: [step-succeeded, run-finished], function: ./hooks.mjs#sync }]`,
    {
      'hooks.mjs': log,
    },
  )
  await flow.run()
  expect(flow.read('log')).toBe('step-succeeded one\nstep-succeeded two\nrun-finished \n')
  expect(flow.told).toEqual([])
})

test('`all` is every event there is', async () => {
  const flow = codeFlow(`${steps}hooks: [{ on: all, function: ./hooks.mjs#sync }]`, { 'hooks.mjs': log })
  await flow.run()
  expect(
    flow
      .read('log')
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual([...flow.events.map(({ type }) => type), ''])
})

test('an async hook takes one event after the other, and the run waits for it', async () => {
  const flow = codeFlow(`${steps}hooks: [{ on: step-succeeded, function: ./hooks.mjs#slow }]`, {
    'hooks.mjs': log,
  })
  await flow.run()
  expect(flow.read('log')).toBe('step-succeeded one\nstep-succeeded two\n')
})

test('one that throws is told of once, told nothing more, and hurts nobody', async () => {
  const flow = codeFlow(
    `${steps}hooks:
  - { on: all, function: ./hooks.mjs#bad }
  - { on: step-started, function: ./hooks.mjs#greedy }
  - { on: run-finished, function: ./hooks.mjs#sync }`,
    { 'hooks.mjs': log },
  )
  const { status } = await flow.run()
  expect(status).toBe('succeeded')
  expect(flow.told.toSorted()).toEqual([
    'the hook "./hooks.mjs#bad" failed and is told nothing more: Error: full disk (hooks.mjs:9:31)',
    `the hook "./hooks.mjs#greedy" failed and is told nothing more: TypeError: Cannot assign to read only property 'type' of object '#<Object>' (hooks.mjs:10:44)`,
  ])
  expect(flow.read('log')).toBe('run-finished \n')
})

test('one that never ends is broken off when the run has been stopped, and that is told', async () => {
  const stop = new AbortController()
  const flow = codeFlow(`${steps}hooks: [{ on: run-started, function: ./hooks.mjs#stuck }]`, {
    'hooks.mjs': log,
  })
  const { status } = await flow.run({
    signal: stop.signal,
    reporters: [{ onEvent: (event) => event.type === 'run-finished' && stop.abort() }],
  })
  expect(status).toBe('succeeded')
  expect(flow.told).toEqual([
    'the hook "./hooks.mjs#stuck" was still at work 0.5 s after the run and was broken off, with 1 event to go',
  ])
})
