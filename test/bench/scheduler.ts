import { runFlow } from '../../src/index.ts'
import { atMost, exponent, inTurns, row, shown, timed } from './figures.ts'
import { countdown, memoised } from './floor.ts'
import { flowOf, shapes } from './graphs.ts'

const sizes = [1000, 10_000, 100_000]

/** Steps that take no time: what is left is scheduling, events, records and the result. */
export async function scheduler(): Promise<void> {
  for (const [shape, needsOf] of Object.entries(shapes)) {
    const times: number[] = []
    const floors: number[] = []
    for (const size of sizes) {
      const flow = flowOf(needsOf(size), () => ({ value: 'ok' }))
      const { graph } = flow
      const step = async (): Promise<string> => 'ok'
      let events = 0
      const figures = await inTurns(size === 100_000 ? 3 : 9, {
        floor: () => timed(() => countdown(graph, step)),
        promises: () => timed(() => memoised(graph, step)),
        llmflows: () =>
          timed(async () => {
            const { status } = await runFlow(flow, { env: {}, reporters: [{ onEvent: () => void events++ }] })
            if (status !== 'succeeded') throw new Error(status)
          }),
      })
      const { floor, promises, llmflows } = figures
      times.push(llmflows.median)
      floors.push(floor.median)
      row(
        `${shape} of ${size}`,
        `${shown(llmflows)}  floor ${shown(floor)}  promises ${shown(promises)}`,
        atMost(llmflows.median / floor.median, 4),
      )
    }
    row(
      `${shape}: growth`,
      `floor ${exponent(sizes, floors).toFixed(2)}`,
      atMost(exponent(sizes, times), 1.05),
    )
  }
}
