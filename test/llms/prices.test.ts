import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { renderDiagnostics } from '../../src/diagnostics/render.ts'
import { priceTable } from '../../src/llms/price-table.ts'
import { dollarsFor, priceOf } from '../../src/llms/prices.ts'
import { providerNames } from '../../src/flow/providers.ts'
import { readUserPrices } from '../../src/llms/user-prices.ts'
import { SourceFile } from '../../src/source/source-file.ts'
import { llmflows } from '../cli/plain-io.ts'
import { llmConfig } from './world.ts'

const price = { input: 3, output: 15 }

describe('the price of an llm', () => {
  test('is in the table for the models that are known, also under a name with a date', () => {
    const listed = { input: 0.15, output: 0.6, source: 'table', checked: '2025-07-04' }
    expect(priceOf(llmConfig({ model: 'gpt-4o-mini' }))).toEqual(listed)
    expect(priceOf(llmConfig({ model: 'gpt-4o-mini-2024-07-18' }))).toEqual(listed)
  })

  test.each([
    ['anthropic', 'claude-sonnet-4-5-20250929', { input: 3, output: 15 }],
    ['google', 'gemini-2.5-flash', { input: 0.3, output: 2.5 }],
    ['cohere', 'command-a-03-2025', { input: 2.5, output: 10 }],
  ])('of %s for %s is in the table', (provider, model, expected) => {
    expect(priceOf(llmConfig({ provider, model }))).toMatchObject({ ...expected, source: 'table' })
  })

  test.each(['gpt-4o-mini-latest', 'gpt-4o-mini-0718', 'gpt-4o-mini-2024-07-18-mine', 'gpt-4', 'x'])(
    'is not guessed from a name that only begins alike: %s',
    (model) => {
      expect(priceOf(llmConfig({ model: `${model}-x` }))).toBeUndefined()
      if (model !== 'gpt-4') expect(priceOf(llmConfig({ model }))).toBeUndefined()
    },
  )

  test('of a dated model that cost something else is its own', () => {
    expect(priceOf(llmConfig({ model: 'gpt-4o-2024-05-13' }))?.input).toBe(5)
    expect(priceOf(llmConfig({ model: 'gpt-4o-2024-08-06' }))?.input).toBe(2.5)
  })

  test('is that of its provider, and at another address that of nobody', () => {
    expect(priceOf(llmConfig({ provider: 'openrouter' }))).toBeUndefined()
    expect(priceOf(llmConfig({ provider: 'no-such-provider' }))).toBeUndefined()
    expect(priceOf(llmConfig({ baseUrl: 'http://127.0.0.1:1/v1' }))).toBeUndefined()
  })

  test('is what is configured, whatever the table says', () => {
    expect(priceOf(llmConfig({ price }))).toEqual({ ...price, source: 'configured' })
    expect(priceOf(llmConfig({ price, baseUrl: 'http://127.0.0.1:1/v1' }))?.input).toBe(3)
    expect(priceOf(llmConfig({ price, provider: 'ollama' }))?.input).toBe(3)
  })

  test.each(['ollama', 'lmstudio', 'vllm', 'llama-cpp', 'local', 'scripted', 'embedded'])(
    'is nothing with %s',
    (provider) => {
      expect(priceOf(llmConfig({ provider, model: 'any' }))).toEqual({ input: 0, output: 0, source: 'local' })
    },
  )

  test('is for a million tokens', () => {
    expect(dollarsFor(price, 2_000_000, 100_000)).toBeCloseTo(7.5, 12)
  })
})

test('the table names providers that there are, each model once, with a day and prices that can be', () => {
  for (const [provider, { page, models }] of Object.entries(priceTable)) {
    expect(providerNames).toContain(provider)
    expect(page).toMatch(/^https:/)
    expect(new Set(models.map(([model]) => model)).size).toBe(models.length)
    for (const [model, input, output, checked] of models) {
      expect(checked, model).toMatch(/^20\d\d-[01]\d-[0-3]\d$/)
      expect(input, model).toBeGreaterThan(0)
      if (model.startsWith('text-embedding-')) expect(output, model).toBe(0)
      else expect(output, model).toBeGreaterThanOrEqual(input)
      expect(model).not.toMatch(/latest/)
    }
  }
})

describe('a price file', () => {
  const read = (text: string) => readUserPrices(new SourceFile('prices.yaml', text))

  test('gives prices by provider and model', () => {
    const { prices, diagnostics } = read(
      'openai: { gpt-4o-mini: { input: 1, output: 2 } }\nopenrouter:\n  a/b: { input: 0, output: 0 }\n',
    )
    expect(diagnostics).toEqual([])
    expect(prices.get('openai')?.get('gpt-4o-mini')).toEqual({ input: 1, output: 2 })
    expect(prices.get('openrouter')?.get('a/b')).toEqual({ input: 0, output: 0 })
  })

  test.each(['', '# openai: {}\n', 'null\n'])('that holds nothing gives nothing: %j', (text) => {
    expect(read(text)).toEqual({ prices: new Map(), diagnostics: [] })
  })

  test.each([
    ['opnai: { m: { input: 1, output: 2 } }', 'there is no provider "opnai"', 'did you mean "openai"?'],
    ['openai: { m: { input: 1 } }', 'the price of "m" has no "output"', 'write it like openai:'],
    ['openai: { m: { input: 1, output: 2, cached: 3 } }', 'the price of "m" has no "cached"', 'write it'],
    ['openai: { m: { input: "1", output: 2 } }', '"input" must be a number', 'write it like'],
    ['openai: { m: { input: -1, output: 2 } }', '"input" must not be negative', ''],
    ['openai: { m: 3 }', 'the price of "m" must be a mapping', 'write it like'],
    ['openai: 3', '"openai" must be a mapping', 'write it like'],
    ['3', 'the price file must be a mapping', 'write it like'],
    ['openai: {', 'prices.yaml:1:', ''],
  ])('that says %s is refused in one sentence', (text, message, help) => {
    const { prices, diagnostics } = read(text)
    expect(prices.size).toBe(0)
    expect(diagnostics).toHaveLength(1)
    const said = renderDiagnostics(diagnostics)
    expect(said).toContain(message)
    expect(said).toContain(help)
  })
})

describe('a run', () => {
  const flow = (more = '') => `llmflows: 1
name: one
llms: { a: { provider: openai, model: m${more} } }
steps: { one: { prompt: Hello } }
`
  const prices = 'openai: { m: { input: 1000000, output: 0 } }\n'

  function files(text: string): { readonly folder: string; readonly path: string } {
    const folder = mkdtempSync(join(tmpdir(), 'llmflows-prices-'))
    mkdirSync(join(folder, 'llmflows'))
    const path = join(folder, 'llmflows', 'prices.yaml')
    writeFileSync(path, text)
    return { folder, path }
  }

  const priceIn = async (env: Record<string, string>, stdin = flow()) =>
    (JSON.parse((await llmflows(['plan', '-', '-f', 'json'], { stdin, env })).stdout) as Planned).steps[0]
      ?.llm.price
  interface Planned {
    readonly steps: readonly { readonly llm: { readonly price: unknown } }[]
  }
  const own = { input: 1_000_000, output: 0, source: 'configured' }

  test('takes the prices of the user, and those of the flow before them', async () => {
    const { folder, path } = files(prices)
    expect(await priceIn({})).toBeNull()
    expect(await priceIn({ LLMFLOWS_PRICES: path })).toEqual(own)
    expect(await priceIn({ XDG_CONFIG_HOME: folder })).toEqual(own)
    const ofFlow = flow(', price: { input: 1, output: 1 }')
    expect(await priceIn({ LLMFLOWS_PRICES: path }, ofFlow)).toMatchObject({ input: 1 })
    // A file that is named counts instead of the usual one.
    expect(await priceIn({ LLMFLOWS_PRICES: files('{}').path, XDG_CONFIG_HOME: folder })).toBeNull()
  })

  test.each(['plan', 'run'])('is refused with a price file that is wrong, by %s', async (command) => {
    const { path } = files('openai: { m: { input: cheap, output: 0 } }')
    const wrong = await llmflows([command, '-'], { stdin: flow(), env: { LLMFLOWS_PRICES: path } })
    expect(wrong.stderr).toContain(`prices.yaml:1:23 error[wrong-type]: "input" must be a number\n`)
    expect([wrong.stdout, wrong.exitCode]).toEqual(['', 2])
    const missing = await llmflows([command, '-'], {
      stdin: flow(),
      env: { LLMFLOWS_PRICES: 'no-such.yaml' },
    })
    expect(missing.stderr).toBe(
      'error: price file "no-such.yaml" does not exist\n  help: LLMFLOWS_PRICES names it; correct or unset that variable\n',
    )
    expect(missing.exitCode).toBe(2)
  })

  test('is refused with a folder for a price file', async () => {
    const { stderr, exitCode } = await llmflows(['plan', '-'], {
      stdin: flow(),
      env: { LLMFLOWS_PRICES: tmpdir() },
    })
    expect(stderr).toMatch(/^error: price file ".*" is a folder\n/)
    expect(exitCode).toBe(2)
  })

  test('does not mind that there is no price file where one might be', async () => {
    expect(await priceIn({ HOME: join(tmpdir(), 'no-such-home') })).toBeNull()
  })
})
