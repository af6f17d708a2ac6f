import { wholeTurns } from '../flow/conversations.ts'
import type { Conversation } from '../flow/flow.ts'
import type { RunProblem } from './refusal.ts'

/** One message of a conversation. */
export interface Said {
  readonly role: 'user' | 'assistant'
  readonly content: string
}

/**
 * What was said in the conversations of a flow, by their names: prompts and answers in turn, oldest first. Plain JSON. System
 * messages are the flow's, and not among them.
 */
export type Histories = Readonly<Record<string, readonly Said[]>>

/** What a run hears and adds in its conversations. Forgets the oldest prompt, with its answer, where that is too much. */
export class Conversations {
  readonly #limits = new Map<string, number>()
  readonly #histories = new Map<string, readonly Said[]>()

  constructor(conversations: ReadonlyMap<string, Conversation>, histories: Histories) {
    for (const { name, maxMessages } of conversations.values()) {
      this.#limits.set(name, wholeTurns(maxMessages))
      const before = Object.hasOwn(histories, name) ? histories[name] : undefined
      this.#keep(
        name,
        (before ?? []).map(({ role, content }) => ({ role, content })),
      )
    }
  }

  /** What was said before, oldest first; never changes afterwards. */
  said(name: string): readonly Said[] {
    return this.#histories.get(name) ?? []
  }

  add(name: string, prompt: string, answer: string): void {
    const turn: readonly Said[] = [
      { role: 'user', content: prompt },
      { role: 'assistant', content: answer },
    ]
    this.#keep(name, [...this.said(name), ...turn])
  }

  /** As far as it is remembered, of every conversation. */
  get histories(): Histories {
    return Object.fromEntries(this.#histories)
  }

  #keep(name: string, all: readonly Said[]): void {
    const most = this.#limits.get(name) ?? Infinity
    this.#histories.set(name, all.length > most ? all.slice(all.length - most) : all)
  }
}

/** Why histories from elsewhere cannot be gone on with. They may have been stored, so that their types promise little. */
export function historyProblems(
  conversations: ReadonlyMap<string, Conversation>,
  histories: Histories,
): readonly RunProblem[] {
  const problems: RunProblem[] = []
  for (const [name, said] of Object.entries(histories)) {
    if (!conversations.has(name)) {
      const message = `there is a history for the conversation "${name}", which this flow does not have`
      problems.push({ code: 'bad-history', message })
    } else if (!isHistory(said)) {
      const message = `the history of the conversation "${name}" is none: it takes messages of user and assistant in turn, the last one an answer`
      problems.push({ code: 'bad-history', message, help: 'hand in what a run has given back' })
    }
  }
  return problems
}

function isHistory(said: unknown): boolean {
  if (!Array.isArray(said) || said.length % 2 !== 0) return false
  return said.every((message: unknown, index) => {
    if (typeof message !== 'object' || message === null) return false
    const { role, content }: { role?: unknown; content?: unknown } = message
    return role === (index % 2 === 0 ? 'user' : 'assistant') && typeof content === 'string'
  })
}
