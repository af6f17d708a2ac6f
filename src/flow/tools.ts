import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import { shortList } from '../diagnostics/short-list.ts'
import type { Entry, MapNode } from '../document/node.ts'
import type { FlowFolder } from '../source/flow-folder.ts'
import type { Span } from '../source/span.ts'
import type { Flow, Tool, ToolAction } from './flow.ts'
import type { InnerFlows } from './inner-flows.ts'
import type { JsonSchema } from './json-schema.ts'
import type { LlmConfig } from './llm-config.ts'
import { durationAt } from './llms.ts'
import { readModuleFunction } from './module-function.ts'
import { refuseBeyond } from './output-schema.ts'
import { child, entriesOf, itemsOf, mapOf, numberAt, textAt, textNode } from './reader.ts'
import { readSchema } from './schema-check.ts'

/** How long one call of a tool may take when the flow does not say. */
const DEFAULT_TIMEOUT_MS = 60_000

/** How many times a model may ask for tools when the flow does not say. */
const DEFAULT_MAX_ROUNDS = 8

const noParameters: JsonSchema = { type: 'object', properties: {}, additionalProperties: false }

interface ToolSurroundings {
  /** Undefined for a flow that is not a file, like the next. */
  readonly folder: FlowFolder | undefined
  readonly innerFlows: InnerFlows | undefined
  readonly diagnosis: Diagnosis
}

/** The flow's `tools`: finds those that a step names, and knows which none does. */
export class Tools {
  readonly #written = new Map<string, Entry>()
  /** Those that a step has named. What nobody uses is not read: that it is not used says enough. */
  readonly #read = new Map<string, Tool>()
  readonly #surroundings: ToolSurroundings
  readonly #diagnosis: Diagnosis

  constructor(root: MapNode, surroundings: ToolSurroundings) {
    this.#surroundings = surroundings
    this.#diagnosis = surroundings.diagnosis
    for (const entry of entriesOf(child(root, 'tools'))) this.#written.set(entry.key, entry)
  }

  /** What a step says of tools: those that it offers, and how often they may be asked for. */
  of(
    step: Entry,
    node: MapNode,
    llm: LlmConfig,
  ): { readonly tools: readonly Tool[]; readonly maxRounds: number } {
    const entry = node.entries.get('tools')
    const rounds = node.entries.get('max_rounds')
    if (entry === undefined && rounds !== undefined) {
      this.#diagnosis.error(
        'needs-tools',
        rounds.keySpan,
        `step "${step.key}" has "max_rounds", but no "tools"`,
        { help: 'name the tools that the model may ask for, or remove it' },
      )
    }
    if (entry !== undefined) refuseBeyond(step, entry, llm, this.#diagnosis)
    const tools = new Map<string, Tool>()
    for (const item of itemsOf(entry?.value)) {
      const name = textNode(item)
      const tool = name === undefined ? undefined : this.#find(name.value, name.span)
      if (tool !== undefined) tools.set(tool.name, tool)
    }
    return { tools: [...tools.values()], maxRounds: numberAt(node, 'max_rounds') ?? DEFAULT_MAX_ROUNDS }
  }

  /** Warns of the tools that no step names. */
  reportUnused(): void {
    for (const [name, { keySpan }] of this.#written) {
      if (this.#read.has(name)) continue
      this.#diagnosis.warning('unused-tool', keySpan, `no step offers the tool "${name}"`, {
        help: `remove it, or name it in a step: "tools: [${name}]"`,
      })
    }
  }

  #find(name: string, span: Span): Tool | undefined {
    const guess = this.#written.has(name) ? name : this.#diagnosis.guesses.closest(name, this.#written.keys())
    const entry = this.#written.get(guess ?? '')
    if (entry?.key !== name) {
      this.#diagnosis.error('unknown-tool', span, `there is no tool "${name}"`, {
        ...(entry === undefined
          ? {}
          : { related: [{ message: 'similar name declared here', span: entry.keySpan }] }),
        help:
          entry !== undefined
            ? `did you mean "${entry.key}"?`
            : this.#written.size === 0
              ? 'declare it under "tools:", beside "steps:"'
              : `the tools here are ${shortList(this.#written)}`,
      })
    }
    if (entry === undefined) return undefined
    const known = this.#read.get(entry.key) ?? this.#readTool(entry)
    this.#read.set(entry.key, known)
    return known
  }

  #readTool(entry: Entry): Tool {
    const node = mapOf(entry.value)
    const action = this.#readAction(entry, node)
    return {
      name: entry.key,
      description: textAt(node, 'description') ?? '',
      parameters: action.kind === 'flow' ? inputSchema(action.flow) : this.#readParameters(entry, node),
      timeoutMs: durationAt(node, 'timeout') ?? DEFAULT_TIMEOUT_MS,
      action,
    }
  }

  /** What a tool does: it calls a function, or runs a flow. */
  #readAction(tool: Entry, node: MapNode | undefined): ToolAction {
    const [written, other] = ['function', 'flow', 'parameters'].flatMap((key) => node?.entries.get(key) ?? [])
    const text = textNode(written?.value)
    const none: ToolAction = { kind: 'none' }
    // That it is no mapping has been said by the shape check.
    if (node === undefined) return none
    if (written === undefined || written.key === 'parameters') {
      this.#diagnosis.error('missing-key', tool.keySpan, `tool "${tool.key}" does not say what it does`, {
        help: 'add "function: ./FILE#EXPORT" or "flow: FILE"',
      })
      return none
    }
    if (other !== undefined && (written.key === 'flow' || other.key === 'flow')) {
      const isFlow = written.key === 'flow'
      this.#diagnosis.error(
        'several-verbs',
        other.keySpan,
        isFlow
          ? `tool "${tool.key}" runs a flow, and the inputs of that are its parameters`
          : `tool "${tool.key}" has both "function" and "flow"`,
        {
          related: [
            { message: isFlow ? 'the flow is here' : 'the other one is here', span: written.keySpan },
          ],
          help: isFlow ? 'remove it; the model is told each input with its description' : 'keep one of them',
        },
      )
    }
    // That it is no text, or an empty one, has been said by the shape check.
    if (text === undefined || text.value === '') return none
    if (written.key === 'function') {
      const found = readModuleFunction(text, this.#surroundings)
      return found === undefined ? none : { kind: 'function', function: found }
    }
    return this.#readFlow(text.value, text.span)
  }

  #readFlow(path: string, span: Span): ToolAction {
    const { innerFlows, diagnosis } = this.#surroundings
    if (innerFlows === undefined) {
      diagnosis.error('bad-file', span, 'a flow that is not a file has no folder to read other flows from')
      return { kind: 'none' }
    }
    const found = innerFlows.find(path)
    if (found.kind === 'found') return { kind: 'flow', flow: found.flow }
    if (found.kind === 'refused') {
      const help = found.help === undefined ? {} : { help: found.help }
      diagnosis.error('bad-file', span, `flow file "${path}" ${found.problem}`, help)
    }
    return { kind: 'none' }
  }

  #readParameters(tool: Entry, node: MapNode | undefined): JsonSchema {
    const written = child(node, 'parameters')
    if (written === undefined) return noParameters
    const schema = readSchema(written, this.#diagnosis)
    if (schema['type'] === 'object' || mapOf(written)?.entries.has('file') === true) return schema
    const type = child(written, 'type')
    const message = `the parameters of tool "${tool.key}" must be an object, each argument one of its properties`
    this.#diagnosis.error('bad-schema', type?.span ?? written.span, message, {
      help: 'write "parameters: { type: object, properties: { … } }"',
    })
    return noParameters
  }
}

/** The inputs of a flow as the arguments of a tool. */
function inputSchema({ inputs }: Flow): JsonSchema {
  const all = [...inputs.values()]
  return {
    type: 'object',
    properties: Object.fromEntries(all.map(({ name, schema }) => [name, schema])),
    required: all.flatMap(({ name, default: given }) => (given === undefined ? [name] : [])),
    additionalProperties: false,
  }
}
