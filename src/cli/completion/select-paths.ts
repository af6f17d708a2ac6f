import type { Flow } from '../../flow/flow.ts'
import { select, shapeOfResult } from '../select.ts'
import type { Candidate } from './candidate.ts'

/** Paths into the result that `--select` can take, as far as one more key. */
export function selectPaths(flow: Flow, typed: string): readonly Candidate[] {
  const shape = shapeOfResult(flow, typed)
  const parent = typed.slice(0, typed.lastIndexOf('.') + 1)
  return [...keysBelow(shape, parent), ...keysBelow(shape, `${typed}.`)]
}

function keysBelow(shape: object, parent: string): readonly Candidate[] {
  const selected = select(shape, parent.replace(/\.$/, ''))
  if (!selected.found || typeof selected.value !== 'object' || selected.value === null) return []
  return Object.entries(selected.value).map(([key, value]): Candidate => {
    const text = parent + key
    const hasKeys = typeof value === 'object' && value !== null && Object.keys(value).length > 0
    return hasKeys ? { text, goesOn: true } : { text }
  })
}
