import type { Step } from '../../flow/flow.ts'
import { countItems } from '../../flow/for-each.ts'
import { written } from '../../template/render.ts'

/** What is drawn after the name of a step that runs for several items: ` ×5`, or ` ×{topics}` for those of a list. */
export function timesItems({ forEach }: Step): string {
  if (forEach === undefined) return ''
  const { items } = forEach
  if (items.kind !== 'input' && items.kind !== 'output') return ` ×${countItems(items)}`
  const [reference] = items.placeholder.alternatives
  return reference?.kind === 'reference' ? ` ×{${written(reference)}}` : ' ×?'
}

/** The step's name for people; its id where the name is one for each item. */
export function personalName(step: Step): string {
  const isOneName = step.name.segments.every((segment) => typeof segment === 'string')
  const name = isOneName ? step.name.segments.join('').replaceAll(/\s+/g, ' ').trim() : ''
  return (name === '' ? step.id : name) + timesItems(step)
}
