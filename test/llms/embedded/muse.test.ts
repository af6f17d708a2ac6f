import * as fs from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import { loadMuse } from '../../../src/llms/embedded/muse.ts'

vi.mock('node:fs/promises', { spy: true })

test('the model is read once, and again only when it could not be read', async () => {
  vi.mocked(fs.readFile).mockRejectedValueOnce(new Error('EMFILE: too many open files'))
  await expect(loadMuse()).rejects.toThrow(/^cannot load the embedded model .*muse\.gguf: EMFILE/)
  const [first, second] = await Promise.all([loadMuse(), loadMuse()])
  expect(first.tokenizer).toBeDefined()
  expect(second).toBe(first)
  expect(await loadMuse()).toBe(first)
  expect(fs.readFile).toHaveBeenCalledTimes(2)
})
