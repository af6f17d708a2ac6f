import { expect, test } from 'vitest'
import { checkSource, runFlow, sourceOf } from '../../src/index.ts'

async function names(steps: string): Promise<readonly string[]> {
  const source = sourceOf('flow.yaml', Buffer.from(`llmflows: 1\nname: t\nsteps:\n${steps}`))
  if (!source.ok) throw new Error(source.message)
  const { compiled } = checkSource(source)
  if (compiled === undefined) throw new Error('the flow is wrong')
  const result = await runFlow(compiled, { env: {} })
  return Object.values(result.steps).map((step) => step.name)
}

test('a step without a name is called by its id, and so is each of its items', async () => {
  expect(await names('  one: { value: x }\n  each: { value: x, for_each: 2 }\n')).toEqual([
    'one',
    'each[0]',
    'each[1]',
  ])
})

test('a name may use the index and the item', async () => {
  expect(await names('  a: { value: x, for_each: [p, q], as: who, name: "{index}: {who}" }\n')).toEqual([
    '0: p',
    '1: q',
  ])
})

test('an item that a step has yet to make has no name, and is called by its id', async () => {
  const steps = '  first: { value: x }\n  a: { value: y, for_each: ["{first}"], name: "about {item}" }\n'
  expect(await names(steps)).toEqual(['first', 'a[0]'])
})
