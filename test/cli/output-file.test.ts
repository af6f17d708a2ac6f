import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { prepareOutputFile } from '../../src/cli/output-file.ts'

describe('an output file', () => {
  test('is untouched, and leaves nothing beside it, when writing breaks off', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmflows-output-'))
    const path = join(folder, 'out.json')
    writeFileSync(path, 'before')
    const file = await prepareOutputFile(path)
    function* broken(): Generator<string> {
      yield 'x'.repeat(100_000)
      throw new Error('no more')
    }
    await expect(file.write(broken())).rejects.toThrow('no more')
    expect(readFileSync(path, 'utf8')).toBe('before')
    expect(readdirSync(folder)).toEqual(['out.json'])
  })

  test('is not made before there is something to write', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmflows-output-'))
    const file = await prepareOutputFile(join(folder, 'out.json'))
    expect(readdirSync(folder)).toEqual([])
    await file.write(['a', 'b'])
    expect(readFileSync(join(folder, 'out.json'), 'utf8')).toBe('ab')
  })
})
