import { compiled } from '../run/front-door.ts'
import { atMost, exponent, inTurns, row, shown, timed } from './figures.ts'

/** Reading and checking a flow as people write it. */
export async function check(): Promise<void> {
  const sizes = [1000, 10_000]
  const times: number[] = []
  for (const size of sizes) {
    const steps = Array.from({ length: size }, (_, step) =>
      step === 0
        ? '  s0: { prompt: "Begin with {topic}" }'
        : `  s${step}: { prompt: "Go on from {s${Math.floor((step - 1) / 2)}}" }`,
    )
    const text = `llmflows: 1\nname: large\nsteps:\n${steps.join('\n')}\n`
    const figures = await inTurns(size === 1000 ? 7 : 3, {
      check: () => timed(() => compiled(text, { maxFlowBytes: 2 ** 30 })),
    })
    times.push(figures.check.median)
    row(`check of ${size} steps`, shown(figures.check))
  }
  row('growth', '', atMost(exponent(sizes, times), 1.1))
}
