import type { Step } from '../../flow/flow.ts'
import { jsonText } from '../../source/json-text.ts'
import type { CompiledFlow } from '../compile.ts'
import { markedPath, type Happened, type StepHappened } from './happened.ts'

/**
 * The graph as JSON, for programs. Steps and edges are in the order of the file; `run` is there when there was one. Flows
 * inside are drawn under `flows`, each once, by the file that steps name under `flow`.
 */
export function drawJson(compiled: CompiledFlow, happened: Happened | undefined): string {
  const inner = new Map<string, CompiledFlow>()
  const open = [...compiled.inner.values()]
  for (const one of open) {
    if (inner.has(one.flow.source.path)) continue
    inner.set(one.flow.source.path, one)
    open.push(...one.inner.values())
  }
  const drawing = {
    ...drawingOf(compiled, happened),
    ...(inner.size > 0 && {
      flows: Object.fromEntries([...inner].map(([path, one]) => [path, drawingOf(one, undefined)])),
    }),
    ...(happened !== undefined && {
      run: { status: happened.status, execution_time: happened.seconds },
    }),
  }
  return jsonText(drawing, { compact: false }) + '\n'
}

function drawingOf({ flow, graph }: CompiledFlow, happened: Happened | undefined): object {
  const idOf = (node: number): string => flow.steps[node]?.id ?? ''
  const path = markedPath(graph, happened)
  const critical = new Set(path)
  return {
    flow: flow.name,
    steps: flow.steps.map((step, node) => ({
      id: step.id,
      name: step.name.text,
      kind: step.kind,
      llm: step.kind === 'llm' ? step.llm.name : null,
      ...(step.kind === 'flow' && { flow: step.flow.source.path, repeat: step.repeat?.max ?? null }),
      output_key: step.outputKey,
      items: itemsOf(step),
      critical: critical.has(node),
      ...(happened !== undefined && { run: outcomeOf(happened.steps[node]) }),
    })),
    edges: graph.edges.map(({ from, to, kind, variables, written }) => ({
      from: idOf(from),
      to: idOf(to),
      kind,
      variables,
      written,
    })),
    critical_path: path.map(idOf),
  }
}

/** Null for a step over an empty list; times are seconds, null for a step that never ran. */
function outcomeOf(step: StepHappened | undefined): object | null {
  if (step === undefined) return null
  const { status, startSeconds = null, seconds = null, items, itemsSucceeded } = step
  return { status, start: startSeconds, execution_time: seconds, items, items_succeeded: itemsSucceeded }
}

/** How many items there are; null without `for_each`, the name of the input when that decides. */
function itemsOf({ forEach }: Step): number | string | null {
  const items = forEach?.items
  if (items === undefined) return null
  if (items.kind === 'count') return items.count
  if (items.kind === 'list') return items.items.length
  const [reference] = items.placeholder.alternatives
  return reference?.kind === 'reference' ? reference.variable : null
}
