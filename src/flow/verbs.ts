import type { ErrorObject } from 'ajv'
import { closest } from '../diagnostics/closest.ts'
import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Entry, MapNode } from '../document/node.ts'
import { verbExamples, verbs } from './kinds.ts'
import { child, entriesOf, mapOf } from './reader.ts'

/**
 * Decides the kind of every step before its shape is checked, since a step of no kind or of two would fail the schema
 * in many ways at once. Returns which errors of the schema have been said that way.
 */
export function reportVerbs(
  root: MapNode,
  diagnosis: Diagnosis,
): (path: readonly string[], error: ErrorObject) => boolean {
  const several = new Set<string>()
  const none = new Set<string>()
  for (const entry of entriesOf(child(root, 'steps'))) {
    const step = mapOf(entry.value)
    if (step === undefined) continue
    const present = verbs.filter((verb) => step.entries.has(verb))
    if (present.length > 1) {
      several.add(entry.key)
      reportSeveral(entry, step, present, diagnosis)
    }
    // An unknown key may be the verb that was meant, and is reported as what it is.
    if (present.length === 0 && ![...step.entries.keys()].some((key) => closest(key, verbs) !== undefined)) {
      none.add(entry.key)
      diagnosis.error('missing-verb', entry.keySpan, `step "${entry.key}" does not say what to do`, {
        help: `give it one of ${verbExamples.slice(0, -1).join(', ')} or ${verbExamples.at(-1) ?? ''}`,
      })
    }
  }
  return (path, error) => {
    const [section, id] = path
    if (
      section !== 'steps' ||
      path.length !== 2 ||
      id === undefined ||
      error.keyword !== 'additionalProperties'
    )
      return false
    const key: unknown = error.params['additionalProperty']
    return none.has(id) || (several.has(id) && verbs.some((verb) => verb === key))
  }
}

function reportSeveral(entry: Entry, step: MapNode, present: readonly string[], diagnosis: Diagnosis): void {
  const [first, second] = present.map((verb) => step.entries.get(verb))
  diagnosis.error(
    'several-verbs',
    second?.keySpan ?? entry.keySpan,
    `step "${entry.key}" has both ${present.map((verb) => `"${verb}"`).join(' and ')}, and can do one thing only`,
    {
      help: 'keep one of them, or make two steps',
      ...(first === undefined
        ? {}
        : { related: [{ message: 'the other one is here', span: first.keySpan }] }),
    },
  )
}
