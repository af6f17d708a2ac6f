import { Command, Help, Option, type HelpConfiguration } from 'commander'
import type { Flow, Input } from '../flow/flow.ts'
import { visibleLine } from '../source/visible.ts'
import { runVerb, type FlowVerb } from './run-options.ts'

/** What was written on the command line for each input, in order. */
export type WrittenInputs = Map<string, string[]>

interface TakenInputs {
  /** The command; an input named like one of its options cannot be an option as well. */
  readonly verb: FlowVerb
  readonly written: WrittenInputs
}

/**
 * Adds the flow's inputs as options of its own. What is given for them is added to `written`. Those that are named like
 * an option of the command are in its help only, in the way that they can be given.
 */
export function addInputOptions(command: Command, flow: Flow, { verb, written }: TakenInputs): void {
  const hidden: Option[] = []
  const taken = takenNames(verb)
  command.optionsGroup(inputsHeading)
  for (const input of flow.inputs.values()) {
    const { name } = input
    if (taken.has(name)) {
      hidden.push(new Option(`--input ${name}=${placeOf(input)}`, describeInput(input)))
      continue
    }
    const option = new Option(`--${name} ${placeOf(input)}`, describeInput(input))
    option.argParser((text: string) => addWritten(written, name, text))
    // Without an argument: a switch that is turned on.
    if (input.type === 'boolean') option.preset('true')
    command.addOption(option)
  }
  if (hidden.length > 0)
    command.configureHelp({ ...command.configureHelp(), ...alsoListing(hidden, command) })
}

/** Help with further lines at the end of the first list, which is that of the inputs if there is one. */
function alsoListing(hidden: readonly Option[], command: Command): HelpConfiguration {
  const { prototype } = Help
  let isFirst = true
  return {
    formatItemList(heading, items, helper) {
      const list = (title: string, lines: string[]): string[] =>
        prototype.formatItemList.call(this, title, lines, helper)
      if (!isFirst || items.length === 0) return list(heading, items)
      isFirst = false
      const width = helper.padWidth(command, helper)
      const lines = hidden.map((option) =>
        helper.formatItem(helper.optionTerm(option), width, helper.optionDescription(option), helper),
      )
      const isOfInputs = heading === inputsHeading
      return isOfInputs
        ? list(heading, [...items, ...lines])
        : [...list(inputsHeading, lines), ...list(heading, items)]
    },
    longestOptionTermLength(asked, helper) {
      const lengths = hidden.map((option) => helper.optionTerm(option).length)
      return Math.max(prototype.longestOptionTermLength.call(this, asked, helper), ...lengths)
    },
  }
}

const inputsHeading = 'Inputs:'

export function addWritten(written: WrittenInputs, name: string, text: string): void {
  const texts = written.get(name)
  if (texts === undefined) written.set(name, [text])
  else texts.push(text)
}

/** Names of the command's own options; a Set, since a flow may have many inputs. */
function takenNames({ addOptions }: FlowVerb): ReadonlySet<string> {
  const own = addOptions(new Command()).options
  // commander keeps the value of `--max-calls` under `maxCalls`.
  return new Set(['help', ...own.flatMap((option) => [option.attributeName(), option.name()])])
}

/** How an input is given on the command line. */
export function flagOf(input: Input, verb: FlowVerb = runVerb): string {
  return takenNames(verb).has(input.name) ? `--input ${input.name}=` : `--${input.name} `
}

function placeOf({ type }: Input): string {
  return type === 'boolean' ? '[true|false]' : `<${words[type]}>`
}

const words: Readonly<Record<Exclude<Input['type'], 'boolean'>, string>> = {
  string: 'text',
  number: 'number',
  integer: 'integer',
  array: 'item',
  object: 'json',
}

function describeInput(input: Input): string {
  const { description, schema } = input
  const parts = description === undefined ? [] : [description]
  if (Array.isArray(schema['enum']))
    parts.push(`one of ${schema['enum'].map((one) => JSON.stringify(one)).join(', ')}`)
  if (input.type === 'array') parts.push('once for each item, or a JSON list')
  parts.push(
    input.default === undefined ? 'required' : `default: ${shortened(JSON.stringify(input.default))}`,
  )
  const [first = '', ...rest] = parts
  const text = description === undefined ? parts.join('; ') : `${first} (${rest.join('; ')})`
  return visibleLine(text)
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
