import { expect, test } from 'vitest'
import { checkSource, sourceOf } from '../../src/index.ts'
import { seededRandom, type Random } from '../document/seeded.ts'
import { compiled, flowText, statuses, told } from '../run/front-door.ts'

/** What decides how the conditions of a flow turn out. */
interface Given {
  readonly a: boolean
  readonly b: boolean
  readonly mood: string
  readonly tag: string
}

const everything: readonly Given[] = [true, false].flatMap((a) =>
  [true, false].flatMap((b) =>
    ['good', 'bad', 'none', 'other'].flatMap((mood) => ['new', 'old'].map((tag) => ({ a, b, mood, tag }))),
  ),
)

/** The conditions that steps may have, each with what it means. */
const conditions: readonly (readonly [text: string, holds: (given: Given) => boolean])[] = [
  ['a', ({ a }) => a],
  ['!a', ({ a }) => !a],
  ['b', ({ b }) => b],
  ['a && b', ({ a, b }) => a && b],
  ['!(a && b)', ({ a, b }) => !(a && b)],
  ['a || !b', ({ a, b }) => a || !b],
  ['a ? b : !b', ({ a, b }) => (a ? b : !b)],
  ['mood == "good"', ({ mood }) => mood === 'good'],
  ['"good" != mood', ({ mood }) => mood !== 'good'],
  ['mood == "bad" || mood == "none"', ({ mood }) => ['bad', 'none'].includes(mood)],
  ['mood == "bad"', ({ mood }) => mood === 'bad'],
  ['tag.contains("o")', ({ tag }) => tag.includes('o')],

  ['1 < 2', () => true],
  ['1 > 2 && a', () => false],
]

interface Part {
  /** The steps whose outputs it takes, the first that is there. */
  readonly refs: readonly number[]
  readonly tail: '' | '?' | ' ?? "text"'
}

interface RandomStep {
  readonly parts: readonly Part[]
  /** An entry of `conditions`. */
  readonly condition: number | undefined
  /** A step that the condition asks for first. */
  readonly has: number | undefined
  readonly join: 'all' | 'any'
  readonly after: readonly number[]
}

function randomSteps(random: Random): readonly RandomStep[] {
  return Array.from({ length: 2 + random.below(5) }, (_, position): RandomStep => {
    const earlier = (): number => random.below(position)
    const part = (): Part => {
      const refs = Array.from({ length: random.of([1, 1, 2, 2, 3]) }, earlier)
      return {
        refs,
        tail: random.of(refs.length === 1 ? ['', '', '?', ' ?? "text"'] : ['', '', '', ' ?? "text"']),
      }
    }
    return {
      parts: position === 0 ? [] : Array.from({ length: random.below(3) }, part),
      condition: random.below(position < 3 ? 4 : 2) > 0 ? random.below(conditions.length) : undefined,
      has: position > 0 && random.below(5) === 0 ? earlier() : undefined,
      join: random.of(['all', 'any']),
      after: position > 0 && random.below(4) === 0 ? [earlier()] : [],
    }
  })
}

/** `others`: how many steps there are besides, each with a condition of its own. */
function textOf(steps: readonly RandomStep[], others = 0): string {
  const written = steps.map(({ parts, condition, has, join }, position) => {
    const asked = [
      ...(has === undefined ? [] : [`has(s${has})`]),
      ...(condition === undefined ? [] : [`(${conditions[condition]![0]})`]),
    ]
    const value = parts
      .map(({ refs, tail }) => `{${refs.map((ref) => `s${ref}`).join(' ?? ')}${tail}}`)
      .join(' ')
    return [
      `s${position}`,
      { join, value: `text ${value}`, ...(asked.length === 0 ? {} : { when: asked.join(' && ') }) },
    ]
  })
  const after = steps.flatMap(({ after }, to) =>
    after.map((from): readonly [string, string] => [`s${from}`, `s${to}`]),
  )
  const connections = Object.fromEntries(
    after.map(([from]) => [from, after.filter(([one]) => one === from).map(([, to]) => to)]),
  )
  return flowText({
    inputs: { a: { type: 'boolean' }, b: { type: 'boolean' }, mood: {}, tag: {} },
    steps: Object.fromEntries([
      ...Array.from({ length: others }, (_, other) => [
        `other${other}`,
        { when: `size(mood) == ${other} && b`, value: '' },
      ]),
      ...Array.from({ length: others }, (_, other) => [
        `more${other}`,
        { when: `size(tag) > ${other} && a`, value: '' },
      ]),
      ...written,
    ]),
    ...(after.length === 0 ? {} : { connections }),
  })
}

interface Told {
  readonly runs: readonly boolean[]
  /** Steps that run and find nothing for one of their placeholders. */
  readonly lacking: readonly number[]
}

/** What the rules say of a flow and these values. */
function ruled(steps: readonly RandomStep[], given: Given): Told {
  const runs: boolean[] = []
  const lacking: number[] = []
  for (const [position, { parts, condition, has, join }] of steps.entries()) {
    const used = [...parts.flatMap(({ refs }) => refs), ...(has === undefined ? [] : [has])]
    const required = parts
      .filter(({ refs, tail }) => refs.length === 1 && tail === '')
      .flatMap(({ refs }) => refs)
    const opens =
      join === 'all' ? required.every((ref) => runs[ref]) : used.length === 0 || used.some((ref) => runs[ref])
    const holds =
      (has === undefined || runs[has] === true) &&
      (condition === undefined || conditions[condition]![1](given))
    runs.push(opens && holds)
    const lacks = parts.some(({ refs, tail }) => tail === '' && !refs.some((ref) => runs[ref]))
    if (opens && holds && lacks) lacking.push(position)
  }
  return { runs, lacking }
}

interface Found {
  readonly code: string
  readonly step: string
}

function errorsOf(text: string): readonly Found[] {
  const source = sourceOf('flow.yaml', new TextEncoder().encode(text))
  if (!source.ok) throw new Error(source.message)
  return checkSource(source)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code, span }) => ({
      code,
      step: [...text.slice(0, span.end).matchAll(/"(s\d)"(?=:|$)/g)].at(-1)?.[1] ?? '',
    }))
}

function stepsWith(errors: readonly Found[], code: string): readonly string[] {
  return [...new Set(errors.filter((error) => error.code === code).map(({ step }) => step))].sort()
}

test('a value is said to be perhaps missing exactly where one way that the conditions turn out lacks it', () => {
  const random = seededRandom('conditions')
  const verdicts = { missing: 0, never: 0, fine: 0 }
  for (let attempt = 0; attempt < 1500; attempt++) {
    const steps = randomSteps(random)
    const text = textOf(steps)
    const errors = errorsOf(text)
    const all = everything.map((given) => ruled(steps, given))
    const lacking = steps.flatMap((_, position) =>
      all.some((one) => one.lacking.includes(position)) ? [`s${position}`] : [],
    )
    expect(stepsWith(errors, 'missing-value'), text).toEqual(lacking)
    const idle = steps.map((_, position) => all.every(({ runs }) => runs[position] === false))
    const never = stepsWith(errors, 'never-runs')
    for (const step of never) expect(idle[Number(step.slice(1))], `${step} of ${text}`).toBe(true)
    // What needs a step that never runs is that step's echo.
    expect(never.length > 0, text).toBe(idle.includes(true))
    verdicts[lacking.length > 0 ? 'missing' : never.length > 0 ? 'never' : 'fine']++
  }
  for (const count of Object.values(verdicts)) expect(count).toBeGreaterThan(100)
})

test('where there are too many ways, most of what is missing is found, and nothing that is not', () => {
  const random = seededRandom('many conditions')
  const seen = { lacking: 0, found: 0 }
  for (let attempt = 0; attempt < 300; attempt++) {
    const steps = randomSteps(random)
    const all = everything.map((given) => ruled(steps, given))
    const lacking = steps.flatMap((_, position) =>
      all.some((one) => one.lacking.includes(position)) ? [`s${position}`] : [],
    )
    const text = textOf(steps, 15)
    const found = stepsWith(errorsOf(text), 'missing-value')
    for (const step of found) expect(lacking, `${step} of ${text}`).toContain(step)
    seen.lacking += lacking.length
    seen.found += found.length
  }
  expect(seen.lacking).toBeGreaterThan(30)
  expect(seen.found).toBeGreaterThan(seen.lacking * 0.9)
})

test('a flow without an error runs as the rules say, whatever its conditions turn out to be', async () => {
  const random = seededRandom('conditions that hold')
  let flows = 0
  for (let attempt = 0; attempt < 400; attempt++) {
    const steps = randomSteps(random)
    const text = textOf(steps)
    if (errorsOf(text).length > 0) continue
    flows++
    const flow = compiled(text)
    for (const given of everything) {
      const { runs } = ruled(steps, given)
      const run = await told(flow, { inputs: { ...given } })
      expect(Object.values(statuses(run)), `${JSON.stringify(given)} ${text}`).toEqual(
        runs.map((one) => (one ? 'succeeded' : 'skipped')),
      )
    }
  }
  expect(flows).toBeGreaterThan(40)
})

test('a condition without variables is worked out, unless that takes long', () => {
  const list = `[${Array.from({ length: 300 }, (_, index) => index).join()}]`
  const codes = (when: string): readonly string[] =>
    errorsOf(flowText({ steps: { s0: { when, value: 'x' } } })).map(({ code }) => code)
  expect(codes('2 > 3')).toEqual(['never-runs'])
  expect(codes('size("abc") == 3 && !("a" in ["b"])')).toEqual([])
  expect(codes(`${list}.exists(a, a > 300)`)).toEqual(['never-runs'])
  expect(codes(`${list}.exists(a, ${list}.exists(b, a + b > 600))`)).toEqual([])
})

test('a condition that a comma of YAML cuts off is said to need quotes', () => {
  const head = 'llmflows: 1\nname: test\ninputs: { tags: { type: array } }\nsteps:\n'
  const messages = (when: string): readonly string[] => {
    const text = `${head}  s0: { when: ${when}, value: x }\n`
    const source = sourceOf('flow.yaml', new TextEncoder().encode(text))
    return source.ok ? checkSource(source).diagnostics.map(({ message }) => message) : []
  }
  const cut = 'inside { } a text without quotes ends at the comma'
  expect(messages('tags.exists(t, t == 1)')).toContain(cut)
  expect(messages(`'tags.exists(t, t == 1)'`)).toEqual([])
  expect(messages('(size(tags) > 3')).not.toContain(cut)
  expect(messages('size(tags) >')).not.toContain(cut)
})
