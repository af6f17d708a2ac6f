import { offer, nothing, type Completion } from './candidate.ts'
import { flowsAt } from './files.ts'
import { flowAt } from './flow-at-hand.ts'

/** `FLOW#NAME`: a flow, then with its `#` the vector stores that it has. */
export function storesAt(typed: string, before: string): Completion {
  const hash = typed.lastIndexOf('#')
  if (hash === -1) return { ...flowsAt(typed), before }
  const path = typed.slice(0, hash)
  const stores = flowAt(path)?.flow?.vectorStores
  if (stores === undefined) return nothing
  const candidates = [...stores.values()].map(({ name, provider }) => ({
    text: `${path}#${name}`,
    about: provider,
  }))
  return offer(candidates, typed, before)
}
