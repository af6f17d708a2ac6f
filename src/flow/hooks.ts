import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { MapNode } from '../document/node.ts'
import type { FlowFolder } from '../source/flow-folder.ts'
import type { ModuleFunction } from './flow.ts'
import { readModuleFunction } from './module-function.ts'
import { child, itemsOf, textNode } from './reader.ts'

/** A function that is told what happens in a run. */
export interface Hook {
  /** Names of events, or `all`. */
  readonly events: ReadonlySet<string>
  readonly function: ModuleFunction
}

/** Reads `hooks`, in order. That there is such an event is seen by the shape check. */
export function readHooks(
  root: MapNode,
  folder: FlowFolder | undefined,
  diagnosis: Diagnosis,
): readonly Hook[] {
  return itemsOf(child(root, 'hooks')).flatMap((node): Hook[] => {
    const on = child(node, 'on')
    const names = (on?.kind === 'list' ? on.items : [on]).flatMap((one) => textNode(one)?.value ?? [])
    const text = textNode(child(node, 'function'))
    // That it is no text, or an empty one, has been said by the shape check.
    if (text === undefined || text.value === '') return []
    const found = readModuleFunction(text, { folder, diagnosis })
    return found === undefined ? [] : [{ events: new Set(names), function: found }]
  })
}
