import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openSharedLimits } from '../../src/store/shared-limits.ts'
import { systemFiles } from '../../src/store/file-system.ts'
import { homeIn, temporaryFolder } from './folders.ts'

const ACCOUNT = 'https://api.example.com sk-test-not-a-real-key'

/** A folder of one account. */
function folderIn(directory: string): string {
  const limits = join(directory, '.llmflows', 'limits')
  return join(limits, readdirSync(limits)[0]!)
}

describe('processes that call one server with one key', () => {
  test('know how many they are, in an order, and forget those that have ended', () => {
    const directory = temporaryFolder()
    let time = Date.now()
    const open = () => openSharedLimits(homeIn(directory), () => time)
    const limits = [open(), open(), open()]
    const places = limits.map(({ join: joined }) => joined(ACCOUNT))
    time += 300
    const seen = places.map((place) => place.look())
    expect(seen.map(({ others }) => others)).toEqual([2, 2, 2])
    expect(seen.map(({ before }) => before).toSorted()).toEqual([0, 1, 2])
    limits[0]!.close()
    time += 300
    expect(places[1]!.look().others).toBe(1)
    // One that was killed says nothing more.
    time += 31_000
    expect(places[1]!.look().others).toBe(0)
  })

  test('hear once of what another one was told, also when they begin after it', () => {
    const directory = temporaryFolder()
    let time = Date.now()
    const open = () => openSharedLimits(homeIn(directory), () => time).join(ACCOUNT)
    const [first, second] = [open(), open()]
    second.look()
    first.tell({ pauseMs: 5000, gapMs: 100 })
    time += 1000
    expect(second.look().news).toEqual({ pauseMs: 4000, gapMs: 100 })
    time += 300
    expect(second.look().news).toBe(undefined)
    expect(open().look().news).toEqual({ pauseMs: 3700, gapMs: 100 })
    expect(first.look().news).toBe(undefined)
  })

  test('are no neighbours of those with another key', () => {
    const directory = temporaryFolder()
    let time = Date.now()
    const limits = openSharedLimits(homeIn(directory), () => time)
    const [one] = [limits.join('a'), limits.join('b')]
    time += 300
    expect(one.look().others).toBe(0)
  })

  test('leave nothing of the key on the disk', () => {
    const directory = temporaryFolder()
    openSharedLimits(homeIn(directory)).join(ACCOUNT).tell({ pauseMs: 5, gapMs: 5 })
    const folder = folderIn(directory)
    const [name] = readdirSync(folder)
    expect(`${folder} ${name} ${readFileSync(join(folder, name!), 'utf8')}`).not.toMatch(/sk-test|example/)
  })
})

describe('what other processes have written', () => {
  test.each([
    '',
    'nothing',
    '{"llmflows":1',
    '[]',
    'null',
    '{"llmflows":2,"at":1,"until":2,"gap_ms":3}',
    '{"llmflows":1,"at":AT,"until":1e300,"gap_ms":3}',
    '{"llmflows":1,"at":AT,"until":AT,"gap_ms":-3}',
    '{"llmflows":1,"at":AT,"until":AT,"gap_ms":1e9}',
    '{"llmflows":1,"at":"AT","until":AT,"gap_ms":1}',
    `${' '.repeat(5000)}{}`,
  ])('counts for nothing where it is damaged: %j', (text) => {
    const directory = temporaryFolder()
    let time = Date.now()
    const place = openSharedLimits(homeIn(directory), () => time).join(ACCOUNT)
    writeFileSync(join(folderIn(directory), '1-00000000.json'), text.replaceAll('AT', String(time)))
    time += 300
    expect(place.look()).toEqual({ others: 1, before: expect.any(Number), news: undefined })
  })

  test('is removed once it is litter', () => {
    const directory = temporaryFolder()
    let time = Date.now()
    const place = openSharedLimits(homeIn(directory), () => time).join(ACCOUNT)
    const old = join(folderIn(directory), '1-00000000.json')
    writeFileSync(old, '{}')
    utimesSync(old, 1, 1)
    time += 300
    expect(place.look().others).toBe(0)
    expect(readdirSync(folderIn(directory))).not.toContain('1-00000000.json')
  })

  test('cannot be written or read makes a process alone, and nothing worse', () => {
    const broken = (): never => {
      throw Object.assign(new Error('no'), { code: 'EIO' })
    }
    const home = homeIn()
    const fs = { ...systemFiles, open: broken, list: broken, rename: broken }
    const limits = openSharedLimits({ ...home, fs })
    const place = limits.join(ACCOUNT)
    place.tell({ pauseMs: 1, gapMs: 1 })
    expect(place.look()).toEqual({ others: 0, before: 0, news: undefined })
    limits.close()
    const nowhere = openSharedLimits({ ...home, fs: { ...fs, makeFolder: broken } }).join('other')
    expect(nowhere.look().others).toBe(0)
  })
})

test('a process that is alone looks at its folder at most five times a second', () => {
  let time = Date.now()
  let looks = 0
  const home = homeIn()
  const fs = { ...systemFiles, factsAt: (path: string) => (looks++, systemFiles.factsAt(path)) }
  const place = openSharedLimits({ ...home, fs }, () => time).join(ACCOUNT)
  looks = 0
  for (let call = 0; call < 1000; call++) {
    time += 1
    place.look()
  }
  expect(looks).toBeLessThanOrEqual(6)
})
