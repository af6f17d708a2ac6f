import type { Step } from '../../flow/flow.ts'

/** What is drawn after the name of a step that runs for several items: ` ×5`, or ` ×{topics}` for those of an input. */
export function timesItems({ forEach }: Step): string {
  if (forEach === undefined) return ''
  const { items } = forEach
  if (items.kind === 'count') return ` ×${items.count}`
  if (items.kind === 'list') return ` ×${items.items.length}`
  const [reference] = items.placeholder.alternatives
  return reference?.kind === 'reference' ? ` ×{${reference.variable}}` : ' ×?'
}

/** The step's name for people; its id where the name is one for each item. */
export function personalName(step: Step): string {
  const isOneName = step.name.segments.every((segment) => typeof segment === 'string')
  const name = isOneName ? step.name.segments.join('').replaceAll(/\s+/g, ' ').trim() : ''
  return (name === '' ? step.id : name) + timesItems(step)
}
