import { afterAll, beforeAll, expect, test } from 'vitest'
import { harness, killedAtCall, killedAtRandom, logOf, run, type Harness } from './kill-harness.ts'

let kit: Harness

beforeAll(async () => void (kit = await harness()))
afterAll(() => kit.end())

test('a process that is killed at any time repeats no call that was answered, and at most those in flight', async () => {
  for (let round = 0; round < 10; round++) expect((await killedAtRandom(kit)).wrong).toEqual([])
})

test('a process that is killed before any call of the file system does so as well', async () => {
  let kills = 0
  for (let call = 0; call < 80; call += 9) {
    const verdict = await killedAtCall(kit, call)
    expect(verdict.wrong).toEqual([])
    kills += verdict.kills
  }
  expect(kills).toBeGreaterThan(5)
})

test('eight processes use one cache, while each of them prunes it', async () => {
  const folder = kit.newFolder()
  const ended = await Promise.all(Array.from({ length: 8 }, () => run(kit, folder, { args: ['share'] })))
  expect(ended.map(({ stderr }) => stderr)).toEqual(Array.from({ length: 8 }, () => ''))
  const log = logOf(folder)
  expect(log.filter((line) => line !== 'hit')).toEqual([])
  expect(log.length).toBeGreaterThan(100)
})

test('of eight processes one resumes the run that a killed one has left, and the others are refused', async () => {
  const folder = kit.newFolder()
  expect((await run(kit, folder, { args: ['flow', '50'] })).signal).toBe('SIGKILL')
  const before = logOf(folder).length
  await Promise.all(Array.from({ length: 8 }, () => run(kit, folder, { args: ['hold'] })))
  expect(logOf(folder).slice(before).toSorted()).toEqual([
    'held',
    ...Array.from({ length: 7 }, () => 'run-held'),
  ])
})

test('a record for which there is no room leaves no half of it, and the run goes on where there is', async () => {
  const folder = kit.newFolder()
  expect((await run(kit, folder, { args: ['fill'], maxFileBlocks: 20 })).stderr).toBe('')
  const log = logOf(folder)
  expect(log.at(-1)).toBe('disk-full the file would be too large')
  const safe = log.filter((line) => line.startsWith('safe')).map((line) => line.slice('safe '.length))
  expect(safe.length).toBeGreaterThan(5)
  expect((await run(kit, folder, { args: ['fill'] })).stderr).toBe('')
  const found = logOf(folder).filter((line) => line.startsWith('found'))
  expect(found).toEqual(safe.map((step) => `found ${step}`))
  expect(logOf(folder).filter((line) => line === 'safe 99')).toHaveLength(1)
})
