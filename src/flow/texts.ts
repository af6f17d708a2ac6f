import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import { shortList } from '../diagnostics/short-list.ts'
import type { MapNode, Node, ScalarNode } from '../document/node.ts'
import { placesIn } from '../document/places.ts'
import type { FlowFolder } from '../source/flow-folder.ts'
import type { Span } from '../source/span.ts'
import { parseTemplate } from '../template/parse.ts'
import type { Template } from '../template/template.ts'
import { child, entriesOf, textNode } from './reader.ts'

/** A template and the text it was written in, so that a place inside it can be pointed at. */
export interface WrittenTemplate {
  readonly template: Template
  /** All of it. */
  readonly span: Span
  /** The span of a stretch of the template's text. */
  readonly place: (start: number, end: number) => Span
}

/** A template of a text scalar in the flow. */
export function writtenTemplate(node: ScalarNode & { readonly value: string }): WrittenTemplate {
  return { template: parseTemplate(node.value), span: node.span, place: placesIn(node) }
}

/** The flow's `templates`: finds one by name, and knows which were never asked for. */
export class Templates {
  readonly #written = new Map<string, WrittenTemplate>()
  readonly #spans = new Map<string, Span>()
  readonly #unused = new Set<string>()
  readonly #diagnosis: Diagnosis

  constructor(root: MapNode, folder: FlowFolder | undefined, diagnosis: Diagnosis) {
    this.#diagnosis = diagnosis
    for (const entry of entriesOf(child(root, 'templates'))) {
      const written = readTemplate(entry.value, folder, diagnosis)
      this.#spans.set(entry.key, entry.keySpan)
      this.#unused.add(entry.key)
      if (written !== undefined) this.#written.set(entry.key, written)
    }
  }

  /** The template that a node names; reported when there is none. The one that was probably meant stands in for it. */
  find(node: Node | undefined, user: string): WrittenTemplate | undefined {
    const name = textNode(node)
    if (name === undefined) return undefined
    if (this.#spans.has(name.value)) return this.#take(name.value)
    const guess = this.#diagnosis.guesses.closest(name.value, this.#spans.keys())
    const related = guess === undefined ? undefined : this.#spans.get(guess)
    const otherwise = /\s/.test(name.value)
      ? 'a text belongs under "prompt:" or "system:"; "template:" and "system_template:" take the name of a template'
      : this.#spans.size === 0
        ? 'declare it under "templates:", or write the text itself with "prompt:"'
        : `the templates here are ${shortList(this.#spans)}`
    this.#diagnosis.error(
      'unknown-template',
      name.span,
      `${user} uses the template "${shortName(name.value)}", which is not declared`,
      {
        ...(related === undefined
          ? {}
          : { related: [{ message: 'similar name declared here', span: related }] }),
        help: guess === undefined ? otherwise : `did you mean "${guess}"?`,
      },
    )
    return guess === undefined ? undefined : this.#take(guess)
  }

  /** Warns of the templates that no one asked for. */
  reportUnused(): void {
    for (const name of this.#unused) {
      const span = this.#spans.get(name)
      if (span !== undefined) {
        this.#diagnosis.warning('unused-template', span, `no step uses the template "${name}"`, {
          help: 'remove it, or use it in a step',
        })
      }
    }
  }

  #take(name: string): WrittenTemplate | undefined {
    this.#unused.delete(name)
    return this.#written.get(name)
  }
}

function shortName(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name
}

function readTemplate(
  node: Node,
  folder: FlowFolder | undefined,
  diagnosis: Diagnosis,
): WrittenTemplate | undefined {
  const text = textNode(node)
  if (text !== undefined) return writtenTemplate(text)
  const path = textNode(child(node, 'file'))
  // That a path must not be empty has been said by the shape check.
  if (path === undefined || path.value === '') return undefined
  if (folder === undefined) {
    diagnosis.error('bad-file', path.span, 'a flow that is not a file has no folder to read templates from')
    return undefined
  }
  const read = folder.read(path.value)
  if (!read.ok) {
    diagnosis.error(
      'bad-file',
      path.span,
      `template file "${path.value}" ${read.problem}`,
      read.help === undefined ? {} : { help: read.help },
    )
    return undefined
  }
  const { file } = read
  const place = (start: number, end: number): Span => ({ file, start, end })
  return { template: parseTemplate(file.text), span: place(0, file.text.length), place }
}
