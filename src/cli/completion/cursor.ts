import type { Argument, Command, Option } from 'commander'

/** What the command line expects at the cursor. */
export type Expected =
  | { readonly kind: 'option'; readonly typed: string }
  /** `before` is the beginning of the word that names the option: `--format=`. */
  | {
      readonly kind: 'value'
      readonly of: Option | Argument
      readonly typed: string
      readonly before: string
    }

export interface Cursor {
  readonly expected: Expected
  /** What stands before, apart from options and their values. */
  readonly operands: readonly string[]
  /** The options that stand before. */
  readonly given: ReadonlySet<Option>
}

/** Reads the words after a command's name as commander does, as far as they are there. */
export function cursorIn(command: Command, words: readonly string[], current: string): Cursor {
  const operands: string[] = []
  const given = new Set<Option>()
  let waiting: Option | undefined
  let areOptionsOver = false
  for (const word of words) {
    const isValue = waiting?.required === true || (waiting?.optional === true && !word.startsWith('-'))
    waiting = isValue ? undefined : areOptionsOver ? undefined : optionIn(command, word)
    if (isValue) continue
    if (waiting !== undefined) {
      given.add(waiting)
      if (!takesNextWord(waiting, word)) waiting = undefined
    } else if (areOptionsOver || !isOption(word)) operands.push(word)
    else if (word === '--') areOptionsOver = true
  }
  const cursor = (expected: Expected): Cursor => ({ expected, operands, given })
  const value = (of: Option | Argument, typed: string, before = ''): Cursor =>
    cursor({ kind: 'value', of, typed, before })
  if (waiting?.required === true || (waiting !== undefined && !current.startsWith('-')))
    return value(waiting, current)
  if (!areOptionsOver && isOption(current)) {
    const equals = current.indexOf('=')
    const option = equals === -1 ? undefined : optionIn(command, current)
    if (option !== undefined) return value(option, current.slice(equals + 1), current.slice(0, equals + 1))
    return cursor({ kind: 'option', typed: current })
  }
  const { registeredArguments: all } = command
  const last = all.at(-1)
  const argument = all[operands.length] ?? (last?.variadic === true ? last : undefined)
  return argument === undefined ? cursor({ kind: 'option', typed: current }) : value(argument, current)
}

function isOption(word: string): boolean {
  return word.startsWith('-') && word !== '-'
}

/** The option that a word begins with: `--format`, `--format=json`, `-f`, `-fjson`. */
function optionIn(command: Command, word: string): Option | undefined {
  const name = word.startsWith('--') ? word.replace(/=.*/s, '') : word.slice(0, 2)
  return command.options.find(({ long, short }) => long === name || short === name)
}

function takesNextWord({ required, optional, long, short }: Option, word: string): boolean {
  return (required || optional) && (word === long || word === short)
}
