import { expect, test } from 'vitest'
import type { RunOptions } from '../../src/index.ts'
import { flowText, told } from './front-door.ts'

const flow = flowText({ steps: { only: { value: 'x' } } })

test.each<readonly [Omit<RunOptions, 'world'>, string]>([
  [{ maxConcurrency: 0 }, 'maxConcurrency must be a number from 1 on, not 0'],
  [{ maxConcurrency: NaN }, 'maxConcurrency must be a number from 1 on, not NaN'],
  [{ timeoutMs: NaN }, 'timeoutMs must be a number from 0 on, not NaN'],
  [{ timeoutMs: -1 }, 'timeoutMs must be a number from 0 on, not -1'],
  [{ maxCalls: NaN }, 'maxCalls must be a number from 0 on, not NaN'],
  [{ maxItems: -1 }, 'maxItems must be a number from 0 on, not -1'],
])('a run is refused with the limits %j, which are none', async (options, message) => {
  await expect(told(flow, options)).rejects.toThrow(new RangeError(message))
})

test('a run may be as unlimited as can be', async () => {
  const limits = { maxConcurrency: Infinity, maxCalls: Infinity, maxItems: Infinity }
  expect((await told(flow, limits)).result.status).toBe('succeeded')
})
