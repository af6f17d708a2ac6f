import { expect, test } from 'vitest'
import { checkSource, sourceOf } from '../../src/index.ts'
import { seededRandom, type Random } from '../document/seeded.ts'
import { flowText, told } from '../run/front-door.ts'

/** An input that is an object: its keys, each with what is in it (undefined for a text) and whether it must be there. */
type Shape = ReadonlyMap<string, { readonly inner: Shape | undefined; readonly required: boolean }>

function randomShape(random: Random, depth: number): Shape {
  const keys = ['a', 'b', 'c'].slice(0, 1 + random.below(3))
  return new Map(
    keys.map((key) => {
      const inner = depth > 0 && random.below(2) === 0 ? randomShape(random, depth - 1) : undefined
      return [key, { inner, required: random.below(2) === 0 }]
    }),
  )
}

function schemaOf(shape: Shape): object {
  const entries = [...shape]
  return {
    type: 'object',
    required: entries.filter(([, { required }]) => required).map(([key]) => key),
    properties: Object.fromEntries(
      entries.map(([key, { inner }]) => [key, inner === undefined ? { type: 'string' } : schemaOf(inner)]),
    ),
  }
}

/** Every value of a shape, each optional key once there and once not. */
function valuesOf(shape: Shape): readonly object[] {
  let values: readonly object[] = [{}]
  for (const [key, { inner, required }] of shape) {
    const filled = inner === undefined ? ['text'] : valuesOf(inner)
    const withKey = values.flatMap((value) => filled.map((entry) => ({ ...value, [key]: entry })))
    values = required ? withKey : [...withKey, ...values]
  }
  return values
}

/** Where a placeholder can lead, with what is known of the value there. */
interface Place {
  readonly path: string
  readonly shape: Shape | undefined
}

function placesIn({ path, shape }: Place): readonly Place[] {
  const here = { path, shape }
  if (shape === undefined) return [here]
  return [
    here,
    ...[...shape].flatMap(([key, { inner }]) => placesIn({ path: `${path}.${key}`, shape: inner })),
  ]
}

interface RandomFlow {
  readonly shape: Shape
  readonly steps: Readonly<Record<string, object>>
}

/** `mixes`: a step may hand on one of two values of different shapes, and others look into what it gives. */
function randomFlow(random: Random, mixes: boolean): RandomFlow {
  const shape = randomShape(random, 2)
  const known: Place[] = [...placesIn({ path: 'given', shape })]
  const steps: Record<string, object> = {}
  for (let step = 0; step < 1 + random.below(4); step++) {
    const places = Array.from({ length: 1 + random.below(2) }, () => random.of(known))
    const tail = random.of(['', '', '', '?', ' ?? "text"'])
    const expression = places.map(({ path }) => path).join(' ?? ')
    const optional = tail === '?' && places.length > 1 ? '' : tail
    const isPart = random.below(2) === 0
    steps[`s${step}`] = isPart
      ? { value: { part: `{${expression}${optional}}` } }
      : { value: `It is {${expression}${optional}}.` }
    const [first] = places
    const isOne = places.length === 1 && optional === ''
    if (isPart && first !== undefined && (isOne || mixes))
      known.push(...placesIn({ path: `s${step}.part`, shape: first.shape }))
  }
  return { shape, steps }
}

function found({ shape, steps }: RandomFlow): readonly { readonly code: string; readonly step: string }[] {
  const text = flowText({ inputs: { given: schemaOf(shape) }, steps })
  const source = sourceOf('flow.yaml', new TextEncoder().encode(text))
  if (!source.ok) throw new Error(source.message)
  return checkSource(source)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code, span }) => ({
      code,
      step: [...text.slice(0, span.start).matchAll(/"(s\d)":/g)].at(-1)?.[1] ?? '',
    }))
}

/** The steps that fail for at least one value of the input; the flow runs as if nothing were known of it. */
async function failing(
  { shape, steps }: RandomFlow,
  values: readonly object[],
): Promise<ReadonlySet<string>> {
  const text = flowText({ inputs: { given: { type: 'object' } }, steps })
  const failed = new Set<string>()
  for (const given of values) {
    const { result } = await told(text, { inputs: { given: JSON.parse(JSON.stringify(given)) } })
    for (const [id, { status }] of Object.entries(result.steps)) if (status === 'failed') failed.add(id)
  }
  expect(shape.size).toBeGreaterThan(0)
  return failed
}

test('a missing value is an error exactly when a run with some of the optional keys fails', async () => {
  const random = seededRandom('missing values')
  const verdicts = { fails: 0, succeeds: 0 }
  for (let attempt = 0; attempt < 150; attempt++) {
    const flow = randomFlow(random, false)
    const values = valuesOf(flow.shape)
    if (values.length > 24) continue
    const errors = found(flow)
    const failed = await failing(flow, values)
    const shown = JSON.stringify([schemaOf(flow.shape), flow.steps])
    expect([...new Set(errors.map(({ code }) => code))], shown).toEqual(
      failed.size > 0 ? ['missing-value'] : [],
    )
    for (const step of failed)
      expect(
        errors.map((error) => error.step),
        shown,
      ).toContain(step)
    verdicts[failed.size > 0 ? 'fails' : 'succeeds']++
  }
  expect(verdicts.fails).toBeGreaterThan(20)
  expect(verdicts.succeeds).toBeGreaterThan(20)
})

test('a flow without an error never fails for a missing value, whatever its steps hand on', async () => {
  const random = seededRandom('handed on')
  let without = 0
  for (let attempt = 0; attempt < 150; attempt++) {
    const flow = randomFlow(random, true)
    const values = valuesOf(flow.shape)
    if (values.length > 24 || found(flow).length > 0) continue
    without++
    expect([...(await failing(flow, values))], JSON.stringify([schemaOf(flow.shape), flow.steps])).toEqual([])
  }
  expect(without).toBeGreaterThan(20)
})
