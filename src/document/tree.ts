import { isAlias, isMap, isScalar, isSeq, Scalar, visit, type Document, type Node as YamlNode } from 'yaml'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { SourceFile } from '../source/source-file.ts'
import type { Span } from '../source/span.ts'
import type { DocumentLimits } from './limits.ts'
import type { Entry, Node } from './node.ts'

export interface ReadDocument {
  /** Undefined when the text could not be read as data. */
  readonly root?: Node
  readonly diagnostics: readonly Diagnostic[]
}

/** Turns the YAML package's nodes into ours: aliases followed, repeated keys found, every value one that JSON has. */
export function readTree(document: Document.Parsed, file: SourceFile, limits: DocumentLimits): ReadDocument {
  const reader = new TreeReader(file, limits, anchors(document))
  const root = document.contents === null ? undefined : reader.read(document.contents)
  return { ...(root === undefined || reader.broken ? {} : { root }), diagnostics: reader.diagnostics }
}

/** An alias means the last anchor of its name before it; YAML lets a name be used again. */
function anchors(document: Document.Parsed): ReadonlyMap<unknown, YamlNode> {
  const current = new Map<string, YamlNode>()
  const targets = new Map<unknown, YamlNode>()
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        const target = current.get(node.source)
        if (target !== undefined) targets.set(node, target)
      } else if (node.anchor !== undefined) current.set(node.anchor, node)
    },
  })
  return targets
}

/** Knows the file and what it has complained about; does not know what the values mean. */
class TreeReader {
  readonly diagnostics: Diagnostic[] = []
  broken = false
  readonly #file: SourceFile
  readonly #limits: DocumentLimits
  readonly #targets: ReadonlyMap<unknown, YamlNode>
  readonly #open = new Set<YamlNode>()
  #aliasDepth = 0
  #aliased = 0

  constructor(file: SourceFile, limits: DocumentLimits, targets: ReadonlyMap<unknown, YamlNode>) {
    this.#file = file
    this.#limits = limits
    this.#targets = targets
  }

  read(node: unknown): Node {
    if (isAlias(node)) return this.#alias(node, this.#span(node))
    if (isSeq(node)) {
      return this.#within(node, () => ({
        kind: 'list',
        items: node.items.map((item) => this.#item(item)),
        span: this.#span(node),
      }))
    }
    if (isMap(node)) return this.#within(node, () => this.#map(node.items, this.#span(node)))
    if (isScalar(node)) return this.#scalar(node)
    return { kind: 'scalar', value: null, span: { file: this.#file, start: 0, end: 0 } }
  }

  /** An item of a list. One that lies deeper than the item above it is no item, but more text of that one. */
  #item(item: unknown): Node {
    if (isScalar(item) && item.type === Scalar.PLAIN && this.#aliasDepth === 0) {
      const { file, start, end } = this.#span(item)
      const dash = /\n[ \t]*(- )/.exec(file.text.slice(start, end))
      if (dash !== null) {
        const at = start + dash.index + dash[0].length - 2
        this.diagnostics.push({
          code: 'swallowed-item',
          severity: 'warning',
          message: 'this looks like an item of the list, but is part of the text above it',
          span: { file, start: at, end: at + 1 },
          related: [{ message: 'the text begins here', span: { file, start, end } }],
          help: 'put the dashes in one column; if it is meant as text, quote the whole',
        })
      }
    }
    return this.read(item)
  }

  #alias(node: YamlNode & { readonly source: string }, span: Span): Node {
    const target = this.#targets.get(node)
    if (target === undefined) {
      const message = `no anchor "&${node.source}" comes before this alias`
      return this.#refuse(message, span, 'a text that starts with * must be quoted')
    }
    if (this.#open.has(target))
      return this.#refuse(`alias "*${node.source}" contains itself`, span, 'write the value out instead')
    this.#aliasDepth++
    const value = this.read(target)
    this.#aliasDepth--
    return value
  }

  /** Guards recursion into `node`: against itself through aliases, and against aliases that multiply. */
  #within(node: YamlNode, read: () => Node): Node {
    if (this.#aliasDepth > 0 && ++this.#aliased > this.#limits.maxAliasedNodes) {
      return this.#refuse(
        `aliases stand for more than ${this.#limits.maxAliasedNodes} lists and mappings`,
        this.#span(node),
        'write out what they stand for, or put it into a template',
      )
    }
    this.#open.add(node)
    const value = read()
    this.#open.delete(node)
    return value
  }

  #map(items: readonly { readonly key: unknown; readonly value: unknown }[], span: Span): Node {
    const entries = new Map<string, Entry>()
    for (const pair of items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : ''
      const keySpan = isScalar(pair.key) ? this.#span(pair.key) : span
      const first = entries.get(key)
      if (first !== undefined) {
        if (this.#aliasDepth > 0) continue // said where it stands
        this.diagnostics.push({
          code: 'duplicate-key',
          severity: 'error',
          message: `"${key}" is already there`,
          span: keySpan,
          related: [{ message: 'first one here', span: first.keySpan }],
          help: 'remove one of them, or give it another name',
        })
        continue
      }
      const empty: Node = { kind: 'scalar', value: null, span: { ...keySpan, start: keySpan.end } }
      const value = pair.value === null ? empty : this.read(pair.value)
      entries.set(key, { key, keySpan, value })
    }
    return { kind: 'map', entries, span }
  }

  #scalar(node: Scalar): Node {
    const span = this.#span(node)
    const { value } = node
    if (typeof value === 'number' && !Number.isFinite(value)) {
      return this.#refuse('such a number does not exist in JSON', span, 'put it in quotes if it is text')
    }
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      return this.#refuse(
        'this number is too large to be kept exactly',
        span,
        'use a smaller one, or put it in quotes if it is text',
      )
    }
    if (
      value === null ||
      typeof value === 'string' ||
      typeof value === 'number' ||
      typeof value === 'boolean'
    ) {
      return { kind: 'scalar', value, span }
    }
    return this.#refuse('such a value does not exist in JSON', span, 'write it as quoted text')
  }

  #refuse(message: string, span: Span, help?: string): Node {
    // One complaint is enough when aliases multiply: each further one would be an echo of it.
    if (!this.broken) {
      this.diagnostics.push({
        code: 'yaml-value',
        severity: 'error',
        message,
        span,
        ...(help === undefined ? {} : { help }),
      })
    }
    this.broken = true
    return { kind: 'scalar', value: null, span }
  }

  #span(node: YamlNode): Span {
    const range = node.range ?? [0, 0, 0]
    return { file: this.#file, start: range[0], end: range[1] }
  }
}
