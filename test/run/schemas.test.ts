import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/run/events.ts'
import { createResult } from '../../src/run/result.ts'
import { soundtrackFails, soundtrackInterrupted, soundtrackSucceeds } from '../reporters/story.ts'
import { arbitraryRun } from './arbitrary-run.ts'

type Schema = { readonly [key: string]: unknown }

function read(name: string): Schema {
  return JSON.parse(
    readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8'),
  ) as Schema
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Every part of a schema that is itself a schema with properties. */
function* objectsIn(value: unknown): Generator<Schema> {
  if (Array.isArray(value)) for (const item of value) yield* objectsIn(item)
  if (!isObject(value)) return
  if (isObject(value['properties'])) yield value
  for (const part of Object.values(value)) yield* objectsIn(part)
}

const ajv = new Ajv({
  strict: true,
  allowUnionTypes: true,
  allErrors: true,
  formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ },
})
const schemas = { result: read('result'), event: read('event') }
const isResult = ajv.compile(schemas.result)
const isEvent = ajv.compile(schemas.event)

describe.each(['result', 'event'] as const)('the schema of a %s', (name) => {
  test('describes every property and allows no other', () => {
    const objects = [...objectsIn(schemas[name])]
    expect(objects.length).toBeGreaterThan(5)
    for (const object of objects) {
      expect(object).toMatchObject({
        type: 'object',
        additionalProperties: false,
        description: expect.any(String),
      })
      for (const [key, property] of Object.entries(object['properties'] as Schema)) {
        expect(property, key).toHaveProperty('description', expect.stringMatching(/\w.*\.$/))
      }
    }
  })

  test('is draft-07 and shares its definitions with the other', () => {
    expect(schemas[name]['$schema']).toBe('http://json-schema.org/draft-07/schema#')
    for (const shared of ['model_config', 'run_error', 'token_usage']) {
      expect(schemas[name]['definitions']).toHaveProperty(
        shared,
        (schemas.result['definitions'] as Schema)[shared],
      )
    }
  })
})

function expectValid(events: readonly RunEvent[], keepRaw: boolean): void {
  const fold = createResult({ keepRaw })
  for (const event of events) {
    fold.apply(event)
    isEvent(event)
    expect(isEvent.errors ?? [], event.type).toEqual([])
    isResult(JSON.parse(JSON.stringify(fold.result())))
    expect(isResult.errors ?? []).toEqual([])
  }
}

test('every event and the result at every moment are as the schemas say', () => {
  for (const story of [soundtrackSucceeds(), soundtrackFails(), soundtrackInterrupted()])
    expectValid(story.events, true)
  fc.assert(fc.property(arbitraryRun, fc.boolean(), expectValid))
})

test('all kinds of events are tried', () => {
  const kinds = new Set(
    fc.sample(arbitraryRun, { numRuns: 200, seed: 1 }).flatMap((events) => events.map(({ type }) => type)),
  )
  expect([...kinds].sort()).toEqual(
    (schemas.event['oneOf'] as { $ref: string }[])
      .map(({ $ref }) => $ref.slice('#/definitions/'.length))
      .sort(),
  )
})

test('a property more or less is noticed', () => {
  const fold = createResult({ keepRaw: false })
  for (const event of soundtrackSucceeds().events) fold.apply(event)
  const result = fold.result()
  expect(isResult(result)).toBe(true)
  expect(isResult({ ...result, more: 1 })).toBe(false)
  for (const key of Object.keys(result)) expect(isResult({ ...result, [key]: undefined }), key).toBe(false)
  expect(isResult({ ...result, steps: { a: { ...result.steps['title_step'], status: 'vanished' } } })).toBe(
    false,
  )
  expect(isEvent({ type: 'step-ready', at: 0, step: 'a' })).toBe(true)
  expect(isEvent({ type: 'step-ready', at: -1, step: 'a' })).toBe(false)
  expect(isEvent({ type: 'step-ready', at: 0, step: 'a', more: 1 })).toBe(false)
})
