import type { Input } from '../flow/flow.ts'
import type { Json } from '../source/json.ts'
import { readFlowOrder, type FlowOrder, type FlowRequest } from './flow-order.ts'
import type { WrittenInputs } from './input-options.ts'
import type { Io } from './io.ts'
import { endKeeping, keepRun, type Keeping } from './kept-run.ts'
import { performRun } from './perform-run.ts'
import { valueOf } from './input-text.ts'
import { runVerb, type RunTexts } from './run-options.ts'

/** Reads the flow, then the command line in its light, then runs it. */
export async function runFlowFile(request: FlowRequest, io: Io): Promise<void> {
  const order = await readFlowOrder<RunTexts>(runVerb, request, io)
  if (order === undefined) return
  const { inputs, path, texts } = order
  const { flow } = order.compiled
  const keeping = await keepRun({ ...order, path, texts }, io)
  for (const [name, value] of Object.entries(keeping.session?.recollection?.started?.inputs ?? {}))
    if (flow.inputs.has(name) && !inputs.has(name)) inputs.set(name, value)
  try {
    await askAndRun(order, keeping, io)
  } finally {
    await endKeeping(keeping, io)
  }
}

/** What is missing is asked for on a terminal. */
async function askAndRun(order: FlowOrder<RunTexts>, keeping: Keeping, io: Io): Promise<void> {
  const { inputs } = order
  const { flow } = order.compiled
  const missing = [...flow.inputs.values()].filter((input) => isMissing(input, inputs))
  if (missing.length > 0 && io.isInteractive) {
    const { askFor } = await import('./ask.ts')
    const asked: WrittenInputs = new Map()
    const interrupted = await askFor(missing, asked, io)
    if (interrupted !== undefined) {
      io.setExitCode(interrupted)
      return
    }
    for (const input of missing) {
      const texts = asked.get(input.name)
      // What is typed is meant as it stands: `-` and `@` mean something on a command line only.
      if (texts !== undefined) inputs.set(input.name, valueOf(texts, input))
    }
  }
  await performRun({ ...order, keeping }, io)
}

function isMissing(input: Input, inputs: ReadonlyMap<string, Json>): boolean {
  return input.default === undefined && !inputs.has(input.name)
}
