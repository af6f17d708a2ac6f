import type { Argument, Option } from 'commander'
import { catalogue } from '../../diagnostics/catalogue.ts'
import type { Input } from '../../flow/flow.ts'
import { offer, nothing, type Candidate, type Completion } from './candidate.ts'
import { filesAt, flowsAt } from './files.ts'
import type { FlowAtHand } from './flow-at-hand.ts'
import { inputValues } from './input-values.ts'
import { stepsOfResults } from './result-steps.ts'
import { selectPaths } from './select-paths.ts'
import { storesAt } from './store-names.ts'

/** A value that is being typed. */
export interface TypedValue {
  readonly of: Option | Argument
  readonly typed: string
  /** What the word has before the value, such as `--format=`. */
  readonly before: string
  /** The flow that the command line names, if it does. */
  readonly at: FlowAtHand | undefined
  /** The input that it is a value of, if it is one. */
  readonly input: Input | undefined
}

/** What an option or argument could be. Which it is follows from how its help names the value: `<file>`, `<path=value>`. */
export async function valuesFor(value: TypedValue): Promise<Completion> {
  const { of, typed, before, at, input } = value
  if (input !== undefined) return inputCompletion(inputValues(input), typed, before)
  switch (nameOfValue(of)) {
    case 'flow':
      return flowsAt(typed)
    case 'store':
      return storesAt(typed, before)
    case 'file':
      return filesAt(typed, before)
    case 'code':
      return offer(codes(), typed, before)
    case 'step':
      return offer(stepsOfResults(), typed, before)
    case 'result':
      return filesAt(typed, before)
    case 'path':
      return at?.flow === undefined ? nothing : offer(selectPaths(at.flow, typed), typed, before)
    case 'path=value':
      return changes(value, '')
    case 'name.key=value':
      return changes(value, 'llms.')
    case 'name=value':
      return namedInput(value)
    default:
      return offer(wordsOf(of.description), typed, before)
  }
}

/** The word for the value in the help: `format` of `--format <format>`, `flow` of `FLOW...`. */
function nameOfValue(of: Option | Argument): string {
  const name = isOption(of) ? (/[<[](.*?)[>\]]/.exec(of.flags)?.[1] ?? '') : of.name()
  return name.toLowerCase().replace(/\.\.\.$/, '')
}

function isOption(of: Option | Argument): of is Option {
  return 'flags' in of
}

/** Where a value is one of a few words, its description is the list of them: `text, json or github`. */
function wordsOf(description: string): readonly Candidate[] {
  const list = /^([a-z][\w-]*(?:, [a-z][\w-]*)* or [a-z][\w-]*)$/.exec(description)?.[1]
  return list?.split(/, | or /).map((text) => ({ text })) ?? []
}

function codes(): readonly Candidate[] {
  return Object.entries(catalogue).map(([text, about]) => ({ text, about }))
}

async function changes({ typed, before, at }: TypedValue, prefix: '' | 'llms.'): Promise<Completion> {
  if (at === undefined) return nothing
  // It brings the schema along.
  const { changesOf } = await import('./change-paths.ts')
  return changesOf(at, typed, { before, prefix })
}

/** Of `--input NAME=VALUE`. */
function namedInput({ typed, before, at }: TypedValue): Completion {
  const inputs = at?.flow?.inputs
  if (inputs === undefined) return nothing
  const equals = typed.indexOf('=')
  if (equals === -1) {
    const names = [...inputs.values()].map(({ name, description }): Candidate => ({
      text: `${name}=`,
      goesOn: true,
      ...(description === undefined ? {} : { about: description }),
    }))
    return offer(names, typed, before)
  }
  const input = inputs.get(typed.slice(0, equals))
  const start = typed.slice(0, equals + 1)
  return input === undefined
    ? nothing
    : inputCompletion(inputValues(input), typed.slice(equals + 1), before + start)
}

/** A value that begins with `@` is read from a file. */
function inputCompletion(values: readonly Candidate[], typed: string, before: string): Completion {
  if (typed.startsWith('@') && !typed.startsWith('@@')) return filesAt(typed.slice(1), `${before}@`)
  // Apart from its option such a value looks like another option.
  const fitting = before === '' ? values.filter(({ text }) => !/^-(?!\d)/.test(text)) : values
  return offer(fitting, typed, before)
}
