import { expect, test } from 'vitest'
import { diagnoseExample } from '../../src/cli/explained-example.ts'
import { catalogue, type Code } from '../../src/diagnostics/catalogue.ts'
import { examples } from '../../src/diagnostics/examples.ts'

const codes = Object.keys(catalogue) as Code[]

test.each(codes)('the wrong example of %s has that mistake and no other, the right one has none', (code) => {
  const { wrong, right } = examples[code]
  expect(diagnoseExample(code, wrong).map((diagnostic) => diagnostic.code)).toEqual([code])
  expect(diagnoseExample(code, right)).toEqual([])
})
