import { wholeTurns } from '../flow/conversations.ts'
import type { Flow, FlowStep, LlmStep, Step } from '../flow/flow.ts'
import type { CompiledFlow } from '../graph/compile.ts'
import { topologicalOrder } from '../graph/order.ts'
import type { Json } from '../source/json.ts'
import { extentOf, MAX_SIZE, ValueTooLarge } from '../template/extent.ts'
import type { Template } from '../template/template.ts'
import {
  guessPlaceholder,
  guessText,
  guessValue,
  type GuessedText,
  type GuessLookup,
} from './guess-template.ts'
import { known, listOf, objectOf, unknownText, type Guess } from './guess.ts'
import { map, product, sum, type Range } from './range.ts'

/** What one item of a step will ask, as far as that is known. */
export interface ForeseenCall {
  readonly messages: readonly { readonly role: string; readonly content: GuessedText }[]
  readonly inputTokens: Range
  readonly outputTokens: Range
}

/** One message, and how long it will be. */
interface ForeseenMessage {
  readonly message: ForeseenCall['messages'][number]
  readonly tokens: Range
}

/** The calls of a step that calls a model. */
export interface Foreseen {
  readonly step: LlmStep
  /** For each item what it asks; of items whose number is not known, one that stands for all. */
  readonly calls: readonly ForeseenCall[]
  /** How often each of them is made: it may be skipped, or stand for several items or rounds. */
  readonly times: Range
}

export interface Forecast {
  /** Of every step that calls a model, or runs a flow that does. */
  readonly ofStep: ReadonlyMap<Step, readonly Foreseen[]>
  /** How many items a step has; undefined where another step decides. */
  readonly itemCounts: ReadonlyMap<Step, number | undefined>
  /** What no bound can be given for, and counts as nothing: what a function gives, what tools answer. In words. */
  readonly unmeasured: readonly string[]
  /** What the flow gives. */
  readonly values: ReadonlyMap<string, Guess>
}

interface ForecastOptions {
  readonly inputs: ReadonlyMap<string, Guess>
  /** Inputs of whose length nothing is known. */
  readonly unmeasuredInputs: ReadonlySet<string>
  readonly count: (text: string) => number
  readonly maxItems: number
}

const once: Range = { lower: 1, expected: 1, upper: 1 }

/**
 * What every item of every step that calls a model will ask, by step. It is about a run in which every step succeeds with
 * its first call: an answer has between none and `max_tokens` tokens, probably half of that, and stands in the prompts
 * behind it with as many. Throws `ValueTooLarge`. A step with `on_truncated: retry` may ask a second time for an answer of twice the length.
 */
export function forecast(compiled: CompiledFlow, options: ForecastOptions): Forecast {
  return forecastIn(compiled, options, new Room())
}

function forecastIn({ flow, graph, inner }: CompiledFlow, options: ForecastOptions, room: Room): Forecast {
  const { count, maxItems } = options
  const ofStep = new Map<Step, readonly Foreseen[]>()
  const itemCounts = new Map<Step, number | undefined>()
  const values = new Map(options.inputs)
  const unmeasured: string[] = []
  /** Variables of whose length nothing is known. */
  const unbounded = new Set(options.unmeasuredInputs)
  const skippable = new Set<number>()
  const conversations = new ForeseenConversations(flow, count)
  for (const node of topologicalOrder(graph)) {
    const step = flow.steps[node]
    if (step === undefined) continue
    const outer: GuessLookup = (variable) => values.get(variable)
    const exact = itemCount(step, outer)
    itemCounts.set(step, exact)
    if (step.when !== undefined || (graph.needs[node] ?? []).some((need) => skippable.has(need)))
      skippable.add(node)
    const times = {
      ...(exact === undefined ? { lower: 0, expected: 1, upper: maxItems } : once),
      ...(skippable.has(node) ? { lower: 0 } : {}),
    }
    const usesUnbounded = step.uses.find(({ variable }) => unbounded.has(variable))?.variable
    const given: Guess[] = []
    const foreseen: Foreseen[] = []
    const asked: ForeseenCall[] = []
    for (let index = 0; index < (exact ?? 1); index++) {
      const lookup = lookupIn(step, index, outer)
      if (step.kind === 'llm') {
        const call = foresee(step, lookup, { said: conversations.said(step), count })
        for (const { content } of call.messages) room.take(content.shown)
        asked.push(call)
        conversations.add(step, call, { index, mayBeSkipped: skippable.has(node) })
        given.push(unknownText(answerTokens(step)))
      } else if (step.kind === 'value') {
        const guess = guessValue(step.value, lookup)
        room.take(guess.skeleton)
        given.push(guess)
      } else if (step.kind === 'flow') {
        const entries = [...step.with].map(([name, value]) => [name, guessValue(value, lookup)] as const)
        const compiledInner = inner.get(step.flow)
        if (compiledInner === undefined) throw new Error(`flow ${step.flow.name} is not inside`)
        const inside = forecastIn(
          compiledInner,
          {
            inputs: new Map([...defaultsOf(step.flow), ...entries]),
            unmeasuredInputs: usesUnbounded === undefined ? new Set() : new Set(step.with.keys()),
            count,
            maxItems,
          },
          room,
        )
        const rounds = roundsOf(step)
        for (const one of [...inside.ofStep.values()].flat())
          foreseen.push({ ...one, times: product(product(one.times, rounds), times) })
        unmeasured.push(...inside.unmeasured)
        if (rounds.upper > 1 && step.uses.length > 0)
          unmeasured.push(`what the rounds of "${step.id}" hand on`)
        const outputs = step.flow.outputs.map((key) => [key, inside.values.get(key) ?? known('')] as const)
        given.push(objectOf(outputs))
      } else given.push(known(''))
    }
    if (step.kind === 'llm') {
      if (usesUnbounded !== undefined) unmeasured.push(`what "${usesUnbounded}" adds to step "${step.id}"`)
      if (step.tools.length > 0) unmeasured.push(`what the tools of step "${step.id}" give`)
      if (step.conversation !== undefined && exact === undefined)
        unmeasured.push(`what the items of step "${step.id}" say to each other`)
      const rounds = step.tools.length > 0 ? { ...once, upper: step.maxRounds + 1 } : once
      foreseen.push({ step, calls: asked, times: product(times, rounds) })
    }
    if (foreseen.length > 0) ofStep.set(step, foreseen)
    give(step, given, values)
    const isOpen = step.kind !== 'llm' && (isMeasureless(step) || usesUnbounded !== undefined)
    if (isOpen || exact === undefined) for (const key of keysOf(step, given.length)) unbounded.add(key)
  }
  return { ofStep, itemCounts, unmeasured: [...new Set(unmeasured)], values }
}

/** Whether nothing can be said of the length of what a step gives. */
function isMeasureless({ kind }: Step): boolean {
  return kind === 'function' || kind === 'command' || kind === 'search'
}

function keysOf({ forEach, outputKey }: Step, items: number): readonly string[] {
  if (forEach === undefined || !outputKey.includes('{index}')) return [outputKey]
  return Array.from({ length: items }, (_, index) => outputKey.replaceAll('{index}', String(index)))
}

/** Undefined where a value decides that is not known before the run. An input that is not given has no items. */
function itemCount({ forEach }: Step, lookup: GuessLookup): number | undefined {
  if (forEach === undefined) return 1
  const { items } = forEach
  if (items.kind === 'count') return items.count
  if (items.kind === 'list') return items.items.length
  const { skeleton } = guessPlaceholder(items.placeholder, lookup)
  if (Array.isArray(skeleton)) return skeleton.length
  return items.kind === 'input' ? 0 : undefined
}

function roundsOf({ repeat }: FlowStep): Range {
  if (repeat === undefined) return once
  const { max, until } = repeat
  return until === undefined ? { lower: max, expected: max, upper: max } : { ...once, upper: max }
}

function defaultsOf({ inputs }: FlowStep['flow']): readonly (readonly [string, Guess])[] {
  return [...inputs.values()].flatMap((input) =>
    input.default === undefined ? [] : [[input.name, known(input.default)] as const],
  )
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

interface Turn {
  /** Which item of its step. */
  readonly index: number
  readonly mayBeSkipped: boolean
}

/** What will have been said in the conversations of a flow, forgotten as a run forgets it. */
class ForeseenConversations {
  readonly #flow: Flow
  readonly #count: ForecastOptions['count']
  readonly #said = new Map<string, readonly ForeseenMessage[]>()

  constructor(flow: Flow, count: ForecastOptions['count']) {
    this.#flow = flow
    this.#count = count
  }

  said({ conversation }: LlmStep): readonly ForeseenMessage[] {
    return this.#said.get(conversation?.name ?? '') ?? []
  }

  /** The prompt of a call and its answer, of which only the length can be said. */
  add(step: LlmStep, { messages }: ForeseenCall, { index, mayBeSkipped }: Turn): void {
    const name = step.conversation?.name
    const prompt = messages.at(-1)
    if (name === undefined || prompt === undefined) return
    const key = step.outputKey.replaceAll('{index}', String(index))
    const tokens = answerTokens(step)
    const answer = { shown: `{${key}}`, pieces: [], waitsFor: [key], holes: 1, hidden: tokens }
    const asked = tokensOf(prompt.content, this.#count)
    const all = [
      ...this.said(step),
      { message: prompt, tokens: mayBeSkipped ? { ...asked, lower: 0 } : asked },
      { message: { role: 'assistant', content: answer }, tokens },
    ]
    const most = wholeTurns(this.#flow.conversations.get(name)?.maxMessages)
    this.#said.set(name, all.slice(Math.max(0, all.length - most)))
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
  const list = guessPlaceholder(items.placeholder, outer)
  const item = Array.isArray(list.skeleton) ? ((list.skeleton as readonly Json[])[index] ?? null) : ''
  if (list.holes === 0) return known(item)
  // Of a list that is not wholly known, an item may be anything from nothing to all of it.
  return { skeleton: item, holes: list.holes, hidden: { ...list.hidden, lower: 0 } }
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

interface Surroundings {
  /** What was said before in the conversation of the step. */
  readonly said: readonly ForeseenMessage[]
  readonly count: ForecastOptions['count']
}

function foresee(step: LlmStep, lookup: GuessLookup, { said, count }: Surroundings): ForeseenCall {
  const guess = (role: string, content: Template): ForeseenMessage => {
    const text = guessText(content, lookup)
    return { message: { role, content: text }, tokens: tokensOf(text, count) }
  }
  const before = step.messages.map(({ role, content }) => guess(role, content))
  const all = [...before, ...said, guess('user', step.prompt)]
  const messages = all.map(({ message }) => message)
  const text = sum(all.map(({ tokens }) => tokens))
  const frame = step.llm.api === 'completions' ? 0 : TOKENS_A_CHAT + TOKENS_A_MESSAGE * messages.length
  const asked = {
    lower: text.lower,
    expected: text.expected + frame + extraTokens(step, count),
    upper: text.upper + frame + 2 * extraTokens(step, count),
  }
  const { maxTokens } = step.llm.sampling
  const expected = Math.ceil(maxTokens / 2)
  const isAskedTwice = step.onTruncated === 'retry'
  return {
    messages,
    inputTokens: isAskedTwice ? { ...asked, upper: 2 * asked.upper } : asked,
    outputTokens: { lower: 0, expected, upper: isAskedTwice ? maxTokens + 2 * maxTokens : maxTokens },
  }
}

/** What is sent beside the messages: the schema of the answer, and the tools. Every API words them its own way. */
function extraTokens({ tools, outputSchema }: LlmStep, count: ForecastOptions['count']): number {
  const offers = tools.map(({ name, description, parameters }) => ({ name, description, parameters }))
  const extras = [...offers, ...(outputSchema === undefined ? [] : [outputSchema.schema])]
  return extras.length === 0 ? 0 : count(JSON.stringify(extras))
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
