import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import { type Entry, type MapNode, type Node } from '../document/node.ts'
import { parseTemplate } from '../template/parse.ts'
import { readCondition, type WrittenCondition } from './conditions.ts'
import { PREVIOUS, type Step, type StepBase } from './flow.ts'
import { readForEach, type ReadForEach } from './for-each.ts'
import { readKind, type Surroundings } from './kinds.ts'
import { durationAt } from './llms.ts'
import { child, entriesOf, mapOf, textAt, textNode } from './reader.ts'
import { writtenTemplate, type WrittenTemplate } from './texts.ts'

/** A step as read, with its templates; its variables are not looked at yet. */
export interface DraftStep {
  readonly step: Step
  readonly node: MapNode
  /** What its item and index and the round before are called inside it; empty without `for_each` and `repeat`. */
  readonly locals: ReadonlySet<string>
  /** Templates that see the item and the index, then those that do not. */
  readonly templates: readonly WrittenTemplate[]
  readonly outerTemplates: readonly WrittenTemplate[]
  readonly name: WrittenTemplate
  readonly when: WrittenCondition | undefined
  /** Conditions that see what the templates see. */
  readonly conditions: readonly WrittenCondition[]
}

export function readSteps(root: MapNode, surroundings: Surroundings): DraftStep[] {
  const drafts: DraftStep[] = []
  for (const entry of entriesOf(child(root, 'steps'))) {
    const node = mapOf(entry.value)
    if (node !== undefined) drafts.push(readStep(entry, node, surroundings))
  }
  return drafts
}

function readStep(entry: Entry, node: MapNode, surroundings: Surroundings): DraftStep {
  const { maxItems, diagnosis } = surroundings
  const each = readForEach(node, entry.key, maxItems, diagnosis)
  const nameNode = textNode(child(node, 'name'))
  const name: WrittenTemplate =
    nameNode === undefined
      ? {
          template: parseTemplate(each === undefined ? entry.key : `${entry.key}[{index}]`),
          span: entry.keySpan,
          place: () => entry.keySpan,
        }
      : writtenTemplate(nameNode)
  const when = readCondition(textNode(child(node, 'when')), diagnosis)
  const base: StepBase = {
    id: entry.key,
    name: name.template,
    outputKey: readOutputKey(entry, node, each, diagnosis),
    forEach: each?.forEach,
    when: when?.condition,
    join: textAt(node, 'join') === 'any' ? 'any' : 'all',
    timeoutMs: durationAt(node, 'timeout'),
    uses: [],
    span: entry.keySpan,
  }
  const templates: WrittenTemplate[] = []
  const conditions: WrittenCondition[] = []
  const step = readKind({ entry, node, base, templates, conditions, surroundings })
  const locals = new Set(each === undefined ? [] : [each.forEach.as, 'index'])
  if (step.kind === 'flow' && step.repeat !== undefined) locals.add(PREVIOUS)
  return { step, node, locals, templates, outerTemplates: each?.templates ?? [], name, when, conditions }
}

function readOutputKey(
  entry: Entry,
  node: Node,
  each: ReadForEach | undefined,
  diagnosis: Diagnosis,
): string {
  const text = textNode(child(node, 'output_key'))
  if (text === undefined || !text.value.includes('{index}')) return text?.value ?? entry.key
  if (each === undefined) {
    diagnosis.error(
      'needs-for-each',
      text.span,
      `step "${entry.key}" has "{index}" in its output key but no "for_each"`,
      {
        help: 'add "for_each: COUNT", or remove "{index}"',
      },
    )
    return text.value.replaceAll('{index}', '')
  }
  if (each.forEach.items.kind === 'input') {
    diagnosis.error(
      'unknown-item-count',
      text.span,
      'how many items there are is known only when the flow runs, so they cannot have output keys of their own',
      {
        help: 'remove "{index}": the output is then one list, in item order',
      },
    )
  }
  return text.value
}

/** Steps whose value is no mapping have been reported by the shape check; they still give their output. */
export function unreadSteps(root: MapNode): readonly string[] {
  return [...entriesOf(child(root, 'steps'))]
    .filter((entry) => mapOf(entry.value) === undefined)
    .map((entry) => entry.key)
}
