import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadFlow } from '../../src/graph/load.ts'
import { indexDocuments } from '../../src/run/index-documents.ts'
import { runFlow } from '../../src/run/run-flow.ts'

const root = join(import.meta.dirname, '../..')
const flowPath = join(root, 'flows/retrieval.yaml')
const home = process.cwd()

// The store is in the working folder.
beforeAll(() => process.chdir(mkdtempSync(join(tmpdir(), 'llmflows-retrieval-'))))
afterAll(() => process.chdir(home))

/** A question, and what stands in the passage that answers it. */
const questions: readonly (readonly [question: string, answer: string])[] = [
  ['What does exit code 1 mean?', 'The exit code says how'],
  ['Can I run a flow offline, without a key?', 'With `--offline` a tiny'],
  ['How do I print just one value and not the whole JSON?', '--select outputs.title'],
  ['How do I watch the steps start and end?', '`--verbose` writes a line'],
  ['What happens when I press Ctrl-C?', 'Press Ctrl-C once'],
  ['Is a call tried again when the server is overloaded?', 'A call that failed is tried again'],
  ['Do other branches go on after a failure?', 'Whatever depends on the failed step'],
  ['Can the result file be left half written?', 'writes the whole file or none'],
  ['What does a question mark in a placeholder mean?', 'A name in braces'],
  ['Which steps run side by side?', 'Nobody draws arrows'],
  ['How do I run the same prompt for every item of a list?', 'With `for_each` a step runs'],
  ['How can a step be skipped?', '`when` holds an expression'],
  ['Can I keep a long prompt in a separate file?', 'A long prompt can live'],
  ['How do I paste JSON into a prompt?', 'Program code and JSON may be pasted'],
  ['How many dollars will a run cost?', '`llmflows plan` sends nothing'],
  ['Which price is used when I have my own price list?', 'A table of list prices'],
  ['Where do I put my API key?', 'Keys come from environment variables'],
  ['How do I allow a flow to call another host?', 'A flow may call this machine'],
  ['Are keys hidden in error messages?', 'Values of keys are blacked out'],
  ["Can a model's answer be run as a command?", 'An answer is inserted once'],
]

test('of 20 questions about the documents in flows/, at least 18 find the right passage first, with no key and no network', async () => {
  const { fetch } = globalThis
  globalThis.fetch = () => Promise.reject(new Error('the network'))
  try {
    const flow = await loadFlow(flowPath)
    const filling = await indexDocuments(flow, {
      store: 'docs',
      paths: [join(root, 'flows/documents')],
      env: {},
    })
    expect(filling).toMatchObject({ files: 3, documents: 24, written: 24, cost: 0 })
    const wrong: string[] = []
    for (const [question, answer] of questions) {
      const { outputs } = await runFlow(flow, { inputs: { question }, env: {} })
      expect(outputs['passages']).toHaveLength(3)
      if (!JSON.stringify(outputs['answer']).replaceAll('\\"', '"').includes(answer)) wrong.push(question)
    }
    expect(questions).toHaveLength(20)
    expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(2)
  } finally {
    globalThis.fetch = fetch
  }
})
