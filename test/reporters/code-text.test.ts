import { expect, test } from 'vitest'
import { codeText } from '../../src/reporters/code-text.ts'

test.each([
  [{ function: './tools/calc.ts#add', with: {} }, 'function tools/calc.ts#add'],
  [{ command: ['wc', '-w'] }, 'command wc -w'],
  [{ command: ['echo', 'two words', '\u001b[2J'] }, 'command echo "two words" "\\u001b[2J"'],
  [{ command: ['echo', 'x'.repeat(100)] }, `command echo ${'x'.repeat(55)}…`],
  [{ store: 'wiki' }, undefined],
  [undefined, undefined],
])('%j is shown as %s', (request, text) => {
  expect(codeText(request)).toBe(text)
})
