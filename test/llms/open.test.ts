import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { checkLlm, endpointOf, openLlm } from '../../src/llms/open.ts'
import { startFaultServer } from '../servers/fault-server.ts'
import { faults } from '../servers/faults.ts'
import { llmConfig, stillWorld } from './world.ts'

const env = { OPENAI_API_KEY: 'sk-test-not-a-real-key' }

test('what checkLlm finds, openLlm refuses with the same words and the help', async () => {
  const problem = checkLlm(llmConfig(), { env: {}, allowHosts: [] })
  expect(problem?.code).toBe('missing-key')
  await expect(openLlm(llmConfig(), { world: stillWorld(), allowHosts: [] })).rejects.toMatchObject({
    name: 'LlmError',
    code: 'request-refused',
    retryable: false,
    message: `${problem?.message}\n${problem?.help}`,
  })
})

test('nothing speaks against an LLM with its key, nor against one that works in this process', () => {
  expect(checkLlm(llmConfig(), { env, allowHosts: [] })).toBeUndefined()
  expect(checkLlm(llmConfig({ provider: 'scripted' }), { env: {}, allowHosts: [] })).toBeUndefined()
  expect(checkLlm(llmConfig({ provider: 'embedded' }), { env: {}, allowHosts: [] })).toBeUndefined()
})

test('an unknown provider is a problem that names the known ones', () => {
  expect(checkLlm(llmConfig({ provider: 'constructor' }), { env, allowHosts: [] })).toMatchObject({
    code: 'unknown-provider',
    message: 'llm "writer" has an unknown provider "constructor"',
    help: expect.stringMatching(/^providers: openai, azure-openai, openai-compatible, ollama, .*embedded/),
  })
})

test('where calls go can be shown before the first one', () => {
  const options = { env, allowHosts: [] }
  expect(endpointOf(llmConfig(), options)).toEqual({ url: 'https://api.openai.com/v1', isDefault: true })
  const elsewhere = { env: { ...env, OPENAI_BASE_URL: 'https://gateway.example/v1' }, allowHosts: [] }
  expect(endpointOf(llmConfig(), elsewhere)).toEqual({ url: 'https://gateway.example/v1', isDefault: false })
  expect(endpointOf(llmConfig({ provider: 'scripted' }), options)).toBeUndefined()
  expect(endpointOf(llmConfig({ baseUrl: 'https://evil.example' }), options)).toBeUndefined()
})

test("a call loads neither Node's fetch nor TLS, and lets the process end", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmflows-'))
  const server = await startFaultServer(faults['a stream'])
  try {
    const entry = new URL('../../src/llms/open.ts', import.meta.url).pathname
    await build({
      entryPoints: [entry],
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      outdir: folder,
    })
    const script = `
      import { openLlm } from ${JSON.stringify(pathToFileURL(join(folder, 'open.js')))}
      const world = { env: {}, random: Math.random, clock: { date: () => new Date() } }
      const config = ${JSON.stringify(llmConfig({ baseUrl: server.baseUrl }))}
      const llm = await openLlm(config, { world, allowHosts: [] })
      const request = { messages: [{ role: 'user', content: 'Hi' }], sampling: { maxTokens: 1 } }
      const { text } = await llm.call(request, { signal: new AbortController().signal, onFirstToken() {} })
      const loaded = process.moduleLoadList.filter((name) => /deps\\/undici|NativeModule (https|tls)$/.test(name))
      console.log(JSON.stringify({ text, loaded }))`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
    expect(JSON.parse(stdout)).toEqual({ text: 'Hello there', loaded: [] })
  } finally {
    await server.close()
    rmSync(folder, { recursive: true })
  }
})
