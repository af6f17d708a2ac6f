import { describe, expect, test } from 'vitest'
import { writtenExports } from '../../src/flow/module-exports.ts'

describe('what a module exports can be seen without running it', () => {
  test.each([
    ['export function add() {}', ['add']],
    ['export async function* stream() {}', ['stream']],
    ['export const add = (a, b) => a + b', ['add']],
    ['export default function () {}', ['default']],
    ['export default class Tool {}', ['default']],
    ['const a = 1\nfunction b() {}\nexport { a, b as other }', ['a', 'other']],
    ['export { default } from "./other.js"', ['default']],
    ['export { run as default }', ['default']],
    ['export enum Op { Add }\nexport abstract class Tool {}', ['Op', 'Tool']],
    ['export interface Given { a: number }\nexport type Made = number\nexport const f = () => 1', ['f']],
    ['// export const old = 1\n/* export const older = 1 */\nexport const now = 1', ['now']],
  ])('%j', (text, names) => {
    const found = writtenExports(text)
    expect([...found.names].toSorted()).toEqual(names)
    expect(found.isWhole).toBe(true)
  })
})

test.each([
  'module.exports = { add }',
  'exports.add = () => 1',
  'export * from "./more.js"\nexport const a = 1',
  'export const { a, b } = tools',
  'export const [first] = tools',
  'export const a = 1, b = 2',
  'export = tool',
  '',
  'const add = 1',
])('%j may export more than can be seen, so nothing is said of it', (text) => {
  expect(writtenExports(text).isWhole).toBe(false)
})
