import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Flow, LlmStep } from '../flow/flow.ts'
import type { Graph } from './graph.ts'
import { topologicalOrder } from './order.ts'

/** A step that talks, and its node. */
interface Speaker {
  readonly node: number
  readonly step: LlmStep
}

/** Connections that a help writes out. */
const MOST_LINES = 8

/**
 * Refuses conversations of which two steps are not ordered by edges: what each of them sees would depend on which is
 * faster. One error for each conversation. Takes time in proportion to its conversations times the graph.
 */
export function checkConversationOrder(flow: Flow, graph: Graph, diagnosis: Diagnosis): void {
  const speakers = new Map<string, Speaker[]>()
  for (const [node, step] of flow.steps.entries()) {
    if (step.kind !== 'llm' || step.conversation === undefined) continue
    const { name } = step.conversation
    const others = speakers.get(name)
    if (others === undefined) speakers.set(name, [{ node, step }])
    else others.push({ node, step })
  }
  if (speakers.size === 0) return
  const order = topologicalOrder(graph)
  for (const [name, talking] of speakers) if (talking.length > 1) checkOrder(name, talking)

  function checkOrder(name: string, talking: readonly Speaker[]): void {
    const turns = turnsOf(talking)
    const byTurn = talking.toSorted((a, b) => (turns[a.node] ?? 0) - (turns[b.node] ?? 0))
    // Two that have the same number of speakers before them have no way between them.
    const position = byTurn.findIndex(({ node }, at) => turns[node] === turns[byTurn[at - 1]?.node ?? -1])
    const [first, second] = [byTurn[position - 1], byTurn[position]]
    if (first === undefined || second?.step.conversation === undefined) return
    const message = `steps "${first.step.id}" and "${second.step.id}" both talk in the conversation "${name}", and nothing says which of them speaks first`
    diagnosis.error('unordered-conversation', second.step.conversation.span, message, {
      ...(first.step.conversation === undefined
        ? {}
        : {
            related: [{ message: 'the other one talks here', span: first.step.conversation.span }],
          }),
      help: helpFor(byTurn),
    })
  }

  /** For each node how many speakers a way to it can meet, itself included. */
  function turnsOf(talking: readonly Speaker[]): Int32Array {
    const turns = new Int32Array(graph.size)
    const isSpeaker = new Set(talking.map(({ node }) => node))
    for (const node of order) {
      let most = 0
      for (const need of graph.needs[node] ?? []) most = Math.max(most, turns[need] ?? 0)
      turns[node] = most + (isSpeaker.has(node) ? 1 : 0)
    }
    return turns
  }

  function helpFor(byTurn: readonly Speaker[]): string {
    const lines: string[] = []
    for (const [at, later] of byTurn.entries()) {
      const earlier = byTurn[at - 1]
      if (earlier === undefined || leadsTo(earlier.node, later.node)) continue
      if (lines.push(`  ${earlier.step.id}: ${later.step.id}`) === MOST_LINES) break
    }
    const [only, ...more] = lines
    const uses = 'or let the later one use what the earlier one gives'
    return more.length === 0
      ? `write "${(only ?? '').trim()}" under "connections:", ${uses}`
      : [`put them in order, ${uses}:`, 'connections:', ...lines].join('\n')
  }

  function leadsTo(from: number, to: number): boolean {
    const reached = new Set([from])
    for (const node of reached) for (const next of graph.dependents[node] ?? []) reached.add(next)
    return reached.has(to)
  }
}
