import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import { shortList } from '../diagnostics/short-list.ts'
import type { Entry, MapNode } from '../document/node.ts'
import type { Span } from '../source/span.ts'
import type { Conversation, ForEach, LlmStep } from './flow.ts'
import { child, entriesOf, numberAt, textNode } from './reader.ts'
import { writtenTemplate, type Templates, type WrittenTemplate } from './texts.ts'

/** A conversation as declared. */
interface Declared {
  readonly conversation: Conversation
  readonly system: WrittenTemplate | undefined
  /** Of its name. */
  readonly span: Span
}

/** The flow's `conversations`: finds one by name, and knows which were never asked for. */
export class Conversations {
  readonly #declared = new Map<string, Declared>()
  readonly #unused = new Set<string>()
  readonly #diagnosis: Diagnosis

  constructor(root: MapNode, templates: Templates, diagnosis: Diagnosis) {
    this.#diagnosis = diagnosis
    for (const entry of entriesOf(child(root, 'conversations'))) {
      const conversation = { name: entry.key, maxMessages: numberAt(entry.value, 'max_messages') }
      const system = readSystem(entry, templates, diagnosis)
      this.#declared.set(entry.key, { conversation, system, span: entry.keySpan })
      this.#unused.add(entry.key)
    }
  }

  /** By name, in the order in which they are declared. */
  get all(): ReadonlyMap<string, Conversation> {
    return new Map([...this.#declared].map(([name, { conversation }]) => [name, conversation]))
  }

  /**
   * The conversation that a step names, and the system message that it has; reported when there is none. The one that
   * was probably meant stands in for it.
   */
  find(
    step: Entry,
    node: MapNode,
  ): { readonly conversation: LlmStep['conversation']; readonly system: WrittenTemplate | undefined } {
    const name = textNode(child(node, 'conversation'))
    if (name === undefined) return { conversation: undefined, system: undefined }
    const found = this.#take(name.value, name.span)
    this.#refuseOwnSystem(step, node, found)
    if (found === undefined) return { conversation: undefined, system: undefined }
    return { conversation: { name: found.conversation.name, span: name.span }, system: found.system }
  }

  /** Warns of the conversations that no one asked for. */
  reportUnused(): void {
    for (const name of this.#unused) {
      const span = this.#declared.get(name)?.span
      if (span === undefined) continue
      this.#diagnosis.warning('unused-conversation', span, `no step talks in the conversation "${name}"`, {
        help: `remove it, or name it in a step: "conversation: ${name}"`,
      })
    }
  }

  #take(name: string, span: Span): Declared | undefined {
    const guess = this.#declared.has(name)
      ? name
      : this.#diagnosis.guesses.closest(name, this.#declared.keys())
    const found = this.#declared.get(guess ?? '')
    if (found !== undefined) this.#unused.delete(found.conversation.name)
    if (found?.conversation.name === name) return found
    const otherwise =
      this.#declared.size === 0
        ? `declare it beside "steps:", such as "conversations: { ${isName.test(name) ? name : 'talk'}: {} }"`
        : `the conversations here are ${shortList(this.#declared)}`
    this.#diagnosis.error('unknown-conversation', span, `there is no conversation "${name}"`, {
      ...(found === undefined
        ? {}
        : { related: [{ message: 'similar name declared here', span: found.span }] }),
      help: found === undefined ? otherwise : `did you mean "${found.conversation.name}"?`,
    })
    return found
  }

  /** A talk has one system message from its beginning to its end. */
  #refuseOwnSystem(step: Entry, node: MapNode, found: Declared | undefined): void {
    const own = node.entries.get('system') ?? node.entries.get('system_template')
    if (own === undefined || found === undefined) return
    const { name } = found.conversation
    const message = `step "${step.key}" has a system message of its own, and talks in the conversation "${name}"`
    this.#diagnosis.error('two-systems', own.keySpan, message, {
      related: [{ message: 'the conversation is here', span: found.span }],
      help:
        found.system === undefined
          ? `move it there: "${name}: { ${own.key}: … }" holds for every step that talks in it`
          : 'remove it: that of the conversation holds for every step that talks in it',
    })
  }
}

const isName = /^[A-Za-z_][A-Za-z0-9_]*$/

function readSystem(entry: Entry, templates: Templates, diagnosis: Diagnosis): WrittenTemplate | undefined {
  const text = textNode(child(entry.value, 'system'))
  const named = child(entry.value, 'system_template')
  const found = templates.find(named, `conversation "${entry.key}"`)
  if (text !== undefined && named !== undefined) {
    const message = `conversation "${entry.key}" has both "system" and "system_template"`
    diagnosis.error('two-systems', named.span, message, {
      related: [{ message: 'the other one is here', span: text.span }],
      help: 'keep one of them',
    })
  }
  return text === undefined ? found : writtenTemplate(text)
}

/** Says of a step in a conversation that its items would talk all at once. */
export function refuseTalkingItems(
  step: Entry,
  conversation: LlmStep['conversation'],
  forEach: ForEach | undefined,
  diagnosis: Diagnosis,
): void {
  if (conversation === undefined || forEach === undefined || forEach.maxConcurrency === 1) return
  const message = `the items of step "${step.key}" would talk in the conversation "${conversation.name}" all at once`
  diagnosis.error('unordered-conversation', conversation.span, message, {
    help: `write "max_concurrency: 1" in the step: its items then talk one after the other, in their order`,
  })
}

/** How many messages are remembered where a flow says this many: half of a turn would be a question without its answer. */
export function wholeTurns(maxMessages: number | undefined): number {
  return maxMessages === undefined ? Infinity : maxMessages - (maxMessages % 2)
}
