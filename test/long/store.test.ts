import { afterAll, beforeAll, expect, test } from 'vitest'
import { harness, killedAtCall, killedAtRandom, logOf, run, type Harness } from '../store/kill-harness.ts'

/** The suites 6, 7 and 11 of the store at the counts of a release; `STORE_ROUNDS` multiplies them. */
const rounds = Number(process.env['STORE_ROUNDS'] ?? 1)
const minutes = 60_000

let kit: Harness

beforeAll(async () => void (kit = await harness()))
afterAll(() => kit.end())

test(
  '150 runs that are killed at random times lose nothing and pay nothing twice',
  { timeout: 10 * minutes * rounds },
  async () => {
    let [kills, repeated, worst] = [0, 0, 0]
    for (let round = 0; round < 150 * rounds; round++) {
      const verdict = await killedAtRandom(kit)
      expect(verdict.wrong).toEqual([])
      kills += verdict.kills
      repeated += verdict.repeated
      if (verdict.kills > 0) worst = Math.max(worst, verdict.repeated / verdict.kills)
    }
    console.log(
      `${150 * rounds} runs, ${kills} kills, ${repeated} calls repeated: ${(repeated / kills).toFixed(2)} a kill, ${worst} at worst`,
    )
    expect(kills).toBeGreaterThan(150 * rounds)
  },
)

test(
  'a run that is killed before each single call of the file system ends as any other',
  { timeout: 10 * minutes },
  async () => {
    let call = 0
    for (; ; call++) {
      const verdict = await killedAtCall(kit, call)
      expect(verdict.wrong).toEqual([])
      if (verdict.kills === 0) break
    }
    console.log(`${call} calls`)
    expect(call).toBeGreaterThan(60)
  },
)

test('twenty times eight processes use one cache', { timeout: 10 * minutes * rounds }, async () => {
  for (let round = 0; round < 20 * rounds; round++) {
    const folder = kit.newFolder()
    await Promise.all(Array.from({ length: 8 }, () => run(kit, folder, { args: ['share'] })))
    expect(logOf(folder).filter((line) => line !== 'hit')).toEqual([])
  }
})
