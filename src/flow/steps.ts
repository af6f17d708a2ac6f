import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import { type Entry, type MapNode, type Node } from '../document/node.ts'
import { parseTemplate } from '../template/parse.ts'
import type { LlmStep, Step } from './flow.ts'
import { readForEach, type ReadForEach } from './for-each.ts'
import { durationAt, findLlm, readSampling, type Llms } from './llms.ts'
import { child, entriesOf, itemsOf, mapOf, numberAt, textAt, textNode } from './reader.ts'
import { writtenTemplate, type Templates, type WrittenTemplate } from './texts.ts'
import { readValue } from './values.ts'

/** A step as read, with its templates; its variables are not looked at yet. */
export interface DraftStep {
  readonly step: Step
  readonly node: MapNode
  /** What its item and index are called inside it; empty without `for_each`. */
  readonly locals: ReadonlySet<string>
  /** Templates that see the item and the index, then those that do not. */
  readonly templates: readonly WrittenTemplate[]
  readonly outerTemplates: readonly WrittenTemplate[]
  readonly name: WrittenTemplate
}

interface Surroundings {
  readonly llms: Llms
  readonly templates: Templates
  readonly maxItems: number
  readonly diagnosis: Diagnosis
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
  const base = {
    id: entry.key,
    name: name.template,
    outputKey: readOutputKey(entry, node, each, diagnosis),
    forEach: each?.forEach,
    uses: [],
    span: entry.keySpan,
  }
  const templates: WrittenTemplate[] = []
  const value = child(node, 'value')
  const step: Step =
    value !== undefined && child(node, 'prompt') === undefined && child(node, 'template') === undefined
      ? { ...base, kind: 'value', value: readValue(value, templates) }
      : { ...base, kind: 'llm', ...readLlmParts(entry, node, templates, surroundings) }
  const locals = new Set(each === undefined ? [] : [each.forEach.as, 'index'])
  return { step, node, locals, templates, outerTemplates: each?.templates ?? [], name }
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

type LlmParts = Pick<LlmStep, 'llm' | 'prompt' | 'promptSource' | 'messages' | 'onTruncated' | 'timeoutMs'>

function readLlmParts(
  entry: Entry,
  node: MapNode,
  templates: WrittenTemplate[],
  surroundings: Surroundings,
): LlmParts {
  const { llms, diagnosis } = surroundings
  const user = `step "${entry.key}"`
  const use = (written: WrittenTemplate | undefined): WrittenTemplate | undefined => {
    if (written !== undefined) templates.push(written)
    return written
  }
  const inline = (key: string): WrittenTemplate | undefined => {
    const text = textNode(child(node, key))
    return text === undefined ? undefined : writtenTemplate(text)
  }
  const llm = findLlm(textNode(child(node, 'llm')), llms, diagnosis) ?? llms.fallback
  const prompt = use(inline('prompt') ?? surroundings.templates.find(child(node, 'template'), user))
  const named = surroundings.templates.find(child(node, 'system_template'), user)
  const system = use(inline('system') ?? named)
  refuseMixedSystem(entry, node, llm.api, diagnosis)
  const turns = itemsOf(child(node, 'messages')).map((turn) => {
    const content = textNode(child(turn, 'content'))
    const written = use(content === undefined ? undefined : writtenTemplate(content))
    const role: 'user' | 'assistant' = textAt(turn, 'role') === 'assistant' ? 'assistant' : 'user'
    return { role, content: written?.template ?? parseTemplate('') }
  })
  const onTruncated = textAt(node, 'on_truncated')
  return {
    llm: {
      ...llm,
      sampling: readSampling(node, llm.sampling),
      maxRetries: numberAt(node, 'max_retries') ?? llm.maxRetries,
    },
    prompt: prompt?.template ?? parseTemplate(''),
    promptSource: readPromptSource(node, prompt),
    messages: system === undefined ? turns : [{ role: 'system', content: system.template }, ...turns],
    onTruncated: onTruncated === 'continue' || onTruncated === 'retry' ? onTruncated : 'error',
    timeoutMs: durationAt(node, 'timeout'),
  }
}

function readPromptSource(node: MapNode, prompt: WrittenTemplate | undefined): LlmParts['promptSource'] {
  if (prompt === undefined) return undefined
  return { template: node.entries.has('prompt') ? undefined : textAt(node, 'template'), span: prompt.span }
}

function refuseMixedSystem(entry: Entry, node: MapNode, api: string, diagnosis: Diagnosis): void {
  const [system, named, messages] = ['system', 'system_template', 'messages'].map((key) =>
    node.entries.get(key),
  )
  if (system !== undefined && named !== undefined) {
    diagnosis.error(
      'two-systems',
      named.keySpan,
      `step "${entry.key}" has both "system" and "system_template"`,
      {
        related: [{ message: 'the other one is here', span: system.keySpan }],
        help: 'keep one of them',
      },
    )
  }
  const chatOnly = system ?? named ?? messages
  if (api === 'completions' && chatOnly !== undefined) {
    diagnosis.error(
      'needs-chat',
      chatOnly.keySpan,
      `step "${entry.key}" has "${chatOnly.key}", but its llm uses the completions API, which knows only a prompt`,
      {
        help: 'write it into the prompt, or set "api: chat" on the llm',
      },
    )
  }
}

/** Steps whose value is no mapping have been reported by the shape check; they still give their output. */
export function unreadSteps(root: MapNode): readonly string[] {
  return [...entriesOf(child(root, 'steps'))]
    .filter((entry) => mapOf(entry.value) === undefined)
    .map((entry) => entry.key)
}
