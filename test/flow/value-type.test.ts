import { expect, test } from 'vitest'
import { typeOfSchema } from '../../src/flow/schema-type.ts'
import { either, entryOf, listOf, textType, type ValueType } from '../../src/flow/value-type.ts'
import { checkSource, sourceOf } from '../../src/index.ts'
import { flowText } from '../run/front-door.ts'

function codes(parts: Readonly<Record<string, unknown>>): readonly string[] {
  const source = sourceOf('flow.yaml', new TextEncoder().encode(flowText(parts)))
  if (!source.ok) throw new Error(source.message)
  return checkSource(source).diagnostics.map(({ code }) => code)
}

/** What is found in `prompt` when `topic` is an input of that schema. */
function inPrompt(schema: object, prompt: string): readonly string[] {
  return codes({ inputs: { topic: schema }, steps: { a: { prompt } } })
}

test.each<[object, string]>([
  [{ type: 'array' }, '{topic[7].title.x}'],
  [{ type: 'array' }, '{topic | bullets}'],
  [{ type: 'object' }, '{topic.any.thing[0]}'],
  [{ type: 'object', properties: { any: {} }, required: ['any'] }, '{topic.any.thing[0] | lines}'],
  [{ type: 'array', items: { type: 'object' } }, '{topic[0].title | json}'],
  [{ type: 'object', required: ['id'], additionalProperties: true }, '{topic.id}'],
  [{ type: 'number' }, '{topic | json}'],
])('of a value %j that says no more, %s is taken', (schema, prompt) => {
  expect(inPrompt(schema, prompt)).toEqual([])
})

test.each<[object, string, string]>([
  [{}, '{topic.title}', 'wrong-path'],
  [{ type: 'integer' }, '{topic[0]}', 'wrong-path'],
  [{ type: 'array', maxItems: 2 }, '{topic[2]}', 'wrong-path'],
  [{ type: 'array', items: { type: 'string' } }, '{topic[0].title}', 'wrong-path'],
  [{ type: 'object', properties: {}, additionalProperties: false }, '{topic.title}', 'wrong-path'],
  [{ type: 'object', properties: { title: {} } }, '{topic.title}', 'missing-value'],
  [{ type: 'object', properties: { title: {} } }, '{topic.other}', 'missing-value'],
  [{}, '{topic.title ?? "none"}', 'wrong-path'],
  [{}, '{topic | join: "; "}', 'wrong-formatter'],
])('of a value %j, %s is a mistake: %s', (schema, prompt, code) => {
  expect(inPrompt(schema, prompt)).toEqual([code])
})

test('a value keeps its type through steps that hand it on', () => {
  const steps = {
    facts: { value: { all: '{topic}', words: ['one', { two: 2 }] } },
    again: { value: '{facts}' },
  }
  const find = (prompt: string): readonly string[] =>
    codes({ inputs: { topic: { type: 'array' } }, steps: { ...steps, a: { prompt } } })
  expect(find('{again.all | bullets} {again.words[1].two} {again.all[3].x}')).toEqual([])
  expect(find('{again.words | lines}')).toEqual([])
  expect(find('{again.words[0].two}')).toEqual(['wrong-path'])
  expect(find('{again.words[2]}')).toEqual(['wrong-path'])
  expect(find('{again.wrods}')).toEqual(['wrong-path'])
})

test('items have the type of the list that they come from', () => {
  const each = (forEach: unknown, prompt: string): readonly string[] =>
    codes({
      inputs: {
        list: { type: 'array', items: { type: 'object', required: ['id'], properties: { id: {}, x: {} } } },
      },
      steps: { s: { prompt: '{list}' }, a: { for_each: forEach, prompt } },
    })
  expect(each('{list}', '{item.id} {index}')).toEqual([])
  expect(each('{list}', '{item.x}')).toEqual(['missing-value'])
  expect(each('{list}', '{item[0]}')).toEqual(['wrong-path'])
  expect(each([{ id: 1 }, { id: 2, x: 1 }], '{item.id}')).toEqual([])
  expect(each([{ id: 1 }, { id: 2, x: 1 }], '{item.x}')).toEqual(['missing-value'])
  expect(each([{ id: 1 }, 'text'], '{item.id}')).toEqual(['missing-value'])
  expect(each(3, '{item.id}')).toEqual(['wrong-path'])
})

test('a misspelt variable says nothing about the path behind it', () => {
  expect(codes({ inputs: { topic: {} }, steps: { a: { prompt: '{topic} {tpic.title}' } } })).toEqual([
    'unknown-variable',
  ])
})

test('a union stays small, however deep and wide what it joins is', () => {
  let left: ValueType = textType
  let right: ValueType = listOf(textType)
  for (let depth = 0; depth < 10_000; depth++) {
    const inner: readonly [ValueType, ValueType] = [left, right]
    left = {
      kind: 'object',
      entries: new Map([
        ['a', inner[0]],
        ['b', inner[1]],
      ]),
      required: new Set(['a']),
      others: 'none',
    }
    right = {
      kind: 'object',
      entries: new Map([
        ['a', inner[1]],
        ['b', inner[0]],
      ]),
      required: new Set(['a', 'b']),
      others: 'none',
    }
  }
  const joined = either([left, right])
  expect(entryOf(joined, 'a').exists).toBe('always')
  expect(entryOf(joined, 'b').exists).toBe('perhaps')
  expect(entryOf(joined, 'c').exists).toBe('never')
})

test('thousands of values that hand on each other are typed without recursion', () => {
  const steps: Record<string, object> = { s0: { value: { a: '{topic}' } } }
  for (let step = 1; step < 3000; step++) steps[`s${step}`] = { value: { a: `{s${step - 1}}` } }
  const reversed = Object.fromEntries(Object.entries(steps).toReversed())
  expect(
    codes({ inputs: { topic: {} }, steps: { ...reversed, last: { prompt: '{s2999.a.a.a.b}' } } }),
  ).toEqual(['wrong-path'])
  expect(typeOfSchema({ type: 'array', items: {} })).toMatchObject({ items: { kind: 'unknown' } })
})
