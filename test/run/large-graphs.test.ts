import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/index.ts'
import { calls, only, told, type Told } from './front-door.ts'
import { seededRandom } from './held-world.ts'
import { unread } from './unread-flow.ts'

const llms = { writer: { provider: 'scripted', answers: [{ answer: 'ok' }] } }

function run(
  steps: Readonly<Record<string, Json>>,
  connections?: Readonly<Record<string, string[]>>,
): Promise<Told> {
  const isCalling = Object.values(steps).some(
    (step) => typeof step === 'object' && step !== null && 'prompt' in step,
  )
  const edges = connections === undefined ? {} : { connections }
  const flow = unread({ llmflows: 1, name: 'large', ...(isCalling ? { llms } : {}), ...edges, steps })
  return told(flow, { maxCalls: Infinity, maxItems: 100_000 })
}

/** `verb` gives a step that uses some variables. */
type Verb = (uses: string) => Json
const asks: Verb = (uses) => ({ prompt: `go on ${uses}` })
const builds: Verb = (uses) => ({ value: uses })

/** Steps s0, s1, … and what each needs. */
function steps(size: number, verb: Verb, needs: (step: number) => readonly number[]): Record<string, Json> {
  return Object.fromEntries(
    Array.from({ length: size }, (_, step) => [
      `s${step}`,
      verb(
        needs(step)
          .map((need) => `{s${need}}`)
          .join(''),
      ),
    ]),
  )
}

function everyStepOnce(told: Told, size: number): void {
  expect(told.result.status).toBe('succeeded')
  expect(only(told, 'step-started')).toHaveLength(size)
  expect(only(told, 'step-succeeded')).toHaveLength(size)
}

describe.each([
  ['calls', asks],
  ['values', builds],
])('a very large flow of %s', (name, verb) => {
  test('runs as a chain of 5,000', async () => {
    const chain = await run(steps(5000, verb, (step) => (step === 0 ? [] : [step - 1])))
    everyStepOnce(chain, 5000)
    expect(chain.result.critical_path).toHaveLength(5000)
    expect(calls(chain)).toBe(name === 'calls' ? 5000 : 0)
  })

  test('runs as a fan of 10,000 and the step that gathers it', async () => {
    const each: Json = name === 'calls' ? { prompt: 'go on {index}' } : { value: '{index}' }
    const fan = await run({
      each: { ...each, for_each: 10_000 },
      all: verb('{each}'),
    })
    everyStepOnce(fan, 10_001)
    const list = fan.result.outputs['each'] as readonly Json[]
    expect(list).toHaveLength(10_000)
    expect(list[9999]).toBe(name === 'calls' ? 'ok' : 9999)
  })

  test('runs in layers, 10,000 steps with up to three needs each', async () => {
    const random = seededRandom(3)
    const width = 100
    const connections: Record<string, string[]> = {}
    for (let step = width; step < 10_000; step++) {
      const above = (Math.floor(step / width) - 1) * width
      const needs = new Set([0, 0, 0].map(() => above + Math.floor(random() * width)))
      for (const need of needs) (connections[`s${need}`] ??= []).push(`s${step}`)
    }
    everyStepOnce(
      await run(
        steps(10_000, verb, () => []),
        connections,
      ),
      10_000,
    )
  })
})
