import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { catalogue } from '../../src/diagnostics/catalogue.ts'
import { diagnose, expectedText, goldenCases, rendered } from './golden.ts'

// UPDATE_GOLDEN=1 writes what llmflows says now; read the difference before you commit it.
const updates = process.env['UPDATE_GOLDEN'] === '1'

describe('one mistake gives one diagnostic, said exactly like this:', () => {
  test.each(goldenCases.map((golden) => [`${golden.folder}/${golden.name}`, golden] as const))(
    '%s',
    (_, golden) => {
      const text = rendered(golden)
      if (updates) writeFileSync(golden.textPath, text)
      expect(diagnose(golden).map(({ code }) => code)).toEqual([golden.folder])
      expect(text).toBe(expectedText(golden))
    },
  )
})

test('every code has a flow that provokes it, and no flow stands under another name', () => {
  expect([...new Set(goldenCases.map(({ folder }) => folder))].sort()).toEqual(Object.keys(catalogue).sort())
})

test('a key that stands in a flow is in no message about it', () => {
  const flows = goldenCases.filter(({ folder }) => folder === 'key-in-flow')
  expect(flows.length).toBeGreaterThan(4)
  for (const golden of flows) expect(rendered(golden)).not.toMatch(/not-a-real-key|0a1b2c3d/)
})

test('a message is lower case, without a full stop, and speaks of no machinery', () => {
  for (const golden of goldenCases) {
    for (const { message, help, related = [] } of diagnose(golden)) {
      for (const text of [message, help, ...related.map((one) => one.message)]) {
        if (text === undefined) continue
        expect(text).toMatch(/^["{]|^[^A-Z]/)
        expect(text).not.toMatch(
          /\.$|undefined|\bnull\b|NaN|instancePath|additionalProperties (?:must|should)|\bschema\b(?!")/,
        )
      }
    }
  }
})
