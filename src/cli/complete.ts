import { Command, type Option } from 'commander'
import type { Input } from '../flow/flow.ts'
import { createProgram } from './commander.ts'
import { nothing, offer, type Candidate, type Completion } from './completion/candidate.ts'
import { cursorIn, type Cursor } from './completion/cursor.ts'
import { flowAt, type FlowAtHand } from './completion/flow-at-hand.ts'
import { bashReply, fishReply, zshReply, type Reply } from './completion/reply.ts'
import { readLine } from './completion/typed-line.ts'
import { valuesFor } from './completion/values.ts'
import { flowCommand } from './flow-command.ts'
import type { Io } from './io.ts'
import { addRunOptions } from './run-options.ts'

/** Adds a command to the program. */
type Register = (program: Command, io: Io) => void

type Commands = ReadonlyMap<string, () => Promise<Register>>

/**
 * `llmflows __complete SHELL LINE [WORDBREAKS]`: what the scripts of `llmflows completion` ask when Tab is pressed, with the
 * line as far as the cursor. Whatever is wrong, with the flow or the line, there is no answer and no message.
 */
export async function complete(
  [shell, text = '', wordBreaks = '']: readonly string[],
  commands: Commands,
  io: Io,
): Promise<void> {
  const reply = replies.get(shell ?? '')?.(wordBreaks)
  if (reply === undefined) return
  try {
    const line = readLine(text)
    const completion = await completionOf(line.words.slice(1), line.current, commands, io)
    if (completion.candidates.length > 0) io.stdout.write(reply(completion, line))
  } catch {
    // Whoever presses Tab on a line that is not finished wants no message in it.
  }
}

const replies: ReadonlyMap<string, (wordBreaks: string) => Reply> = new Map([
  ['bash', bashReply],
  ['zsh', () => zshReply],
  ['fish', () => fishReply],
])

async function completionOf(
  words: readonly string[],
  current: string,
  commands: Commands,
  io: Io,
): Promise<Completion> {
  const [name, ...rest] = words
  const program = createProgram(io)
  if (name === undefined) {
    if (current.startsWith('-')) return offer([{ text: '--help' }, { text: '--version' }], current)
    for (const load of commands.values()) (await load())(program, io)
    return offer(
      program.commands.map((command) => ({ text: command.name(), about: command.description() })),
      current,
    )
  }
  if (name === 'help') return rest.length > 0 ? nothing : completionOf([], current, commands, io)
  const register = await commands.get(name)?.()
  register?.(program, io)
  const [command] = program.commands
  return command === undefined ? nothing : completionIn(command, rest, current, io)
}

async function completionIn(
  command: Command,
  words: readonly string[],
  current: string,
  io: Io,
): Promise<Completion> {
  const at = flowOf(command, cursorIn(command, words, current))
  const inputs = addInputs(command, at, io)
  const { expected, given } = cursorIn(command, words, current)
  if (expected.kind === 'value') return valuesFor({ ...expected, at, input: inputs.get(expected.of.name()) })
  return optionsOf(command, { typed: expected.typed, given, inputs })
}

/** Gives a command that takes inputs those of its flow, as far as none of its own options has the same name. */
function addInputs(command: Command, at: FlowAtHand | undefined, io: Io): ReadonlyMap<string, Input> {
  const added = new Map<string, Input>()
  const isTaken = (name: string, { options }: Command): boolean => options.some((own) => own.name() === name)
  if (at?.flow === undefined || !isTaken('input', command)) return added
  const ofRun = addRunOptions(new Command())
  for (const option of flowCommand(at.flow, at.path, new Map(), io).options) {
    const name = option.name()
    const input = at.flow.inputs.get(name)
    if (input === undefined || isTaken(name, ofRun) || isTaken(name, command)) continue
    command.addOption(option)
    added.set(name, input)
  }
  return added
}

/** The flow that the command's first argument names; undefined where it takes none, or none that can be read. */
function flowOf(
  { registeredArguments: [first] }: Command,
  { operands: [path] }: Cursor,
): FlowAtHand | undefined {
  if (path === undefined || path === '-' || first?.name().toLowerCase().startsWith('flow') !== true)
    return undefined
  try {
    return flowAt(path)
  } catch {
    return undefined
  }
}

interface Given {
  readonly typed: string
  readonly given: ReadonlySet<Option>
  readonly inputs: ReadonlyMap<string, Input>
}

function optionsOf(command: Command, { typed, given, inputs }: Given): Completion {
  const isRepeatable = (option: Option): boolean =>
    repeatable.has(option.name()) || inputs.get(option.name())?.type === 'array'
  const visible = command.createHelp().visibleOptions(command)
  const open = visible.filter((option) => !given.has(option) || isRepeatable(option))
  // An empty word asks what the flow needs; all the rest is a dash away.
  const asked = typed === '' ? open.filter((option) => inputs.has(option.name())) : []
  const shown = asked.length > 0 ? asked : open
  const long = shown.map((option): Candidate => ({ text: option.long ?? '', about: option.description }))
  const short = shown.filter((option) => option.short === typed).map(() => ({ text: typed }))
  return offer([...long, ...short], typed)
}

const repeatable = new Set(['input', 'llm', 'set', 'allow-host'])
