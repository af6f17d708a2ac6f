import { describe, expect, test } from 'vitest'
import { checkSource, sourceOf } from '../../src/index.ts'
import { compiled, flowText, only, statuses, told } from './front-door.ts'

/** How a step may depend on another; `none`: not at all. */
const kinds = ['required', 'optional', 'order-only', 'none'] as const
const endings = ['succeeded', 'failed', 'skipped'] as const
const joins = ['all', 'any'] as const

type Kind = (typeof kinds)[number]
const letters: Readonly<Record<Kind, string>> = {
  'required': 'r',
  'optional': 'q',
  'order-only': 'o',
  'none': 'n',
}
type Ending = (typeof endings)[number]
type Join = (typeof joins)[number]

const NEEDS = 4

/** Every sequence of so many of these. */
function sequences<T>(options: readonly T[], length: number): readonly (readonly T[])[] {
  if (length === 0) return [[]]
  return sequences(options, length - 1).flatMap((rest) => options.map((option) => [...rest, option]))
}

/** The rules of joins, as the page about the language has them. */
function outcome(join: Join, uses: readonly Kind[], ends: readonly Ending[]): string {
  const needs = uses
    .map((kind, position) => ({ kind, ending: ends[position] }))
    .filter(({ kind }) => kind !== 'none')
  // 1. One that failed blocks, whatever it is needed for.
  if (needs.some(({ ending }) => ending === 'failed')) return 'blocked'
  // 2. and 3. One that was skipped skips what cannot do without; what is only ordered never skips.
  const data = needs.filter(({ kind }) => kind !== 'order-only')
  const isSkipped =
    join === 'all'
      ? data.some(({ kind, ending }) => kind === 'required' && ending === 'skipped')
      : data.length > 0 && data.every(({ ending }) => ending === 'skipped')
  return isSkipped ? 'skipped' : 'succeeded'
}

/** With `join: any` a step runs although one of several was skipped, so that it must be able to do without each. */
function isRefused(join: Join, uses: readonly Kind[]): boolean {
  const data = uses.filter((kind) => kind === 'required' || kind === 'optional')
  return join === 'any' && data.length > 1 && data.includes('required')
}

const users = joins.flatMap((join) =>
  sequences(kinds, NEEDS).map((uses) => ({
    id: `${join}_${uses.map((kind) => letters[kind]).join('')}`,
    join,
    uses,
  })),
)

/** Steps that end as the inputs say, and for each of the users a step that depends on them. */
function flowOf(those: typeof users): string {
  const positions = Array.from({ length: NEEDS }, (_, position) => position)
  const inputs = positions.flatMap((position) => [
    [`go${position}`, { type: 'boolean' }],
    [`box${position}`, { type: 'object' }],
  ])
  const needs = positions.map((position) => [
    `n${position}`,
    { when: `go${position}`, value: `{box${position}.text}` },
  ])
  const steps = those.map(({ id, join, uses }) => {
    const parts = uses.map(
      (kind, position) =>
        ({ 'required': `{n${position}}`, 'optional': `{n${position}?}`, 'order-only': '', 'none': '' })[kind],
    )
    return [id, { join, value: `text ${parts.join(' ')}` }]
  })
  const connections = positions.map((position) => [
    `n${position}`,
    those.filter(({ uses }) => uses[position] === 'order-only').map(({ id }) => id),
  ])
  return flowText({
    inputs: Object.fromEntries(inputs),
    steps: Object.fromEntries([...needs, ...steps]),
    connections: Object.fromEntries(connections.filter(([, ids]) => ids?.length !== 0)),
  })
}

function inputsFor(ends: readonly Ending[]): Readonly<Record<string, boolean | { readonly text?: string }>> {
  return Object.fromEntries(
    ends.flatMap((ending, position): readonly [string, boolean | { text?: string }][] => [
      [`go${position}`, ending !== 'skipped'],
      [`box${position}`, ending === 'failed' ? {} : { text: `text ${position}` }],
    ]),
  )
}

describe('a step that depends on up to four others', () => {
  const accepted = users.filter(({ join, uses }) => !isRefused(join, uses))
  const flow = compiled(flowOf(accepted))

  test('that end in every way is run, skipped or blocked as the rules say', async () => {
    const seen = { succeeded: 0, skipped: 0, blocked: 0 }
    for (const ends of sequences(endings, NEEDS)) {
      const run = await told(flow, { inputs: inputsFor(ends) })
      const found = statuses(run)
      const expected = Object.fromEntries([
        ...ends.map((ending, position) => [`n${position}`, ending]),
        ...accepted.map(({ id, join, uses }) => [id, outcome(join, uses, ends)]),
      ])
      expect(found, ends.join(' ')).toEqual(expected)
      for (const status of Object.values(found)) if (status !== 'failed') seen[status as keyof typeof seen]++
      // What was skipped names what it could not do without, and nothing else.
      for (const { step, by, condition } of only(run, 'step-skipped')) {
        const user = accepted.find(({ id }) => id === step)
        if (user === undefined) {
          expect([condition, by]).toEqual([`go${step[1]}`, []])
          continue
        }
        const lacks = user.uses.flatMap((kind, position) => {
          const counts = kind === 'required' || (kind === 'optional' && user.join === 'any')
          return counts && ends[position] === 'skipped' ? [`n${position}`] : []
        })
        expect([step, by, condition]).toEqual([step, lacks, null])
      }
    }
    expect(accepted.length).toBeGreaterThan(300)
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(1000)
  })

  test('is refused exactly when it may run without something that it cannot do without', () => {
    const text = flowOf(users)
    const source = sourceOf('flow.yaml', new TextEncoder().encode(text))
    if (!source.ok) throw new Error(source.message)
    const errors = checkSource(source).diagnostics.filter(({ severity }) => severity === 'error')
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['missing-value']))
    const refused = new Set(
      errors.map(({ span }) => [...text.slice(0, span.start).matchAll(/"((?:all|any)_\w+)":/g)].at(-1)?.[1]),
    )
    expect([...refused].sort()).toEqual(
      users
        .filter(({ join, uses }) => isRefused(join, uses))
        .map(({ id }) => id)
        .sort(),
    )
  })
})
