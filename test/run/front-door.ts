import {
  checkSource,
  renderDiagnostics,
  runFlow,
  sourceOf,
  type CompiledFlow,
  type LoadOptions,
  type RunEvent,
  type RunOptions,
  type RunResult,
} from '../../src/index.ts'
import { plainPalette } from '../../src/source/palette.ts'
import { HeldWorld } from './held-world.ts'

/** The flow that a text describes; fails with the rendered diagnostics when it has mistakes. */
export function compiled(text: string, options: LoadOptions = {}): CompiledFlow {
  const source = sourceOf('flow.yaml', new TextEncoder().encode(text))
  if (!source.ok) throw new Error(source.message)
  const { compiled: flow, diagnostics } = checkSource(source, options)
  if (flow === undefined) throw new Error(renderDiagnostics(diagnostics, { colour: plainPalette }))
  return flow
}

export interface Told {
  readonly events: readonly RunEvent[]
  readonly result: RunResult
}

/** Runs a flow in held time and keeps what it tells. */
export async function told(
  flow: CompiledFlow | string,
  options: Omit<RunOptions, 'world'> & { readonly world?: HeldWorld } = {},
): Promise<Told> {
  const world = options.world ?? new HeldWorld()
  const events: RunEvent[] = []
  const run = runFlow(typeof flow === 'string' ? compiled(flow) : flow, {
    ...options,
    world,
    reporters: [{ onEvent: (event) => void events.push(event) }, ...(options.reporters ?? [])],
  })
  return { events, result: await world.finish(run) }
}

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>

/** The events of one type, of one step if it is named. */
export function only<Type extends RunEvent['type']>(
  { events }: Told,
  type: Type,
  step?: string,
): readonly EventOf<Type>[] {
  return events.filter(
    (event): event is EventOf<Type> =>
      event.type === type && (step === undefined || ('step' in event && event.step === step)),
  )
}

/** A flow as text; JSON is YAML. */
export function flowText(parts: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ llmflows: 1, name: 'test', ...parts })
}

/** Number of calls that a run made. */
export function calls(run: Told): number {
  return only(run, 'attempt-started').length
}

/** Status of each step, in file order. */
export function statuses({ result }: Told): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(result.steps).map(([id, { status }]) => [id, status]))
}
