import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { diagnoseFixed, goldenCases, keyOf, mendedSettings } from './golden.ts'

const cases = goldenCases.map((golden) => [keyOf(golden), golden] as const)

/** A fix that touches more lines than this is no answer to one mistake. */
const mostLines = 3

// What the help of these asks for is long by its nature: a whole flow, or a second one moved out of the file.
const longFixes: ReadonlySet<string> = new Set([
  'empty-file/comments-only',
  'empty-file/document-mark-only',
  'empty-file/nothing',
  'not-text/picture',
  'wrong-type/flow-is-a-list',
  'wrong-type/flow-is-a-text',
  'yaml-syntax/second-document',
  'yaml-value/billion-laughs',
])

describe('a flow validates once the help is followed:', () => {
  test.each(cases)('%s', (_, golden) => {
    expect(existsSync(golden.fixedPath)).toBe(true)
    expect(diagnoseFixed(golden).map(({ code, message }) => `${code}: ${message}`)).toEqual([])
  })
})

describe('the fix is as small as the mistake:', () => {
  test.each(cases)('%s', (key, golden) => {
    const wrong = readFileSync(golden.flowPath, 'utf8')
    const fixed = readFileSync(golden.fixedPath, 'utf8')
    if (mendedSettings.has(key)) {
      expect(fixed).toBe(wrong)
    } else {
      expect(fixed).not.toBe(wrong)
      const changed = changedLines(wrong.split('\n'), fixed.split('\n'))
      if (longFixes.has(key)) expect(changed).toBeGreaterThan(mostLines)
      else expect(changed).toBeLessThanOrEqual(mostLines)
    }
  })
})

/** How many lines of the longer side are in no longest common run of both, in order. */
function changedLines(before: readonly string[], after: readonly string[]): number {
  // Each row holds, for one more line of `before`, the lengths for all beginnings of `after`.
  let row = [0, ...after.map(() => 0)]
  for (const line of before) {
    const next = [0]
    for (const [at, other] of after.entries()) {
      const best = Math.max(row[at + 1] ?? 0, next[at] ?? 0)
      next.push(line === other ? (row[at] ?? 0) + 1 : best)
    }
    row = next
  }
  return Math.max(before.length, after.length) - (row.at(-1) ?? 0)
}
