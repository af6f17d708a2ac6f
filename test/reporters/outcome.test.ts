import { expect, test } from 'vitest'
import { errorText } from '../../src/reporters/outcome.ts'

test('what a server said at length is shortened in its middle, and cannot act on a terminal', () => {
  const text = errorText(`api.example answered 400: ${'long '.repeat(90)}\u001b[2J; it asks to wait 2 hours`)
  expect(text).toHaveLength(200)
  expect(text).toMatch(/^api\.example answered 400: .*….*␛\[2J; it asks to wait 2 hours$/)
  expect(errorText('x'.repeat(200))).toBe('x'.repeat(200))
})
