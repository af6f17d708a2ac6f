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

/** The step's name for people; the places in it for item and index are left out. */
export function personalName(step: Step): string {
  const text = step.name.segments.map((segment) => (typeof segment === 'string' ? segment : '')).join('')
  const name = text.replaceAll(/\s+/g, ' ').trim()
  return (name === '' ? step.id : name) + timesItems(step)
}
