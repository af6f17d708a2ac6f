import { expect, test } from 'vitest'
import { httpError, retryAfter } from '../../src/llms/http-error.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')

const wish = (headers: Readonly<Record<string, string>>) => retryAfter((name) => headers[name] ?? null, NOW)

test.each([
  ['0', 0],
  ['2', 2000],
  ['0.5', 500],
  [' 7 ', 7000],
  ['Thu, 01 Jan 2026 00:01:30 GMT', 90_000],
  ['Thu, 01 Jan 2020 00:00:00 GMT', 0],
  ['abc', undefined],
  ['', undefined],
  ['-5', undefined],
  ['NaN', undefined],
  ['Infinity', undefined],
  ['1e9', undefined],
  ['99999999999999999999', undefined],
  ['2026', 2_026_000],
])('retry-after "%s" means %s ms', (header, ms) => {
  expect(wish({ 'retry-after': header })).toBe(ms)
})

test('retry-after-ms comes first, when it is a number', () => {
  expect(wish({ 'retry-after-ms': '250', 'retry-after': '9' })).toBe(250)
  expect(wish({ 'retry-after-ms': 'soon', 'retry-after': '9' })).toBe(9000)
})

const message = (error: unknown, redact = (text: string) => text) =>
  httpError({ origin: 'https://api.example', status: 400, error, header: () => null, nowMs: NOW, redact })
    .message

test("the server's words are found wherever it puts them", () => {
  expect(message({ message: 'a' })).toBe('https://api.example answered 400: a')
  expect(message('b')).toBe('https://api.example answered 400: b')
  expect(message({ detail: 'c' })).toBe('https://api.example answered 400: c')
  expect(message({ detail: { error: { message: 'd' } } })).toBe('https://api.example answered 400: d')
  expect(message({ message: ['e', 1] })).toBe('https://api.example answered 400: ["e",1]')
  expect(message({})).toBe('https://api.example answered 400')
  expect(message(null)).toBe('https://api.example answered 400')
})

test('a message is short, and has no control characters but line breaks', () => {
  expect(message('a\u001b[2J\r\nb\tc\u0007\u009b')).toBe('https://api.example answered 400: a [2J\nb c  ')
  const long = message({ message: 'x'.repeat(10_000), param: 'temperature' })
  expect(long.length).toBeLessThanOrEqual(500)
  expect(long).toMatch(/x… \(parameter "temperature"\)$/)
})

test('a secret is taken out before a message is cut, so that no half of it stays', () => {
  const secret = 'not-a-real-key-but-a-long-one'
  for (let length = 320; length < 370; length++) {
    const text = message(`${'x'.repeat(length)}${secret}`, (all) => all.replaceAll(secret, '[redacted]'))
    expect(text).not.toContain('not-a')
  }
})
