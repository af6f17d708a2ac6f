import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { FileSystem } from '../../src/store/file-system.ts'
import { systemFiles } from '../../src/store/file-system.ts'
import { createRun, readRun, resumeRun } from '../../src/store/run-folder.ts'
import type { Json } from '../../src/source/json.ts'
import { asItIs, homeIn, storeErrorOf } from './folders.ts'

const runId = '2026-01-02-030405-abcdef'

async function written(records: readonly Json[]): Promise<{ home: ReturnType<typeof homeIn>; path: string }> {
  const home = homeIn()
  const run = await createRun(home, { runId, about: { flow: 'haiku' }, redact: asItIs })
  for (const record of records) await run.journal.append(record, { durable: true })
  await run.close()
  return { home, path: join(run.folder, 'journal.jsonl') }
}

function recordsOf(home: ReturnType<typeof homeIn>): readonly Json[] {
  const records: Json[] = []
  readRun(home, { runId, onRecord: (record) => records.push(record) })
  return records
}

describe('a journal', () => {
  test('gives back every record in order, whatever text is in it', async () => {
    const records: Json[] = [
      { type: 'step-succeeded', text: 'two\nlines\r\n\u2028 \u0000 \u001b[2J \ud83d\ude00 \ud800' },
      'a text',
      null,
      [1.5, -0.1, 1e300, 12345678901234],
      { 'deep': { __proto__: null, constructor: [{}] }, '{"sum":"': '{"sum":"0123456789abcdef",' },
    ]
    const { home } = await written(records)
    expect(JSON.stringify(recordsOf(home))).toBe(JSON.stringify(records))
  })

  test('is JSON Lines, and says in its first line how it is to be read', async () => {
    const { path } = await written([{ a: 1 }])
    const lines = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    expect(lines).toEqual([
      {
        sum: expect.stringMatching(/^[0-9a-f]{16}$/),
        n: 1,
        synced: 0,
        record: { llmflows_journal: 1, run_id: runId, about: { flow: 'haiku' } },
      },
      { sum: expect.stringMatching(/^[0-9a-f]{16}$/), n: 2, synced: 0, record: { a: 1 } },
    ])
  })

  test('is only for its owner', async () => {
    const { path } = await written([])
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
  })

  test('is written by one call for each record', async () => {
    const sizes: number[] = []
    const fs: FileSystem = {
      ...systemFiles,
      write(file, bytes) {
        sizes.push(bytes.length)
        return systemFiles.write(file, bytes)
      },
    }
    const run = await createRun(homeIn(undefined, fs), { runId, about: null, redact: asItIs })
    sizes.length = 0
    await run.journal.append({ text: 'x'.repeat(200_000) })
    expect(sizes).toEqual([200_065])
    await run.close()
  })

  test('waits for the disk once for outcomes that come together, and again for those that come meanwhile', async () => {
    const waiting: (() => void)[] = []
    const fs: FileSystem = {
      ...systemFiles,
      syncData: () => new Promise((resolve) => waiting.push(resolve)),
    }
    const run = await createRun(homeIn(undefined, fs), { runId, about: null, redact: asItIs })
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
    const safe: number[] = []
    const outcome = (n: number): void => {
      void run.journal.append({ n }, { durable: true }).then(() => safe.push(n))
    }
    for (let n = 0; n < 64; n++) outcome(n)
    await turn()
    expect(waiting).toHaveLength(1)
    outcome(64)
    outcome(65)
    await turn()
    expect(waiting).toHaveLength(1)
    waiting[0]!()
    // The names of folders are waited for as well.
    while (waiting.length < 2) await turn()
    expect(safe).toEqual(Array.from({ length: 64 }, (_, n) => n))
    waiting[1]!()
    await turn()
    expect(safe).toHaveLength(66)
    expect(waiting).toHaveLength(2)
    await run.close()
    expect(waiting).toHaveLength(2)
  })

  test('is brought to the disk when it is closed', async () => {
    let syncs = 0
    const fs: FileSystem = { ...systemFiles, syncData: (file) => (syncs++, systemFiles.syncData(file)) }
    const run = await createRun(homeIn(undefined, fs), { runId, about: null, redact: asItIs })
    await run.journal.append({ n: 1 })
    expect(syncs).toBe(0)
    await run.close()
    await run.close()
    expect(syncs).toBe(1)
  })

  test('holds no secret', async () => {
    const home = homeIn()
    const redact = (text: string): string => text.replaceAll('sk-test-not-a-real-key', '[redacted]')
    const run = await createRun(home, { runId, about: 'sk-test-not-a-real-key', redact })
    await run.journal.append({ prompt: 'my key is sk-test-not-a-real-key' })
    await run.close()
    expect(readFileSync(join(run.folder, 'journal.jsonl'), 'utf8')).not.toContain('sk-test')
    expect(recordsOf(home)).toEqual([{ prompt: 'my key is [redacted]' }])
  })
})

describe('a run that is resumed', () => {
  test('goes on where its journal ends', async () => {
    const { home } = await written([1, 2])
    const records: Json[] = []
    const run = await resumeRun(home, { runId, redact: asItIs, onRecord: (one) => records.push(one) })
    expect(records).toEqual([1, 2])
    await run.journal.append(3, { durable: true })
    await run.close()
    expect(recordsOf(home)).toEqual([1, 2, 3])
  })

  test('loses the line that a crash has torn, and nothing else', async () => {
    const { home, path } = await written([1, 2])
    const { size } = statSync(path)
    appendFileSync(path, '{"sum":"0123456789abcdef","n":4,"syn')
    const run = await resumeRun(home, { runId, redact: asItIs, onRecord: () => {} })
    expect(run.end).toEqual({ lines: 3, bytes: size, droppedBytes: 36 })
    expect(statSync(path).size).toBe(size)
    await run.journal.append(3)
    await run.close()
    expect(recordsOf(home)).toEqual([1, 2, 3])
  })

  test('is one that exists and has recorded something', async () => {
    const { home, path } = await written([])
    const resume = (id: string) => () => resumeRun(home, { runId: id, redact: asItIs, onRecord: () => {} })
    expect(await storeErrorOf(resume('2026-01-02-030405-nobody'))).toMatchObject({ code: 'not-found' })
    expect(await storeErrorOf(resume('../../etc'))).toMatchObject({
      code: 'not-found',
      message: '"../../etc" is no id of a run',
    })
    truncateSync(path, 20)
    expect(await storeErrorOf(resume(runId))).toMatchObject({
      code: 'not-found',
      message: `nothing was recorded of run "${runId}"`,
    })
  })

  test('is refused when a later llmflows has written it, and when the journal is that of another run', async () => {
    const { home, path } = await written([1])
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace('"llmflows_journal":1', '"llmflows_journal":2'))
    expect(await storeErrorOf(() => recordsOf(home))).toMatchObject({
      code: 'newer-format',
      message: `journal "${path}" has format 2, which is not known here`,
    })
    writeFileSync(path, text.replace(runId, '2026-01-02-030405-zzzzzz'))
    expect(await storeErrorOf(() => recordsOf(home))).toMatchObject({
      code: 'damaged',
      message: `journal "${path}" is of run "2026-01-02-030405-zzzzzz", not of "${runId}"`,
    })
  })

  test('brings to the disk what a killed process has left before anything relies on it', async () => {
    const { home, path } = await written([1, 2])
    appendFileSync(path, 'torn')
    const log: string[] = []
    const fs: FileSystem = {
      ...systemFiles,
      cut(file, length) {
        log.push('cut')
        systemFiles.cut(file, length)
      },
      async sync(file) {
        await systemFiles.sync(file)
        log.push(systemFiles.facts(file).size === statSync(path).size ? 'sync journal' : 'sync')
      },
    }
    const run = await resumeRun({ ...home, fs }, { runId, redact: asItIs, onRecord: () => {} })
    expect(log.slice(-2)).toEqual(['cut', 'sync journal'])
    await run.close()
  })

  test('lets through what its reader throws, and can be resumed again', async () => {
    const { home } = await written([1])
    const onRecord = (): void => {
      throw new TypeError('a mistake of the reader')
    }
    await expect(resumeRun(home, { runId, redact: asItIs, onRecord })).rejects.toThrow(TypeError)
    const run = await resumeRun(home, { runId, redact: asItIs, onRecord: () => {} })
    await run.close()
  })

  test('is read wherever the pieces end in which it is read', async () => {
    const piece = 256 * 1024
    for (let end = piece - 3; end <= piece + 3; end++) {
      const { home, path } = await written([])
      const run = await resumeRun(home, { runId, redact: asItIs, onRecord: () => {} })
      const empty = '{"sum":"0123456789abcdef","n":2,"synced":1,"record":""}\n'.length
      await run.journal.append('x'.repeat(end - statSync(path).size - empty))
      expect(statSync(path).size).toBe(end)
      await run.journal.append('after it')
      await run.close()
      expect(recordsOf(home)[1]).toBe('after it')
    }
  })

  test('may be longer than any buffer', async () => {
    const home = homeIn()
    const run = await createRun(home, { runId, about: null, redact: asItIs })
    const sizes = [0, 1, 262_000, 262_144, 1_000_000, 3, 262_143, 5_000_000, 17]
    for (const size of sizes) await run.journal.append('é'.repeat(size))
    await run.close()
    const read: number[] = []
    readRun(home, { runId, onRecord: (record) => read.push((record as string).length) })
    expect(read).toEqual(sizes)
  })
})
