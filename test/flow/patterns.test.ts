import { describe, expect, test } from 'vitest'
import { sourceOf } from '../../src/document/flow-file.ts'
import { GlobSearch } from '../../src/flow/glob.ts'
import { checkSource } from '../../src/graph/load.ts'

function matches(pattern: string, name: string): boolean {
  return new GlobSearch().among(pattern, [name]).length === 1
}

describe('a pattern', () => {
  test.each([
    ['*', '', true],
    ['*', 'anything', true],
    ['line_*', 'line_', true],
    ['line_*', 'lin_1', false],
    ['*_end', 'the_end', true],
    ['aba*aba', 'aba', false],
    ['aba*aba', 'abaaba', true],
    ['a*b*c', 'a_b_b_c', true],
    ['a*b*c', 'a_c_b', false],
    ['a*bc*bc', 'abcbc', true],
    ['a*bc*bc', 'abc', false],
    ['**', 'x', true],
    ['a**b', 'ab', true],
  ])('%s against "%s": %s', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected)
  })

  test('finds what a regular expression finds', () => {
    const words = (signs: string, most: number): string[] => {
      const all = ['']
      for (const word of all) if (word.length < most) for (const sign of signs) all.push(word + sign)
      return all
    }
    const names = words('ab', 5)
    for (const pattern of words('ab*', 5)) {
      const like = new RegExp(`^${pattern.replaceAll('*', '.*')}$`)
      expect(new GlobSearch().among(pattern, names), pattern).toEqual(names.filter((name) => like.test(name)))
    }
  })
})

function errorsOf(text: string): readonly string[] {
  const source = sourceOf('flow.yaml', new TextEncoder().encode(text))
  if (!source.ok) throw new Error(source.message)
  return checkSource(source)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code, message }) => `${code}: ${message}`)
}

function flow(steps: number, rest: string): string {
  const lines = Array.from({ length: steps }, (_, index) => `  s${index}: { value: x }\n`)
  return `llmflows: 1\nname: many\nsteps:\n${lines.join('')}${rest}`
}

describe('a flow that would take minutes to check is refused', () => {
  const each = (count: number, line: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => line(index)).join('')

  test('when there are thousands of patterns for thousands of steps', () => {
    const connections = `connections:\n${each(8000, (index) => `  s*${index}: s0\n`)}`
    expect(errorsOf(flow(8000, connections))).toEqual([
      'out-of-range: the patterns of "connections" take too long to look up',
    ])
  })

  test('when every step is connected with every other', () => {
    expect(errorsOf(flow(4000, 'connections: { "s*": "s*" }\n'))).toEqual([
      'out-of-range: the connections are more than 1000000',
    ])
  })

  test('when patterns of many stars are put to many outputs', () => {
    const long = 'a'.repeat(60)
    const steps = each(3000, (index) => `  ${long}${index}: { value: x }\n`)
    const outputs = each(3000, (index) => `  - "*a*a*a*a*b${index}*"\n`)
    const errors = errorsOf(`llmflows: 1\nname: many\nsteps:\n${steps}outputs:\n${outputs}`)
    expect(errors.at(-1)).toBe('out-of-range: the patterns of "outputs" take too long to look up')
    expect(errors.length).toBeLessThan(100)
  })

  test.each([5000, 1])('when the items of %i steps have millions of output keys', (count) => {
    const items = count === 1 ? 1_000_000_000 : 200
    const steps = each(
      count,
      (index) => `  s${index}: { for_each: ${items}, value: x, output_key: "k${index}_{index}" }\n`,
    )
    expect(errorsOf(`llmflows: 1\nname: many\nsteps:\n${steps}`)).toContain(
      'too-many-items: the steps give more than 500000 output keys',
    )
  })

  test('and one with hundreds of them is not', () => {
    const connections = `connections:\n${each(300, (index) => `  s*${index}: last\n`)}  "s*": last\n`
    expect(errorsOf(flow(300, `  last: { value: y }\n${connections}`))).toEqual([])
  })
})
