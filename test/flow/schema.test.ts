import { Ajv } from 'ajv'
import draft07 from 'ajv/dist/refs/json-schema-draft-07.json' with { type: 'json' }
import { expect, test } from 'vitest'
import event from '../../schemas/event.schema.json' with { type: 'json' }
import flow from '../../schemas/flow.schema.json' with { type: 'json' }
import result from '../../schemas/result.schema.json' with { type: 'json' }
import { providerNames } from '../../src/flow/providers.ts'

/** Every place in a schema where a value is described. */
function* described(
  schema: unknown,
  at: string,
): Generator<readonly [path: string, schema: Record<string, unknown>]> {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return
  const own = schema as Record<string, unknown>
  for (const group of ['properties', 'definitions']) {
    for (const [name, inner] of Object.entries(own[group] ?? {})) {
      if (!at.includes('allOf')) yield [`${at}/${group}/${name}`, inner as Record<string, unknown>]
      yield* described(inner, `${at}/${group}/${name}`)
    }
  }
  for (const key of ['items', 'additionalProperties']) yield* described(own[key], `${at}/${key}`)
}

test.each([
  ['flow', flow],
  ['result', result],
  ['event', event],
])('the %s schema is one of draft 7, and every property in it has a description', (_, schema) => {
  expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#')
  const check = new Ajv({ strict: false, validateSchema: false }).compile({ ...draft07, $id: 'meta' })
  check(schema)
  expect(check.errors ?? []).toEqual([])
  const all = [...described(schema, '#')]
  expect(all.length).toBeGreaterThan(10)
  const bare = all.filter(([, { description, $ref }]) => description === undefined && $ref === undefined)
  expect(bare.map(([path]) => path)).toEqual([])
})

test('a flow can name every provider that there is, and no other', () => {
  expect([...flow.definitions.llm.properties.provider.enum].sort()).toEqual([...providerNames].sort())
})

test('a flow must name a model exactly where llmflows knows none', () => {
  const without = flow.definitions.llm.allOf[0]!.if.properties.provider as { enum: string[] }
  expect([...without.enum].sort()).toEqual(['embedded', 'openai', 'scripted'])
})
