import type { LlmStep, Step } from '../flow/flow.ts'
import type { CompiledFlow } from '../graph/compile.ts'
import { topologicalOrder } from '../graph/order.ts'
import type { Json } from '../source/json.ts'
import { extentOf, MAX_SIZE, ValueTooLarge } from '../template/extent.ts'
import {
  guessPlaceholder,
  guessText,
  guessValue,
  type GuessedText,
  type GuessLookup,
} from './guess-template.ts'
import { known, listOf, unknownText, type Guess } from './guess.ts'
import { map, sum, type Range } from './range.ts'

/** What one item of a step will ask, as far as that is known. */
export interface ForeseenCall {
  readonly messages: readonly { readonly role: string; readonly content: GuessedText }[]
  readonly inputTokens: Range
  readonly outputTokens: Range
}

interface ForecastOptions {
  /** Those that were given, and defaults. */
  readonly inputs: ReadonlyMap<string, Json>
  /** How many times each step runs. */
  readonly itemCounts: readonly number[]
  readonly count: (text: string) => number
}

/**
 * What every item of every step that calls a model will ask, by step. It is about a run in which every step succeeds with
 * its first call: an answer has between none and `max_tokens` tokens, probably half of that, and stands in the prompts
 * behind it with as many. Throws `ValueTooLarge`. A step with `on_truncated: retry` may ask a second time for an answer of twice the length.
 */
export function forecast(
  { flow, graph }: CompiledFlow,
  { inputs, itemCounts, count }: ForecastOptions,
): ReadonlyMap<Step, readonly ForeseenCall[]> {
  const calls = new Map<Step, readonly ForeseenCall[]>()
  const values = new Map<string, Guess>()
  const room = new Room()
  for (const [name, value] of inputs) values.set(name, known(value))
  for (const node of topologicalOrder(graph)) {
    const step = flow.steps[node]
    if (step === undefined) continue
    const outer: GuessLookup = (variable) => values.get(variable)
    const asked: ForeseenCall[] = []
    const given: Guess[] = []
    for (let index = 0; index < (itemCounts[node] ?? 0); index++) {
      const lookup = lookupIn(step, index, outer)
      if (step.kind === 'llm') {
        const call = foresee(step, lookup, count)
        for (const { content } of call.messages) room.take(content.shown)
        asked.push(call)
        given.push(unknownText(answerTokens(step)))
      } else if (step.kind === 'value') {
        const guess = guessValue(step.value, lookup)
        room.take(guess.skeleton)
        given.push(guess)
      } else given.push(unknownText({ lower: 0, expected: 0, upper: 0 }))
    }
    if (step.kind === 'llm') calls.set(step, asked)
    give(step, given, values)
  }
  return calls
}

/** Characters that a plan may hold. */
const MOST_PLANNED = 8 * MAX_SIZE

/** How much of a plan's room is taken by texts and values. */
class Room {
  #taken = 0

  /** Throws `ValueTooLarge` when there is no more. */
  take(value: Json): void {
    this.#taken += extentOf(value).size
    if (this.#taken > MOST_PLANNED)
      throw new ValueTooLarge(`the prompts and values together have more than ${MOST_PLANNED} characters`)
  }
}

function lookupIn(step: Step, index: number, outer: GuessLookup): GuessLookup {
  const { forEach } = step
  if (forEach === undefined) return outer
  const item = itemOf(forEach.items, index, outer)
  return (variable) => {
    if (variable === 'index') return known(index)
    return variable === forEach.as ? item : outer(variable)
  }
}

type Items = NonNullable<Step['forEach']>['items']

function itemOf(items: Items, index: number, outer: GuessLookup): Guess | undefined {
  if (items.kind === 'count') return known(index)
  if (items.kind === 'list') {
    const entry = items.items[index]
    return entry === undefined ? known(null) : guessValue(entry, outer)
  }
  const { skeleton } = guessPlaceholder(items.placeholder, outer)
  return known(Array.isArray(skeleton) ? ((skeleton as readonly Json[])[index] ?? null) : null)
}

function give(step: Step, given: readonly Guess[], values: Map<string, Guess>): void {
  if (step.forEach === undefined) values.set(step.outputKey, given[0] ?? known(null))
  else if (!step.outputKey.includes('{index}')) values.set(step.outputKey, listOf(given))
  else
    for (const [index, guess] of given.entries())
      values.set(step.outputKey.replaceAll('{index}', String(index)), guess)
}

/** What an API adds around a chat: a few tokens for each message and for the beginning of the answer. */
const TOKENS_A_MESSAGE = 4
const TOKENS_A_CHAT = 3

function foresee(step: LlmStep, lookup: GuessLookup, count: ForecastOptions['count']): ForeseenCall {
  const templates = [...step.messages, { role: 'user', content: step.prompt }]
  const messages = templates.map(({ role, content }) => ({ role, content: guessText(content, lookup) }))
  const text = sum(messages.map(({ content }) => tokensOf(content, count)))
  const frame = step.llm.api === 'completions' ? 0 : TOKENS_A_CHAT + TOKENS_A_MESSAGE * messages.length
  const asked = { lower: text.lower, expected: text.expected + frame, upper: text.upper + frame }
  const { maxTokens } = step.llm.sampling
  const expected = Math.ceil(maxTokens / 2)
  const isAskedTwice = step.onTruncated === 'retry'
  return {
    messages,
    inputTokens: isAskedTwice ? { ...asked, upper: 2 * asked.upper } : asked,
    outputTokens: { lower: 0, expected, upper: isAskedTwice ? maxTokens + 2 * maxTokens : maxTokens },
  }
}

/** Length of an answer that is used further on. */
function answerTokens({ llm, onTruncated }: LlmStep): Range {
  const { maxTokens } = llm.sampling
  return {
    lower: 0,
    expected: Math.ceil(maxTokens / 2),
    upper: onTruncated === 'retry' ? 2 * maxTokens : maxTokens,
  }
}

/** At the edges of a text that is put in, tokens may merge with those beside them, or one may be cut in two. */
function tokensOf({ pieces, holes, hidden }: GuessedText, count: ForecastOptions['count']): Range {
  const certain = pieces.reduce((tokens, piece) => tokens + count(piece), 0)
  const all = map(hidden, (tokens) => tokens + certain)
  return { lower: Math.max(0, all.lower - 2 * holes), expected: all.expected, upper: all.upper + holes }
}
