import type { Node } from '../document/node.ts'
import type { ValueTemplate } from '../template/value-template.ts'
import { textNode } from './reader.ts'
import { writtenTemplate, type WrittenTemplate } from './texts.ts'

/** A node as a value in which texts are templates; the templates found are added to `templates`. */
export function readValue(node: Node, templates: WrittenTemplate[]): ValueTemplate {
  if (node.kind === 'list')
    return { kind: 'list', items: node.items.map((item) => readValue(item, templates)) }
  if (node.kind === 'map') {
    const entries = [...node.entries.values()].map((entry): [string, ValueTemplate] => [
      entry.key,
      readValue(entry.value, templates),
    ])
    return { kind: 'object', entries: new Map(entries) }
  }
  const text = textNode(node)
  if (text === undefined) return { kind: 'constant', value: node.value }
  const written = writtenTemplate(text)
  templates.push(written)
  return { kind: 'text', template: written.template }
}
