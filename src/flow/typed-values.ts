import type { Json } from '../source/json.ts'
import { solePlaceholder, type Placeholder, type Reference } from '../template/template.ts'
import type { ValueTemplate } from '../template/value-template.ts'
import { PREVIOUS, type FlowStep, type ForEach, type Input, type Producer, type Step } from './flow.ts'
import { outputTypeOf } from './output-type.ts'
import { Scenarios } from './scenarios.ts'
import { typeOfSchema } from './schema-type.ts'
import {
  either,
  entryOf,
  exactly,
  listOf,
  numberType,
  textType,
  unknownType,
  type Entry,
  type ValueType,
} from './value-type.ts'

/** The type of a variable; undefined when there is none of that name, which has been reported. */
export type TypeLookup = (variable: string) => ValueType | undefined

/** Whether a variable has a value in every run; false when the step that gives it may be skipped. */
export type Presence = (variable: string) => boolean

/** Where a reference leads. */
export interface Followed extends Entry {
  /** The first part of the path that is never there, or else the first that is there only perhaps; -1 without one. */
  readonly part: number
  /** The type of what that part was looked for in. */
  readonly inside: ValueType
}

/** Follows the path of a reference through types, as a run follows it through values. */
export function follow({ variable, path }: Reference, lookup: TypeLookup): Followed {
  let type = lookup(variable) ?? unknownType
  let doubtful: Omit<Followed, 'type'> = { exists: 'always', part: -1, inside: type }
  for (const [part, key] of path.entries()) {
    const entry = entryOf(type, key)
    if (entry.exists === 'never') return { ...entry, part, inside: type }
    if (entry.exists === 'perhaps' && doubtful.exists === 'always')
      doubtful = { exists: 'perhaps', part, inside: type }
    ;({ type } = entry)
  }
  return { ...doubtful, type }
}

/** The type of what a placeholder stands for, its formatter left aside. */
export function placeholderType(
  { alternatives, optional }: Placeholder,
  lookup: TypeLookup,
  isThere: Presence,
): ValueType {
  const types: ValueType[] = []
  for (const alternative of alternatives) {
    if (alternative.kind === 'literal') return either([...types, textType])
    const { exists, type } = follow(alternative, lookup)
    if (exists !== 'never') types.push(type)
    if (exists === 'always' && isThere(alternative.variable)) return either(types)
  }
  if (optional) types.push(textType)
  // A placeholder that may stand for nothing is reported where it is; what uses it gets what was meant.
  return types.length === 0 ? unknownType : either(types)
}

/** The type of what a value with placeholders in it becomes. */
export function typeOfValue(value: ValueTemplate, lookup: TypeLookup, isThere: Presence): ValueType {
  switch (value.kind) {
    case 'constant':
      return typeOfConstant(value.value)
    case 'text': {
      const placeholder = solePlaceholder(value.template)
      return placeholder === undefined || placeholder.formatter !== undefined
        ? textType
        : placeholderType(placeholder, lookup, isThere)
    }
    case 'list': {
      const first = value.items.map((item) => typeOfValue(item, lookup, isThere))
      return { kind: 'list', first, items: unknownType, atLeast: first.length, atMost: first.length }
    }
    case 'object':
      return exactly(
        new Map([...value.entries].map(([key, entry]) => [key, typeOfValue(entry, lookup, isThere)])),
      )
  }
}

function typeOfConstant(value: Json): ValueType {
  if (typeof value === 'number') return numberType
  if (typeof value === 'boolean') return { kind: 'boolean' }
  if (typeof value === 'string') return textType
  return value === null ? { kind: 'nothing' } : unknownType
}

/** The types of all variables of a flow: its inputs and what its steps give. */
export class VariableTypes {
  readonly #steps: readonly Step[]
  readonly #inputs: ReadonlyMap<string, Input>
  readonly #producers: ReadonlyMap<string, Producer>
  /** Which steps run when. */
  readonly scenarios: Scenarios
  readonly #inputTypes = new Map<string, ValueType>()
  /** For each step the type of one of its outputs; undefined while it is not known. */
  readonly #outputs: (ValueType | undefined)[]
  /** For each step with items the type of their list; undefined while it is not known, and on a circle. */
  readonly #lists: (ValueType | undefined)[]

  constructor(
    steps: readonly Step[],
    inputs: ReadonlyMap<string, Input>,
    producers: ReadonlyMap<string, Producer>,
  ) {
    this.#steps = steps
    this.#inputs = inputs
    this.#producers = producers
    this.scenarios = new Scenarios(steps, producers)
    this.#outputs = steps.map(outputTypeOf)
    this.#lists = steps.map(() => undefined)
    for (const position of steps.keys()) this.#settle(position)
  }

  /** What the templates of a step see: the variables of the flow, its item and its index, and the round before. */
  seenBy(step: Step): TypeLookup {
    return this.#seenBeside(step, step.kind === 'flow' ? sometimes(step.outputs) : unknownType)
  }

  /** What a step that repeats sees after a round. */
  seenAfterRound(step: FlowStep): TypeLookup {
    return this.#seenBeside(step, step.outputs)
  }

  #seenBeside(step: Step, previous: ValueType): TypeLookup {
    const { forEach } = step
    const isRepeated = step.kind === 'flow' && step.repeat !== undefined
    if (forEach === undefined && !isRepeated) return this.#global
    const item = forEach === undefined ? undefined : itemType(forEach, this.#global, this.isThere)
    return (variable) => {
      if (forEach !== undefined && variable === 'index') return numberType
      if (forEach !== undefined && variable === forEach.as) return item
      return isRepeated && variable === PREVIOUS ? previous : this.#global(variable)
    }
  }

  /** What the list of a `for_each` sees. */
  readonly outside: TypeLookup = (variable) => this.#global(variable)

  readonly isThere: Presence = (variable) => {
    const producer = this.#producers.get(variable)
    return producer === undefined || this.scenarios.alwaysRuns(producer.step)
  }

  readonly #global: TypeLookup = (variable) => {
    const producer = this.#producers.get(variable)
    if (producer === undefined) return this.#inputType(variable)
    const output = this.#outputs[producer.step] ?? unknownType
    const isItem = this.#steps[producer.step]?.forEach === undefined || producer.item !== undefined
    return isItem ? output : (this.#lists[producer.step] ?? listOf(output))
  }

  #inputType(name: string): ValueType | undefined {
    const input = this.#inputs.get(name)
    if (input === undefined) return undefined
    const type = this.#inputTypes.get(name) ?? typeOfSchema(input.schema)
    this.#inputTypes.set(name, type)
    return type
  }

  #isKnown(position: number, { kind, forEach }: Step): boolean {
    const hasOutput = kind !== 'value' || this.#outputs[position] !== undefined
    return hasOutput && (forEach === undefined || this.#lists[position] !== undefined)
  }

  /** Finds the type that a step gives, those of the steps that it uses first; what is on a circle is unknown. */
  #settle(start: number): void {
    const stack = [{ position: start, isOpen: false }]
    const open = new Set<number>()
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { position } = top
      const step = this.#steps[position]
      if (step === undefined || this.#isKnown(position, step) || (!top.isOpen && open.has(position))) {
        stack.pop()
      } else if (top.isOpen) {
        if (step.kind === 'value')
          this.#outputs[position] = typeOfValue(step.value, this.seenBy(step), this.isThere)
        if (step.forEach !== undefined) {
          const length = lengthOf(step.forEach, this.#global, this.isThere)
          this.#lists[position] = listOf(this.#outputs[position] ?? unknownType, ...length)
        }
        stack.pop()
      } else {
        top.isOpen = true
        open.add(position)
        for (const { variable } of step.uses) {
          const used = this.#producers.get(variable)?.step
          if (used !== undefined && !open.has(used)) stack.push({ position: used, isOpen: false })
        }
      }
    }
  }
}

/** In the first round there is no round before, and so none of what it would have given. */
function sometimes(outputs: ValueType): ValueType {
  return outputs.kind === 'object' ? { ...outputs, required: new Set() } : outputs
}

function itemType({ items }: ForEach, lookup: TypeLookup, isThere: Presence): ValueType {
  if (items.kind === 'count') return numberType
  if (items.kind === 'list') {
    const types = items.items.map((item) => typeOfValue(item, lookup, isThere))
    return types.length === 0 ? unknownType : either(types)
  }
  const list = placeholderType(items.placeholder, lookup, isThere)
  return list.kind === 'list' ? either([...list.first, list.items]) : unknownType
}

/** How many items there are, at least and at most. */
function lengthOf(
  { items, onItemError }: ForEach,
  lookup: TypeLookup,
  isThere: Presence,
): [atLeast: number | undefined, atMost: number] {
  // Items that are dropped are missing in the list that the others make.
  const isWhole = onItemError !== 'drop'
  if (items.kind === 'count') return [isWhole ? items.count : undefined, items.count]
  // A list that could not be read is empty, and has been reported.
  if (items.kind === 'list') {
    const count = items.items.length
    return count === 0 ? [undefined, Infinity] : [isWhole ? count : undefined, count]
  }
  const list = placeholderType(items.placeholder, lookup, isThere)
  return list.kind === 'list' ? [isWhole ? list.atLeast : undefined, list.atMost] : [undefined, Infinity]
}
