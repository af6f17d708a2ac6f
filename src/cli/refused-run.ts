import type { Flow, Input } from '../flow/flow.ts'
import type { RunProblem } from '../run/refusal.ts'
import { flagOf } from './input-options.ts'
import { runVerb, type FlowVerb } from './run-options.ts'
import { shellWord } from './shell-word.ts'

/** A reason why a run cannot start, as `message` and `help` for the command line. */
export function explainRefusal(
  problem: RunProblem,
  flow: Flow,
  flowText: string,
): { readonly message: string; readonly help: string | undefined } {
  const input = problem.input === undefined ? undefined : flow.inputs.get(problem.input)
  if (problem.code !== 'missing-input' || input === undefined)
    return { message: problem.message, help: problem.help }
  return { message: problem.message, help: exampleCommand(flow, flowText) }
}

/** A command that gives every input that is required. */
export function exampleCommand(flow: Flow, flowText: string, verb: FlowVerb = runVerb): string {
  const words = [...flow.inputs.values()]
    .filter((input) => input.default === undefined && input.name !== verb.saidInput?.(flow))
    .map((input) => flagOf(input, verb) + exampleValue(input))
  return [`llmflows ${verb.name}`, shellWord(flowText), ...words].join(' ')
}

function exampleValue({ type, schema }: Input): string {
  const choices = schema['enum'] ?? schema['examples']
  const value: unknown = Array.isArray(choices) ? choices[0] : undefined
  if (value !== undefined) {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return shellWord(text)
  }
  return { string: '"…"', number: '1', integer: '1', boolean: 'true', array: '"…"', object: "'{…}'" }[type]
}
