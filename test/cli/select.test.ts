import { describe, expect, test } from 'vitest'
import { refuseUnknownPath, select } from '../../src/cli/select.ts'
import { loaded } from '../run/flow-files.ts'

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

describe('a path into a flow inside a step', () => {
  const flows = {
    'outer.json': {
      steps: { loop: { flow: 'in.json', repeat: { max: 3 } }, each: { flow: 'in.json', for_each: 2 } },
    },
    'in.json': { name: 'in', steps: { deep: { flow: 'leaf.json' } } },
    'leaf.json': { name: 'leaf', steps: { say: { value: 'hi' } } },
  }

  test.each([
    'steps.loop.runs',
    'steps.loop.runs[2]',
    'steps.loop.runs[0].outputs.deep',
    'steps.loop.runs.1.steps.deep.runs[0].steps.say.result',
    'steps.each[1].runs[0].status',
    'steps.loop.request.flow',
  ])('%s is known to lead somewhere', async (path) => {
    const { flow } = await loaded(flows)
    expect(() => refuseUnknownPath(flow, path)).not.toThrow()
  })

  test.each([
    ['steps.loop.runs[3].status', 'step "loop" has at most 3 runs'],
    ['steps.each[0].runs[1]', 'step "each[0]" has at most 1 run'],
    ['steps.loop.runs[0].outputs.deeep', '"steps.loop.runs[0].outputs" has no "deeep"'],
    ['steps.loop.runs[0].steps.deep.runs[0].steps.sy', 'has no "sy"'],
  ])('%s is a slip that is found before the run', async (path, message) => {
    const { flow } = await loaded(flows)
    expect(() => refuseUnknownPath(flow, path)).toThrow(message)
  })
})
