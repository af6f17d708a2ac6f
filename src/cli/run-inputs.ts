import { closest } from '../diagnostics/closest.ts'
import type { Flow } from '../flow/flow.ts'
import type { Json } from '../source/json.ts'
import { addWritten, type WrittenInputs } from './input-options.ts'
import { decode, readBytes, refuseRepeatedKeys, textOf, valueOf } from './input-text.ts'
import type { Io } from './io.ts'
import type { RunTexts } from './run-options.ts'
import { shellWord } from './shell-word.ts'
import { UsageError } from './usage-error.ts'

/** Adds what `--input NAME=VALUE` gives to what the options of the inputs give. */
export function addNamedInputs(texts: readonly string[], flow: Flow, written: WrittenInputs): void {
  for (const text of texts) {
    const equals = text.indexOf('=')
    if (equals < 1)
      throw new UsageError(`option "--input" cannot read "${text}"`, 'write it like --input topic=friendship')
    const name = text.slice(0, equals)
    if (!flow.inputs.has(name)) {
      const guess = closest(name, flow.inputs.keys())
      throw new UsageError(
        `flow "${flow.name}" has no input "${name}"`,
        guess === undefined ? inputsOf(flow) : `did you mean "${guess}"?`,
      )
    }
    addWritten(written, name, text.slice(equals + 1))
  }
}

/** Which inputs a flow takes, as help. */
export function inputsOf(flow: Flow): string {
  const names = [...flow.inputs.keys()]
  const [only] = names
  if (only === undefined) return `flow "${flow.name}" takes no inputs`
  return names.length === 1 ? `the only input is ${only}` : `the inputs are ${names.join(', ')}`
}

/** The values of the inputs: those of `--inputs`, and over them those of the command line. */
export async function readInputs(
  written: WrittenInputs,
  flow: Flow,
  { inputs: path }: RunTexts,
  io: Io,
): Promise<Map<string, Json>> {
  const values = path === undefined ? new Map<string, Json>() : await readInputsFile(path, io)
  for (const [name, texts] of written) {
    const input = flow.inputs.get(name)
    if (input === undefined) continue
    const read: string[] = []
    for (const text of texts) read.push(await textOf(text, name, io))
    values.set(name, valueOf(read, input))
  }
  return values
}

async function readInputsFile(path: string, io: Io): Promise<Map<string, Json>> {
  if (/^\s*[{[]/.test(path)) {
    const help = `for one input: --NAME VALUE; for many: echo '{…}' | llmflows run FLOW --inputs -`
    throw new UsageError('"--inputs" takes a file, and this looks like JSON', exampleOf(path) ?? help)
  }
  const what = path === '-' ? 'standard input for "--inputs"' : `inputs file "${path}"`
  const text = decode(path === '-' ? await io.stdinBytes() : await readBytes(path, what), what)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new UsageError(`${what} is not valid JSON`, 'it holds an object such as {"topic": "friendship"}')
  }
  refuseRepeatedKeys(text, what)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${what} must hold a JSON object`, 'such as {"topic": "friendship"}')
  }
  return new Map(Object.entries(value as Record<string, Json>))
}

/** JSON that was meant as the inputs themselves, as options. */
function exampleOf(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const options = Object.entries(value).map(([name, one]: [string, unknown]) => {
      const written = typeof one === 'string' ? one : JSON.stringify(one)
      return `--${name} ${shellWord(written)}`
    })
    return options.length === 0
      ? undefined
      : `write ${options.join(' ')}, or give a file with that JSON in it`
  } catch {
    return undefined
  }
}
