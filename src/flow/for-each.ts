import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Node } from '../document/node.ts'
import type { ValueTemplate } from '../template/value-template.ts'
import { solePlaceholder } from '../template/template.ts'
import type { ForEach, ForEachItems } from './flow.ts'
import { child, mapOf, numberAt, textAt, textNode } from './reader.ts'
import type { WrittenTemplate } from './texts.ts'
import { writtenTemplate } from './texts.ts'
import { readValue } from './values.ts'

/** How many items a step may have unless someone outside the flow says otherwise. */
export const DEFAULT_MAX_ITEMS = 200

/** The `maximum` of the schema. */
const MOST_COUNTED = 100_000

export interface ReadForEach {
  readonly forEach: ForEach
  /** Its templates; they see no item. */
  readonly templates: readonly WrittenTemplate[]
}

/** How many items there are; undefined when that is known only in a run. */
export function countItems(items: ForEachItems): number | undefined {
  switch (items.kind) {
    case 'count':
      return items.count
    case 'list':
      return items.items.length
    case 'input':
    case 'output':
      return undefined
  }
}

/** Reads `for_each`, `as` and `max_concurrency` of a step; `maxItems` bounds how many items there may be. */
export function readForEach(
  step: Node,
  stepId: string,
  maxItems: number,
  diagnosis: Diagnosis,
): ReadForEach | undefined {
  const node = child(step, 'for_each')
  if (node === undefined) {
    for (const key of ['as', 'max_concurrency', 'on_item_error']) {
      const lonely = mapOf(step)?.entries.get(key)
      if (lonely !== undefined) {
        diagnosis.error('needs-for-each', lonely.keySpan, `step "${stepId}" has "${key}" but no "for_each"`, {
          help: `add "for_each", or remove "${key}"`,
        })
      }
    }
    return undefined
  }
  const templates: WrittenTemplate[] = []
  // Items that cannot be read have been reported; the step still has an item and an index.
  const items = readItems(node, templates, diagnosis) ?? { kind: 'list', items: [] }
  const count = countItems(items) ?? 0
  // Beyond what the format allows, the shape check has said it.
  if (count > maxItems && (items.kind !== 'count' || count <= MOST_COUNTED)) {
    diagnosis.error(
      'too-many-items',
      node.span,
      `step "${stepId}" has ${count} items, and a step may have ${maxItems}`,
      {
        help: `if that is meant, run with --max-items ${count}`,
      },
    )
  }
  const onItemError = textAt(step, 'on_item_error')
  const forEach: ForEach = {
    as: textAt(step, 'as') ?? 'item',
    items,
    maxConcurrency: numberAt(step, 'max_concurrency'),
    onItemError: onItemError === 'keep' || onItemError === 'drop' ? onItemError : 'fail',
  }
  return { forEach, templates }
}

function readItems(
  node: Node,
  templates: WrittenTemplate[],
  diagnosis: Diagnosis,
): ForEach['items'] | undefined {
  if (node.kind === 'list') {
    const items: ValueTemplate[] = node.items.map((item) => readValue(item, templates))
    return { kind: 'list', items }
  }
  const text = textNode(node)
  if (text === undefined) {
    return node.kind === 'scalar' && typeof node.value === 'number'
      ? { kind: 'count', count: node.value }
      : undefined
  }
  const written = writtenTemplate(text)
  const placeholder = solePlaceholder(written.template)
  if (placeholder === undefined) {
    diagnosis.error('bad-for-each', text.span, `"for_each" cannot be the text "${text.value}"`, {
      help: forEachHelp(text.value),
    })
    return undefined
  }
  templates.push(written)
  return { kind: 'input', placeholder }
}

function forEachHelp(text: string): string {
  if (/^\d{1,6}$/.test(text)) return `write the number without quotes: for_each: ${text}`
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return `for the items of an input write "{${text}}"`
  return 'write a count, a list, or "{name}" with the name of a list that is an input or the output of a step'
}
