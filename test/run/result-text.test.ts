import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createResult } from '../../src/run/result.ts'
import { resultText } from '../../src/run/result-text.ts'
import { jsonText } from '../../src/source/json-text.ts'
import { arbitraryRun } from './arbitrary-run.ts'

describe('a result as text', () => {
  test('is what JSON.stringify gives, with a newline, and unseen characters escaped', () => {
    fc.assert(
      fc.property(arbitraryRun, fc.boolean(), (events, compact) => {
        const fold = createResult({ keepRaw: true })
        for (const event of events) fold.apply(event)
        const result = fold.result()
        const pieces = [...resultText(result, { compact })]
        const text = pieces.join('')
        expect(text).toBe(jsonText(result, { compact }) + '\n')
        expect(JSON.stringify(JSON.parse(text), null, compact ? 0 : 2)).toBe(
          JSON.stringify(result, null, compact ? 0 : 2),
        )
        expect(text).not.toMatch(
          /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]|\p{Cs}|[\u{e0000}-\u{e0fff}]/u,
        )
        expect(text.split('\n')).toHaveLength(
          compact ? 2 : JSON.stringify(result, null, 2).split('\n').length + 1,
        )
        // The frame and the totals, then never more than one step at a time.
        expect(pieces.length).toBeGreaterThan(Object.keys(result.steps).length)
      }),
    )
  })

  test('escapes nothing that can be seen', () => {
    const value = { text: 'Grüße "日本" 🎬 ❤️\n\t', list: [1, null, true, {}], empty: [] }
    expect(jsonText(value, { compact: false })).toBe(JSON.stringify(value, null, 2))
    expect(jsonText(value, { compact: true })).toBe(JSON.stringify(value))
  })

  test('escapes what acts on a terminal or hides, so that it can be read back', () => {
    const hidden = '\x7f\x9b\u2028\u202e\u200b\ufeff\ud800\u{e0041}'
    expect(jsonText(hidden, { compact: true })).toBe(
      String.raw`"\u007f\u009b\u2028\u202e\u200b\ufeff\ud800\udb40\udc41"`,
    )
    expect(JSON.parse(jsonText(hidden, { compact: true }))).toBe(hidden)
  })
})
