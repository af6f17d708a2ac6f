import type { Command } from 'commander'
import type { Input } from '../flow/flow.ts'
import type { Json } from '../source/json.ts'
import { announcements, callsEmbedded, embeddedNote } from './announcement.ts'
import { linesOfPipe, linesOfTerminal } from './chat-lines.ts'
import { chatVerb, type ChatTexts } from './chat-options.ts'
import { inputFor, shownPath } from './chat-roles.ts'
import { ChatSession } from './chat-session.ts'
import { readFlowOrder, type FlowRequest } from './flow-order.ts'
import { flagOf, type WrittenInputs } from './input-options.ts'
import { valueOf } from './input-text.ts'
import type { ExitCode, Io } from './io.ts'
import { say } from './message.ts'
import { registerFlowVerb } from './register-flow-verb.ts'
import { UsageError } from './usage-error.ts'

/** `llmflows chat FLOW`: a talk with a flow, line by line. */
export function registerChat(program: Command, io: Io): void {
  const description = 'Talks with a flow: what is said runs it, and its conversations go on.'
  registerFlowVerb(program, { verb: chatVerb, description, examples, perform: performChat }, io)
  program.commands[0]?.addHelpText('after', keys)
}

const examples = `Examples:
  llmflows chat chatbot.yaml
  llmflows chat chatbot.yaml --offline            without a key or a network
  llmflows chat tutor.yaml --language French --say-to message
  printf 'Hello\\nWho are you?\\n' | llmflows chat chatbot.yaml
`

const keys = `
/reset forgets what was said, /exit or Ctrl-D ends the talk, and Ctrl-C stops an
answer. From a pipe, every line is a turn. Nothing of a talk is kept.
`

async function performChat(request: FlowRequest, io: Io): Promise<void> {
  const order = await readFlowOrder<ChatTexts>(chatVerb, request, io)
  if (order === undefined) return
  const { compiled, inputs, texts } = order
  const { flow } = compiled
  if (process.stdin.readableEnded)
    throw new UsageError(
      'standard input holds what is said, and cannot be an input as well',
      'give it as @file',
    )
  const said = inputFor(flow, inputs, texts.sayTo)
  const shown = shownPath(flow, texts.select)
  const missing = [...flow.inputs.values()].filter(
    ({ name, default: otherwise }) => otherwise === undefined && name !== said && !inputs.has(name),
  )
  if (missing.length > 0) {
    const interrupted = await askForMissing(missing, inputs, io)
    if (interrupted !== undefined) return io.setExitCode(interrupted)
  }
  if (texts.quiet !== true) {
    if (flow.conversations.size === 0)
      say(io, 'note', `flow "${flow.name}" has no conversations, so every line is the first one to it`)
    const { allowHost: allowHosts = [], allowEnv = [] } = texts
    const lines = announcements(compiled, { env: order.env, allowHosts, allowEnv })
    if (callsEmbedded(compiled)) lines.push(embeddedNote)
    for (const line of lines) say(io, 'note', line)
  }
  const session = new ChatSession({ order, said, shown }, io)
  io.setExitCode(await session.talk(io.isInteractive ? linesOfTerminal(io) : linesOfPipe(process.stdin)))
}

/** Asks on a terminal; elsewhere throws `UsageError`, which names the options. */
async function askForMissing(
  missing: readonly Input[],
  inputs: Map<string, Json>,
  io: Io,
): Promise<ExitCode | undefined> {
  if (!io.isInteractive) {
    const names = missing.map(({ name }) => `"${name}"`).join(', ')
    const help = missing.map((input) => `${flagOf(input, chatVerb)}…`).join(' ')
    throw new UsageError(`missing input${missing.length === 1 ? '' : 's'}: ${names}`, `add ${help}`)
  }
  const { askFor } = await import('./ask.ts')
  const asked: WrittenInputs = new Map()
  const interrupted = await askFor(missing, asked, io)
  for (const input of missing) {
    const texts = asked.get(input.name)
    if (texts !== undefined) inputs.set(input.name, valueOf(texts, input))
  }
  return interrupted
}
