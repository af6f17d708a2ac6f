import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { resultText, runFlow, type Json } from '../../src/index.ts'
import { atMost, row } from './figures.ts'
import { flowOf } from './graphs.ts'

/** Writing the result of 100,000 steps: how long, how much memory, and whether the event loop waits for it. */
export async function result(): Promise<void> {
  const size = 100_000
  const needs = Array.from({ length: size }, () => [])
  const text = 'word '.repeat(200)
  const llms: Json = { writer: { provider: 'scripted', answers: [{ answer: text }] } }
  const flow = flowOf(needs, () => ({ prompt: 'go on' }), { llms })
  const run = await runFlow(flow, { env: {}, maxCalls: Infinity })
  const before = process.memoryUsage().rss
  let peak = before
  let longest = 0
  let bytes = 0
  let isDone = false
  const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20)
  const watching = (async () => {
    for (let last = performance.now(); !isDone;) {
      await nextTurn()
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
    }
  })()
  const begin = performance.now()
  const out = createWriteStream('/dev/null')
  let chunk = ''
  for (const piece of resultText(run, { compact: false })) {
    chunk += piece
    if (chunk.length < 64 * 1024) continue
    bytes += chunk.length
    if (!out.write(chunk)) await once(out, 'drain')
    chunk = ''
  }
  out.end(chunk)
  await once(out, 'finish')
  const time = performance.now() - begin
  isDone = true
  clearInterval(sampling)
  await watching
  const megabytes = (count: number): string => `${Math.round(count / 2 ** 20)} MB`
  row(`result of ${size} steps`, `${time.toFixed(0)} ms, ${megabytes(bytes)}`)
  row('memory above the run’s own', megabytes(peak - before), atMost((peak - before) / 2 ** 20, 100))
  row('longest block of the event loop, ms', longest.toFixed(1), atMost(longest, 20))
}
