import { runFlow, type Json } from '../../src/index.ts'
import { openLlm } from '../../src/llms/open.ts'
import { systemWorld } from '../../src/run/system-world.ts'
import { atMost, inTurns, row, shown, timed, type Figure } from './figures.ts'
import { flowOf } from './graphs.ts'
import { withModelServer } from './model-server.ts'

const CALLS = 5000
const IN_FLIGHT = 1000

/** Calls a second with a thousand in flight, against a model that takes 50 ms. */
export async function http(): Promise<void> {
  await withModelServer(50, async (url) => {
    const llms: Json = {
      writer: { provider: 'openai-compatible', model: 'm', base_url: url, max_tokens: 10 },
    }
    const needs = Array.from({ length: CALLS }, () => [])
    const flow = flowOf(needs, () => ({ prompt: 'go on' }), { llms })
    const config = flow.flow.llms.get('writer')!
    const world = systemWorld({})
    const llm = await openLlm(config, { world, allowHosts: [] })
    const { signal } = new AbortController()
    const call = (): Promise<unknown> =>
      llm.call(
        { messages: [{ role: 'user', content: 'go on' }], sampling: config.sampling },
        { signal, onFirstToken: () => {} },
      )

    const figures = await inTurns(3, {
      client: () =>
        timed(async () => {
          let left = CALLS
          const worker = async (): Promise<void> => {
            while (left-- > 0) await call()
          }
          await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
        }),
      llmflows: () =>
        timed(async () => {
          const { status } = await runFlow(flow, { env: {}, maxConcurrency: IN_FLIGHT, maxCalls: CALLS })
          if (status !== 'succeeded') throw new Error(status)
        }),
    })
    const { client, llmflows } = figures
    const perSecond = ({ median }: Figure): number => (CALLS / median) * 1000
    row(
      `${CALLS} calls through the openai client alone`,
      shown(client),
      `${perSecond(client).toFixed(0)} a second`,
    )
    row(
      `${CALLS} calls through a run`,
      shown(llmflows),
      `${perSecond(llmflows).toFixed(0)} a second   goal ≥ 3000`,
    )
    row('a run beside the client alone', '', atMost(llmflows.median / client.median, 1.11))
    await memory(flow)
  })
}

/** What a call in flight holds, of this process's heap. */
async function memory(flow: ReturnType<typeof flowOf>): Promise<void> {
  let open = 0
  const before = process.memoryUsage()
  let heap = 0
  let resident = 0
  await runFlow(flow, {
    env: {},
    maxConcurrency: IN_FLIGHT,
    maxCalls: CALLS,
    reporters: [
      {
        onEvent: ({ type }) => {
          if (type === 'attempt-finished') open--
          if (type !== 'attempt-started' || ++open !== IN_FLIGHT || heap !== 0) return
          globalThis.gc?.()
          const now = process.memoryUsage()
          heap = now.heapUsed - before.heapUsed
          resident = now.rss
        },
      },
    ],
  })
  row(`memory with ${IN_FLIGHT} calls in flight`, `${Math.round(resident / 2 ** 20)} MB resident`)
  row('heap a call, KB', (heap / IN_FLIGHT / 1024).toFixed(1), atMost(heap / IN_FLIGHT / 1024, 16))
}
