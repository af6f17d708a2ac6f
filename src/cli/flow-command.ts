import type { Command } from 'commander'
import type { Flow } from '../flow/flow.ts'
import { visibleLine } from '../source/visible.ts'
import { createProgram, helpShape, parse, refuseDashValues } from './commander.ts'
import { addInputOptions, type WrittenInputs } from './input-options.ts'
import type { Io } from './io.ts'
import { exampleCommand } from './refused-run.ts'
import { inputsOf } from './run-inputs.ts'
import { runVerb, type FlowVerb } from './run-options.ts'
import { UsageError } from './usage-error.ts'

/** A flow as a command of its own: its inputs are options, with types, defaults and descriptions. */
export function flowCommand(
  flow: Flow,
  path: string,
  written: WrittenInputs,
  io: Io,
  verb: FlowVerb = runVerb,
): Command {
  const command = createProgram(io)
    .name(`llmflows ${verb.name}`)
    .usage(`${visibleLine(path)} [--INPUT VALUE]… [options]`)
    .allowExcessArguments()
    // The descriptions say all of it.
    .configureHelp({ ...helpShape, helpWidth: 80, optionDescription: ({ description }) => description })
    .addHelpText('before', `Example:\n  ${visibleLine(exampleCommand(flow, path, verb))}\n`)
  if (flow.description !== undefined) command.description(visibleLine(flow.description))
  addInputOptions(command, flow, { verb, written })
  return verb.addOptions(command)
}

/** Reads the arguments of a flow; throws `UsageError` for those that neither it nor the command knows. */
export async function parseFlowArgs(command: Command, args: readonly string[], flow: Flow): Promise<void> {
  refuseDashValues(command, args)
  await parse(command, args, flow.inputs.size === 0 ? undefined : inputsOf(flow))
  const [extra] = command.args
  if (extra === undefined) return
  const name = extra.replace(/=.*/s, '')
  throw new UsageError(
    `unexpected argument "${extra}"`,
    extra.includes('=') && flow.inputs.has(name)
      ? `did you mean "--${extra}"?`
      : 'inputs are given as --NAME VALUE',
  )
}
