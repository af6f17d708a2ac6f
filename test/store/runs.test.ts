import { appendFileSync, existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Home } from '../../src/store/home.ts'
import { createRun, resumeRun } from '../../src/store/run-folder.ts'
import { listRuns, pruneRuns } from '../../src/store/runs.ts'
import type { Json } from '../../src/source/json.ts'
import { asItIs, homeIn, processes, storeErrorOf } from './folders.ts'

const hour = 3600 * 1000

async function keep(home: Home, runId: string, records: readonly Json[]): Promise<string> {
  const run = await createRun(home, { runId, about: { flow: 'haiku', run: runId }, redact: asItIs })
  for (const record of records) await run.journal.append(record)
  await run.close()
  return run.folder
}

describe('the list of runs', () => {
  test('tells each run from the first and the last line of its journal, the newest first', async () => {
    const home = homeIn()
    expect(await listRuns(home)).toEqual([])
    await keep(home, '2026-01-02-000000-aaaaaa', [{ type: 'x' }, { type: 'run-finished', status: 'failed' }])
    await keep(home, '2026-01-03-000000-aaaaaa', [])
    await keep(home, '2026-01-01-000000-aaaaaa', ['x'.repeat(70_000)])
    const torn = await keep(home, '2025-01-01-000000-aaaaaa', [{ type: 'run-finished' }])
    appendFileSync(join(torn, 'journal.jsonl'), '{"sum')
    const runs = await listRuns(home)
    expect(runs.map(({ runId, last }) => [runId, last])).toEqual([
      ['2026-01-03-000000-aaaaaa', undefined],
      ['2026-01-02-000000-aaaaaa', { type: 'run-finished', status: 'failed' }],
      ['2026-01-01-000000-aaaaaa', undefined],
      ['2025-01-01-000000-aaaaaa', undefined],
    ])
    expect(runs[2]).toMatchObject({
      about: { flow: 'haiku', run: '2026-01-01-000000-aaaaaa' },
      folder: join(home.path, 'runs', '2026-01-01-000000-aaaaaa'),
      holder: undefined,
    })
    expect(runs[2]!.bytes).toBeGreaterThan(70_000)
  })

  test('names the process that works on a run', async () => {
    const home = homeIn()
    const run = await createRun(home, { runId: 'a', about: null, redact: asItIs })
    expect((await listRuns(home))[0]?.holder).toEqual(processes.self)
    await run.close()
    expect((await listRuns(home))[0]?.holder).toBeUndefined()
  })

  test('shows what can be told of a run that is damaged, and nothing that is no run', async () => {
    const home = homeIn()
    const folder = await keep(home, 'b', [{ type: 'run-finished' }])
    writeFileSync(join(folder, 'journal.jsonl'), 'no journal\n')
    writeFileSync(join(folder, 'lock-1'), 'no lock')
    mkdirSync(join(home.path, 'runs', 'a'))
    writeFileSync(join(home.path, 'runs', 'c'), '')
    expect(await listRuns(home)).toMatchObject([
      { runId: 'b', about: undefined, last: undefined, holder: undefined },
    ])
  })
})

describe('pruning runs', () => {
  test('keeps the newest', async () => {
    const home = homeIn()
    for (const runId of ['a', 'd', 'b', 'c']) await keep(home, runId, [1])
    expect(await pruneRuns(home, { keep: 2, now: 0 })).toEqual(['b', 'a'])
    expect((await listRuns(home)).map(({ runId }) => runId)).toEqual(['d', 'c'])
  })

  test('removes what is old', async () => {
    const home = homeIn()
    for (const [index, runId] of ['a', 'b', 'c'].entries()) {
      const folder = await keep(home, runId, [1])
      utimesSync(join(folder, 'journal.jsonl'), new Date(0), new Date(index * hour))
    }
    expect(await pruneRuns(home, { maxAgeMs: 2 * hour, now: 3.5 * hour })).toEqual(['b', 'a'])
    expect(existsSync(join(home.path, 'runs', 'a'))).toBe(false)
  })

  test('leaves a run alone that a process works on', async () => {
    const home = homeIn()
    const run = await createRun(home, { runId: 'a', about: null, redact: asItIs })
    expect(await pruneRuns(home, { keep: 0, now: 0 })).toEqual([])
    await run.journal.append('goes on', { durable: true })
    await run.close()
    expect(await pruneRuns(home, { keep: 0, now: 0 })).toEqual(['a'])
    const resume = () => resumeRun(home, { runId: 'a', redact: asItIs, onRecord: () => {} })
    expect(await storeErrorOf(resume)).toMatchObject({ code: 'not-found' })
  })

  test('takes away what an earlier one did not live to remove', async () => {
    const home = homeIn()
    await keep(home, 'a', [])
    const half = join(home.path, 'runs', `.${'0'.repeat(16)}.pruned`)
    mkdirSync(half)
    writeFileSync(join(half, 'journal.jsonl'), 'half')
    expect(await pruneRuns(home, { now: 0 })).toEqual([])
    expect(existsSync(half)).toBe(false)
    expect(await listRuns(home)).toHaveLength(1)
  })
})
