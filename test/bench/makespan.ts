import { runFlow, type Json } from '../../src/index.ts'
import { atMost, inTurns, row, shown, timed } from './figures.ts'
import { countdown } from './floor.ts'
import { flowOf, inLayers, shapes } from './graphs.ts'

/** How much longer a run takes than its longest way, when only the models take time. */
export async function makespan(): Promise<void> {
  await measure('soundtrack at 50 ms', shapes.soundtracks(9), 50, 4, 9)
  await measure('layered 1,000 at 20 ms', inLayers(1000, 29), 20, 35, 5)
  await measure('layered 1,000 at 5 ms', inLayers(1000, 29), 5, 35, 5)
}

async function measure(
  name: string,
  needs: readonly (readonly number[])[],
  delayMs: number,
  depth: number,
  rounds: number,
): Promise<void> {
  const ideal = delayMs * depth
  const llms: Json = { writer: { provider: 'scripted', answers: [{ answer: 'ok', delay: `${delayMs}ms` }] } }
  const flow = flowOf(needs, () => ({ prompt: 'go on' }), { llms })
  const sleep = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs))
  const figures = await inTurns(rounds, {
    floor: () => timed(() => countdown(flow.graph, sleep)),
    llmflows: () => timed(() => runFlow(flow, { env: {}, maxCalls: Infinity })),
  })
  const { floor, llmflows } = figures
  row(
    name,
    `${shown(llmflows)}  floor ${shown(floor)}  ideal ${ideal}`,
    `${atMost(llmflows.median / ideal, 1.01)}   ${(llmflows.median / floor.median).toFixed(3)} × the floor`,
  )
}
