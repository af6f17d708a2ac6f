import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkSource, indexDocuments, loadFlow, offline, readFlowFile, runFlow } from '../../src/index.ts'

/** What each flow in `flows` is given to run on the embedded model. */
const inputs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'agent.yaml': {},
  'soundtrack.yaml': { topic: 'friendship' },
  'soundtrack-completions.yaml': { topic: 'robots' },
  'haiku.yaml': { topic: 'rain' },
  'digest.yaml': { text: 'The library closed its doors on Monday. Anna missed every book.' },
  'review.yaml': { diff: '--- a/x\n+++ b/x\n-one\n+two\n' },
  'chatbot.yaml': { message: 'Hello, I am Ann' },
  'retrieval.yaml': { question: 'Where do I put my API key?' },
  'launch.yaml': { product: 'a kettle that remembers your tea' },
}

const flows = readdirSync('flows').filter((name) => name.endsWith('.yaml'))

test('every flow that is shipped is tried here', () => {
  expect(flows.toSorted()).toEqual(Object.keys(inputs).toSorted())
})

test.each(flows)('%s is free of errors and warnings', async (name) => {
  const source = await readFlowFile(`flows/${name}`, 100_000)
  if (!source.ok) throw new Error(source.message)
  const { diagnostics } = checkSource(source)
  const serious = diagnostics.filter(({ severity, code }) => severity !== 'note' && code !== 'order-only-connection')
  expect(serious.map(({ message }) => message)).toEqual([])
})

test.each(flows)('%s runs to its end on the embedded model', async (name) => {
  const compiled = offline(await loadFlow(`flows/${name}`))
  for (const store of compiled.flow.vectorStores.keys())
    await indexDocuments(compiled, { store, paths: ['flows/documents'], env: {} })
  const result = await runFlow(compiled, { inputs: inputs[name] ?? {}, env: {} })
  expect(result.status).toBe('succeeded')
  expect(Object.keys(result.outputs).length).toBeGreaterThan(0)
  for (const step of Object.values(result.steps)) expect(step.status, step.name).toBe('succeeded')
})
