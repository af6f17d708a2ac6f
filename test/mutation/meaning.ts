import type { CompiledFlow } from '../../src/index.ts'
import type { Json } from '../../src/source/json.ts'

/** Where something stands is no part of what it means. */
const places = new Set([
  'source',
  'span',
  'llmSpans',
  'promptSource',
  'start',
  'end',
  'suspects',
  'uses',
  'connections',
])
/** What people and models read; llmflows does not know what is right there. */
const freeTexts = new Set(['name', 'description', 'model', 'text', 'title', 'examples', 'default', 'enum'])

/**
 * What a flow does, as a text to compare. Names are numbered in the order in which they are declared, so that a flow in
 * which one is another everywhere means the same; `prose` tells whether free text counts.
 */
export function meaning({ flow, graph }: CompiledFlow, prose: boolean): string {
  const names = new Map<string, string>()
  for (const name of flow.inputs.keys()) names.set(name, `input ${names.size}`)
  for (const [key, { step, item }] of flow.producers) names.set(key, `output ${step} ${item ?? ''}`)
  for (const { id } of flow.steps) names.set(`step ${id}`, `step ${names.size}`)
  for (const llm of flow.llms.keys()) names.set(`llm ${llm}`, `llm ${names.size}`)
  const plainly = (value: unknown, key: string, locals: ReadonlyMap<string, string>): Json => {
    // The keys of a value are the author's own; a path to one that is misspelt is a mistake of its own.
    if (value instanceof Map && key === 'entries')
      return [...value.values()].map((entry) => plainly(entry, '', locals))
    if (value instanceof Map)
      return [...value].map(([name, entry]): Json => [
        nameOf(String(name), locals),
        plainly(entry, key, locals),
      ])
    if (Array.isArray(value)) {
      const parts: readonly unknown[] = value
      const kept = key === 'segments' && !prose ? parts.filter((part) => typeof part !== 'string') : parts
      return kept.map((part) => plainly(part, key === 'outputs' ? 'variable' : '', locals))
    }
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value)
          .filter(([name]) => !places.has(name) && (prose || !freeTexts.has(name)))
          .map(([name, entry]) => [name, plainly(entry, name, locals)]),
      )
    }
    if (typeof value === 'string') return key === 'variable' ? nameOf(value, locals) : value
    return (value ?? null) as Json
  }
  const nameOf = (name: string, locals: ReadonlyMap<string, string>): string =>
    locals.get(name) ?? names.get(name) ?? name
  const steps = flow.steps.map((step) => {
    const { as } = step.forEach ?? {}
    const locals = new Map(as === undefined ? [] : [[as, 'the item']])
    const { id: _id, outputKey: _key, forEach, ...rest } = step
    const llm = step.kind === 'llm' ? { ...step.llm, name: names.get(`llm ${step.llm.name}`) } : null
    const name = prose ? step.name : null
    return [plainly({ ...rest, llm, name }, '', locals), plainly({ ...forEach, as: null }, '', locals)]
  })
  const inputs = [...flow.inputs.values()].map(({ name: _name, ...rest }) => plainly(rest, '', new Map()))
  const llms = [...flow.llms.values()].map(({ name: _name, ...rest }) => plainly(rest, '', new Map()))
  const edges = graph.edges.map(({ from, to, kind }) => `${kind} ${from} ${to}`).toSorted()
  const outputs = flow.outputs.map((key) => nameOf(key, new Map()))
  return JSON.stringify({
    steps,
    inputs,
    llms,
    edges,
    outputs,
    title: prose ? [flow.name, flow.description ?? ''] : [],
  })
}
