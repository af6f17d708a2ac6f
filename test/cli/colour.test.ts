import { expect, test } from 'vitest'
import { colourChoice, colourLevel } from '../../src/cli/colour.ts'

const terminal = { isTTY: true, getColorDepth: () => 24 }
const pipe = {}

test.each([
  [terminal, {}, undefined, 3],
  [terminal, { TERM: 'dumb' }, undefined, 0],
  [terminal, { NO_COLOR: '1' }, undefined, 0],
  [terminal, { NO_COLOR: '1', FORCE_COLOR: '3' }, undefined, 0],
  [terminal, { NO_COLOR: '' }, undefined, 3],
  [terminal, { FORCE_COLOR: '1' }, undefined, 1],
  [terminal, {}, 'never', 0],
  [terminal, { NO_COLOR: '1' }, 'always', 3],
  [pipe, {}, undefined, 0],
  [pipe, { FORCE_COLOR: '' }, undefined, 1],
  [pipe, { FORCE_COLOR: 'true' }, undefined, 1],
  [pipe, { FORCE_COLOR: '2' }, undefined, 2],
  [pipe, { FORCE_COLOR: 'false' }, undefined, 0],
  [pipe, {}, 'always', 1],
  [pipe, {}, 'auto', 0],
] as const)('%j with %j and --color %s has colour level %i', (stream, env, choice, level) => {
  expect(colourLevel(stream, { choice, env })).toBe(level)
})

test('a stream is asked without the variables that were heard already', () => {
  let asked: object | undefined
  const stream = {
    isTTY: true,
    getColorDepth: (env?: object) => {
      asked = env
      return 4
    },
  }
  expect(colourLevel(stream, { choice: undefined, env: { NO_COLOR: '', TERM: 'xterm' } })).toBe(1)
  expect(asked).toEqual({ TERM: 'xterm' })
})

test.each([
  [['run', 'f', '--color', 'always'], 'always'],
  [['run', '--color=never', 'f', '--color=always'], 'always'],
  [['run', '--', '--color=always'], undefined],
  [['run', '--topic=--color'], undefined],
])('the choice in %j is %s', (args, choice) => {
  expect(colourChoice(args)).toBe(choice)
})
