import { describe, expect, test } from 'vitest'
import { flowText, only, told, type Told } from './front-door.ts'

/** Step `a`, then `b` and `c` over an empty list, then `d`. */
function run(answer: object): Promise<Told> {
  return told(
    flowText({
      inputs: { items: { type: 'array' } },
      llms: { writer: { provider: 'scripted', answers: [answer] } },
      steps: {
        d: { prompt: 'after {c}' },
        c: { for_each: '{items}', prompt: '{item} after {b}' },
        b: { for_each: '{items}', prompt: '{item} after {a}' },
        a: { prompt: 'first' },
      },
      outputs: ['b', 'c'],
    }),
    { inputs: { items: [] } },
  )
}

describe('a step over an empty list', () => {
  test('gives an empty list when all that it needs has succeeded', async () => {
    const done = await run({ answer: 'yes', delay: '100ms' })
    expect(done.result.outputs).toEqual({ b: [], c: [] })
    expect(only(done, 'run-started')[0]?.empty_steps).toEqual([
      { id: 'b', output_key: 'b', needs: ['a'] },
      { id: 'c', output_key: 'c', needs: ['b'] },
    ])
  })

  test('gives nothing when something that it needs did not succeed', async () => {
    const done = await run({ status: 401 })
    expect(done.result.outputs).toEqual({})
  })

  test('does not hide what the step after it waited for', async () => {
    const done = await run({ answer: 'yes', delay: '100ms' })
    expect(done.result.critical_path).toEqual(['a', 'd'])
  })
})
