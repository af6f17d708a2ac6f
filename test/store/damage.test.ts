import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/source/json.ts'
import { createRun, readRun } from '../../src/store/run-folder.ts'
import { StoreError } from '../../src/store/store-error.ts'
import { asItIs, homeIn, storeErrorOf, temporaryFolder } from './folders.ts'

const runId = 'damage'
const records: readonly Json[] = Array.from({ length: 9 }, (_, n) => ({ n, text: `answer ${n}\n`.repeat(n) }))

/** The bytes of a journal that was closed, and where each of its lines ends. */
async function example(): Promise<{ readonly whole: Buffer; readonly ends: readonly number[] }> {
  const whole = await journalOf(runId)
  return { whole, ends: [...whole].flatMap((byte, at) => (byte === 0x0a ? [at + 1] : [])) }
}

async function journalOf(id: string): Promise<Buffer> {
  const run = await createRun(homeIn(), { runId: id, about: null, redact: asItIs })
  for (const record of records) await run.journal.append(record, { durable: true })
  await run.close()
  return readFileSync(join(run.folder, 'journal.jsonl'))
}

/** A reader of whatever bytes are in the place of a journal. */
async function reader(): Promise<(bytes: Uint8Array) => readonly Json[]> {
  const home = homeIn(temporaryFolder())
  const run = await createRun(home, { runId, about: null, redact: asItIs })
  await run.close()
  const path = join(run.folder, 'journal.jsonl')
  return (bytes) => {
    writeFileSync(path, bytes)
    const read: Json[] = []
    readRun(home, { runId, onRecord: (record) => read.push(record) })
    return read
  }
}

function linesOf(bytes: Buffer): Buffer[] {
  return bytes
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => Buffer.from(`${line}\n`))
}

describe('a journal that', () => {
  test('ends at any byte gives every record that was whole', async () => {
    const { whole, ends } = await example()
    const read = await reader()
    for (let size = 0; size < whole.length; size++) {
      const complete = ends.filter((end) => end <= size).length
      if (complete === 0)
        expect((await storeErrorOf(() => read(whole.subarray(0, size)))).code).toBe('not-found')
      else expect(read(whole.subarray(0, size))).toEqual(records.slice(0, complete - 1))
    }
  })

  test('has any bit turned over is an error that names the place, but in the last line it is a torn line', async () => {
    const { whole, ends } = await example()
    const read = await reader()
    const lastStart = ends.at(-2)!
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1 << (at % 8)
      if (at >= lastStart) {
        expect(read(bytes)).toEqual(records.slice(0, -1))
        continue
      }
      const error = await storeErrorOf(() => read(bytes))
      const line = ends.findIndex((end) => at < end)
      if (error.code === 'newer-format') expect(line).toBe(0)
      else
        expect(error).toMatchObject({
          code: 'damaged',
          line: line + 1,
          offset: line === 0 ? 0 : ends[line - 1],
        })
    }
  })

  test('lacks a line, has one twice or two in the wrong order is an error that names the place', async () => {
    const { whole, ends } = await example()
    const read = await reader()
    for (let at = 1; at < ends.length - 1; at++) {
      const [missing, doubled, swapped] = [linesOf(whole), linesOf(whole), linesOf(whole)]
      missing.splice(at, 1)
      doubled.splice(at, 0, doubled[at]!)
      swapped.splice(at, 2, swapped[at + 1]!, swapped[at]!)
      for (const [wrong, line] of [
        [missing, at + 1],
        [doubled, at + 2],
        [swapped, at + 1],
      ] as const)
        expect(await storeErrorOf(() => read(Buffer.concat(wrong)))).toMatchObject({ code: 'damaged', line })
    }
  })

  test('has a line of another run is an error', async () => {
    const { whole, ends } = await example()
    const read = await reader()
    const foreign = linesOf(await journalOf('another'))
    for (let at = 1; at < ends.length - 1; at++) {
      const wrong = linesOf(whole)
      wrong[at] = foreign[at]!
      expect(await storeErrorOf(() => read(Buffer.concat(wrong)))).toMatchObject({
        code: 'damaged',
        line: at + 1,
      })
    }
  })

  test('says in one sentence what is wrong and in another what to do', async () => {
    const { whole, ends } = await example()
    const read = await reader()
    const bytes = Buffer.from(whole)
    bytes[ends[2]! + 40]! ^= 1
    const error = await storeErrorOf(() => read(bytes))
    expect(error).toBeInstanceOf(StoreError)
    expect(error.message.replace(error.path, 'PATH')).toBe(
      `journal "PATH" is damaged at byte ${ends[2]}: line 4 is not what was written`,
    )
    expect(error.help).toMatch(/^what it recorded cannot be trusted/)
  })

  test('is no journal at all never stops the reader', async () => {
    const { whole } = await example()
    const read = await reader()
    const inputs = [
      Buffer.alloc(100_000),
      Buffer.alloc(100_000, '\n'),
      Buffer.from('[]\n{}\nnull\n'),
      Buffer.from('{"record":null}\n{"record":{"llmflows_journal":"1"}}\n'),
      Buffer.from('{"sum":"'.repeat(2000)),
      Buffer.concat([whole, Buffer.alloc(5000), Buffer.from('\n{}\n')]),
    ]
    for (const input of inputs.slice(0, -1))
      expect((await storeErrorOf(() => read(input))).code).toBe('not-found')
    expect(read(inputs.at(-1)!)).toEqual(records)
  })
})
