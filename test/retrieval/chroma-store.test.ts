import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ChromaClient } from 'chromadb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openChroma } from '../../src/retrieval/chroma-store.ts'
import { systemWorld } from '../../src/run/system-world.ts'
import { freePort } from './free-port.ts'
import { entry, options, storeLaws, vector } from './store-laws.ts'

// The server of the package chromadb, in a process of its own that ends with the tests.
let server: ChildProcess
let folder: string
let url: URL

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'llmflows-chroma-'))
  const port = await freePort()
  url = new URL(`http://localhost:${port}`)
  const program = join(import.meta.dirname, '../../node_modules/chromadb/dist/cli.mjs')
  const args = ['run', '--path', folder, '--host', 'localhost', '--port', String(port)]
  server = spawn(process.execPath, [program, ...args], { stdio: 'ignore' })
  // Nothing says when it is ready but that it answers.
  for (let tries = 0; tries < 200; tries++) {
    const isUp = await fetch(`${url.origin}/api/v2/heartbeat`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isUp) return
    await pause(100)
  }
  throw new Error('the Chroma server does not answer')
}, 60_000)

afterAll(async () => {
  const ended = new Promise((resolve) => server.once('exit', resolve))
  server.kill()
  await ended
  rmSync(folder, { recursive: true, force: true })
})

const world = systemWorld({})
const redact = (text: string): string => text

describe('a real Chroma', () => {
  storeLaws('chroma', async (name, model = 'm') =>
    openChroma({ name, collection: `c_${name}`, model, place: { url }, redact, world }),
  )
})

test('a collection that llmflows has not made is not touched', async () => {
  const collections = `${url.origin}/api/v2/tenants/default_tenant/databases/default_database/collections`
  const made = await fetch(collections, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'theirs', metadata: { owner: 'someone' } }),
  })
  expect(made.ok).toBe(true)
  const store = openChroma({ name: 'wiki', collection: 'theirs', model: 'm', place: { url }, redact, world })
  await expect(store.upsert([entry('a', [1, 0])], options)).rejects.toThrow(/was not made by llmflows/)
  await expect(store.search({ vector: vector(1, 0), topK: 1 }, options)).rejects.toThrow(
    /was not made by llmflows/,
  )
})

test("what is written, Chroma's own client reads", async () => {
  const store = openChroma({ name: 'wiki', collection: 'ours', model: 'm', place: { url }, redact, world })
  await store.upsert([entry('a', [1, 0], { metadata: { year: 2020 } })], options)
  const client = new ChromaClient({ host: 'localhost', port: Number(url.port) })
  const collection = await client.getCollection({
    name: 'ours',
    embeddingFunction: { generate: () => Promise.reject(new Error('not asked')) },
  })
  expect(await collection.get({ ids: ['a'] })).toMatchObject({
    documents: ['text of a'],
    metadatas: [{ year: 2020 }],
  })
})

test('where nobody answers is a failure that may pass', async () => {
  const place = { url: new URL('http://127.0.0.1:1') }
  const store = openChroma({ name: 'wiki', collection: 'none', model: 'm', place, redact, world })
  await expect(store.count(options)).rejects.toMatchObject({ code: 'connection-failed', retryable: true })
})
