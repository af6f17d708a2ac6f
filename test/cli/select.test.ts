import { describe, expect, test } from 'vitest'
import { select } from '../../src/cli/select.ts'

const result = {
  outputs: { reviews: ['good', { text: 'bad' }] },
  steps: { 'critic': { a: 1 }, 'critic[1]': { generated: 'x' }, 'critic[10]': { generated: 'y' } },
}

describe('a path of --select', () => {
  test.each<readonly [string, unknown]>([
    ['outputs', result.outputs],
    ['outputs.reviews[0]', 'good'],
    ['outputs.reviews.0', 'good'],
    ['outputs.reviews[1].text', 'bad'],
    ['steps.critic.a', 1],
    ['steps.critic[1].generated', 'x'],
    ['steps.critic[10].generated', 'y'],
  ])('%s leads to its value', (path, value) => {
    expect(select(result, path)).toEqual({ found: true, value })
  })

  test.each([
    ['output', '', 'output', ['outputs', 'steps']],
    ['outputs.', '', 'outputs', ['outputs', 'steps']],
    ['outputs.reviews[2]', 'outputs.reviews', '[2]', ['[0]', '[1]']],
    ['outputs.reviews[0].x', 'outputs.reviews[0]', 'x', []],
    ['steps.critic[2].generated', 'steps.critic', '[2]', ['a']],
    ['outputs.__proto__', 'outputs', '__proto__', ['reviews']],
    ['outputs.constructor', 'outputs', 'constructor', ['reviews']],
  ])('%s says how far it leads', (path, at, part, known) => {
    expect(select(result, path)).toEqual({ found: false, at, part, known })
  })
})
