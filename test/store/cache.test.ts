import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openCache, type Cache } from '../../src/store/cache.ts'
import { cacheStats, clearCache, pruneCache } from '../../src/store/cache-upkeep.ts'
import { contentKey } from '../../src/store/canonical-json.ts'
import type { Home } from '../../src/store/home.ts'
import type { Json } from '../../src/source/json.ts'
import { asItIs, homeIn } from './folders.ts'

const key = contentKey({ prompt: 'a haiku about rain' })
const answer = { text: 'rain\nfalls', usage: { input_tokens: 5 } }
const day = 24 * 3600 * 1000
const now = Date.UTC(2026, 0, 20)

function cacheOf(home: Home): Cache {
  return openCache(home, { redact: asItIs, now: () => now })
}

function fileOf(home: Home, of = key): string {
  return join(home.path, 'cache', of.slice(0, 2), `${of}.json`)
}

/** Puts a value that was last used some days ago. */
async function putOld(home: Home, value: Json, days: number): Promise<string> {
  const of = contentKey(value)
  await cacheOf(home).put(of, value)
  const path = fileOf(home, of)
  utimesSync(path, new Date(now), new Date(now - days * day))
  return path
}

describe('the cache', () => {
  test('gives back what was put, in any process, and is only for its owner', async () => {
    const home = homeIn()
    expect(cacheOf(home).get(key)).toEqual({ isHit: false, warning: undefined })
    expect(await cacheOf(home).put(key, answer)).toBeUndefined()
    expect(cacheOf(home).get(key)).toEqual({ isHit: true, value: answer })
    expect(statSync(fileOf(home)).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(fileOf(home))).mode & 0o777).toBe(0o700)
    expect(readdirSync(dirname(fileOf(home)))).toEqual([`${key}.json`])
  })

  test('never gives an entry that is damaged at any byte, nor one that is cut', async () => {
    const home = homeIn()
    await cacheOf(home).put(key, answer)
    const path = fileOf(home)
    const whole = readFileSync(path)
    const damaged = {
      isHit: false,
      warning: {
        code: 'damaged',
        message: `cache entry "${path}" is damaged; it is not used`,
      },
    }
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1 << (at % 8)
      writeFileSync(path, bytes)
      expect(cacheOf(home).get(key)).toMatchObject(damaged)
      writeFileSync(path, whole.subarray(0, at))
      expect(cacheOf(home).get(key)).toMatchObject(damaged)
    }
    writeFileSync(path, Buffer.concat([whole, Buffer.from('\n')]))
    expect(cacheOf(home).get(key)).toMatchObject(damaged)
    expect(await cacheOf(home).put(key, answer)).toBeUndefined()
    expect(cacheOf(home).get(key)).toEqual({ isHit: true, value: answer })
  })

  test('never gives the entry of another key', async () => {
    const home = homeIn()
    const other = `${key.slice(0, 2)}${contentKey('another').slice(2)}`
    await cacheOf(home).put(other, 'another answer')
    renameSync(fileOf(home, other), fileOf(home))
    expect(cacheOf(home).get(key)).toMatchObject({
      isHit: false,
      warning: { message: `cache entry "${fileOf(home)}" answers another key; it is not used` },
    })
  })

  test('follows no link, reads no pipe and nothing that is too large', async () => {
    const home = homeIn()
    await cacheOf(home).put(key, answer)
    const path = fileOf(home)
    renameSync(path, `${path}.elsewhere`)
    symlinkSync(`${path}.elsewhere`, path)
    expect(cacheOf(home).get(key)).toMatchObject({ isHit: false, warning: { code: 'unsafe' } })
    // A put replaces the link, not what it leads to.
    await cacheOf(home).put(key, 'new')
    expect(cacheOf(home).get(key)).toEqual({ isHit: true, value: 'new' })
    writeFileSync(path, Buffer.alloc(16 * 1024 * 1024 + 1))
    expect(cacheOf(home).get(key)).toMatchObject({ isHit: false, warning: { code: 'damaged' } })
    expect(await cacheOf(home).put(key, 'x'.repeat(16 * 1024 * 1024))).toMatchObject({ code: 'too-large' })
    renameSync(path, `${path}.large`)
    spawnSync('mkfifo', [path])
    expect(cacheOf(home).get(key)).toMatchObject({ isHit: false, warning: { code: 'damaged' } })
    renameSync(path, `${path}.pipe`)
    mkdirSync(path)
    expect(cacheOf(home).get(key)).toMatchObject({ isHit: false, warning: { code: 'damaged' } })
    expect(await cacheOf(home).put(key, answer)).toBeDefined()
  })

  test('keeps no answer with a secret in it, since that would not be the answer any more', async () => {
    const home = homeIn()
    const redact = (text: string): string => text.replaceAll('sk-test-not-a-real-key', '[redacted]')
    const cache = openCache(home, { redact, now: () => now })
    expect(await cache.put(key, { text: 'it is sk-test-not-a-real-key' })).toBeUndefined()
    expect(cache.get(key)).toEqual({ isHit: false, warning: undefined })
    expect(cacheStats(home).entries).toBe(0)
  })

  test('takes only keys as they are made here', () => {
    expect(() => cacheOf(homeIn()).get('../../../etc/passwd')).toThrow(RangeError)
  })

  test('notes a use once a day', async () => {
    const home = homeIn()
    const path = await putOld(home, 'x', 3)
    cacheOf(home).get(contentKey('x'))
    expect(statSync(path).mtimeMs).toBe(now)
    utimesSync(path, new Date(now), new Date(now - day / 2))
    cacheOf(home).get(contentKey('x'))
    expect(statSync(path).mtimeMs).toBe(now - day / 2)
  })
})

describe('the upkeep of the cache', () => {
  test('counts nothing where nothing is', () => {
    const home = homeIn()
    expect(cacheStats(home)).toEqual({ entries: 0, bytes: 0, oldestMs: undefined })
    expect(clearCache(home)).toEqual({ entries: 0, bytes: 0 })
    expect(pruneCache(home, { now })).toEqual({ entries: 0, bytes: 0 })
  })

  test('counts and clears entries, and leaves alone what is not the cache’s', async () => {
    const home = homeIn()
    const paths = [await putOld(home, 'a', 1), await putOld(home, 'bb', 7), await putOld(home, 'ccc', 2)]
    const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0)
    const notes = join(dirname(paths[0]!), 'notes.txt')
    writeFileSync(notes, 'mine')
    expect(cacheStats(home)).toEqual({ entries: 3, bytes, oldestMs: now - 7 * day })
    expect(clearCache(home)).toEqual({ entries: 3, bytes })
    expect(cacheStats(home).entries).toBe(0)
    expect(readFileSync(notes, 'utf8')).toBe('mine')
  })

  test('prunes by age', async () => {
    const home = homeIn()
    await putOld(home, 'a', 1)
    const old = statSync(await putOld(home, 'b', 31)).size
    expect(pruneCache(home, { maxAgeMs: 30 * day, now })).toEqual({ entries: 1, bytes: old })
    expect(cacheOf(home).get(contentKey('a')).isHit).toBe(true)
    expect(cacheOf(home).get(contentKey('b')).isHit).toBe(false)
  })

  test('prunes to a size, the least recently used first', async () => {
    const home = homeIn()
    for (const [value, days] of [
      ['a', 5],
      ['b', 1],
      ['c', 9],
      ['d', 3],
    ] as const)
      await putOld(home, value, days)
    const { bytes } = cacheStats(home)
    expect(pruneCache(home, { maxBytes: bytes / 2, now })).toEqual({ entries: 2, bytes: bytes / 2 })
    expect(['a', 'b', 'c', 'd'].filter((value) => cacheOf(home).get(contentKey(value)).isHit)).toEqual([
      'b',
      'd',
    ])
    expect(pruneCache(home, { maxBytes: 0, now }).entries).toBe(2)
  })

  test('takes away what a killed process has left, but not what is being written', async () => {
    const home = homeIn()
    const folder = dirname(await putOld(home, 'a', 0))
    const [left, fresh] = [join(folder, `.${'0'.repeat(16)}.tmp`), join(folder, `.${'1'.repeat(16)}.tmp`)]
    writeFileSync(left, 'half')
    writeFileSync(fresh, 'half')
    utimesSync(left, new Date(now), new Date(now - 2 * 3600 * 1000))
    utimesSync(fresh, new Date(now), new Date(now))
    expect(cacheStats(home).entries).toBe(1)
    expect(pruneCache(home, { now })).toEqual({ entries: 0, bytes: 4 })
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([`.${'1'.repeat(16)}.tmp`])
  })
})
