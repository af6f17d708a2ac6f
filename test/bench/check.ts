import { parseDocument } from 'yaml'
import { validateShape } from '../../src/flow/validator.ts'
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
      // What a checker from npm's parts does: the shape, and nothing of names, types, places or edges.
      shape: () => timed(() => void validateShape(parseDocument(text, { uniqueKeys: false }).toJS())),
      unique: () => timed(() => void validateShape(parseDocument(text).toJS())),
    })
    times.push(figures.check.median)
    row(`check of ${size} steps`, shown(figures.check))
    row(
      '  yaml and ajv, shape only',
      shown(figures.shape),
      `${(figures.check.median / figures.shape.median).toFixed(2)} ×`,
    )
    row(
      '  the same with repeated keys found',
      shown(figures.unique),
      `${(figures.check.median / figures.unique.median).toFixed(2)} ×`,
    )
  }
  row('growth', '', atMost(exponent(sizes, times), 1.1))
}
