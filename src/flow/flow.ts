import type { Expression } from '../expression/expression.ts'
import type { JsonSchema } from './json-schema.ts'
import type { Hook } from './hooks.ts'
import type { LlmConfig } from './llm-config.ts'
import type { VectorStoreConfig } from './retrieval-config.ts'
import type { SourceFile } from '../source/source-file.ts'
import type { Span } from '../source/span.ts'
import type { Json } from '../source/json.ts'
import type { Placeholder, Template } from '../template/template.ts'
import type { ValueTemplate } from '../template/value-template.ts'
import type { ValueType } from './value-type.ts'

/** A checked flow: every name resolved, every default filled in. Immutable, and so can be run any number of times. */
export interface Flow {
  readonly name: string
  readonly description: string | undefined
  readonly source: SourceFile
  readonly inputs: ReadonlyMap<string, Input>
  readonly llms: ReadonlyMap<string, LlmConfig>
  /** Where each LLM is declared, for messages about it; the one that is there by default is declared nowhere. */
  readonly llmSpans: ReadonlyMap<string, Span>
  readonly vectorStores: ReadonlyMap<string, VectorStoreConfig>
  /** The talks that steps share, by name. */
  readonly conversations: ReadonlyMap<string, Conversation>
  /** In file order; a step's position here is its number in the graph. */
  readonly steps: readonly Step[]
  /** Output key → the step that gives it. */
  readonly producers: ReadonlyMap<string, Producer>
  readonly connections: readonly Connection[]
  /** What a run may take at most, unless whoever runs it says otherwise. */
  readonly budget: WrittenBudget
  /** In the order in which they are told. Those of a flow inside a step are not: the flow around it tells its own. */
  readonly hooks: readonly Hook[]
  /** The output keys that make the result, in order. */
  readonly outputs: readonly string[]
}

/** What is said in it lasts as long as the run. */
export interface Conversation {
  readonly name: string
  /** The most messages, prompts and answers, that are remembered; undefined: all of them. */
  readonly maxMessages: number | undefined
}

/** Undefined for what is not limited. `cost` is in dollars, `tokens` are those of prompts and answers together. */
export interface WrittenBudget {
  readonly calls: number | undefined
  readonly tokens: number | undefined
  readonly cost: number | undefined
}

export type InputType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object'

export interface Input {
  readonly name: string
  readonly type: InputType
  readonly description: string | undefined
  /** Undefined: the input is required. */
  readonly default: Json | undefined
  /** The JSON Schema as written, with its type. */
  readonly schema: Readonly<Record<string, unknown>>
  /** Where it is declared; where it is first used, when it is not declared. */
  readonly span: Span
}

export interface Producer {
  /** Position of the step. */
  readonly step: number
  /** The item, when each item of the step has an output key of its own. */
  readonly item: number | undefined
}

/** A pair of steps from `connections`. */
export interface Connection {
  readonly from: number
  readonly to: number
  readonly span: Span
}

export type Step = LlmStep | ValueStep | FunctionStep | CommandStep | SearchStep | IndexStep | FlowStep

export type StepKind = Step['kind']

export interface StepBase {
  readonly id: string
  /** Label for people; may use `{index}` and the item. */
  readonly name: Template
  /** May contain `{index}` when `forEach` is there. */
  readonly outputKey: string
  readonly forEach: ForEach | undefined
  /** The step is skipped when this is false. */
  readonly when: Condition | undefined
  /** `any`: it runs as soon as not all that it needs was skipped. */
  readonly join: 'all' | 'any'
  /** Limit of the step with all its attempts. */
  readonly timeoutMs: number | undefined
  /** Every use of a variable that is not the step's own item or index, with its place. */
  readonly uses: readonly Use[]
  readonly span: Span
}

export interface Use {
  readonly variable: string
  /** Whether the step cannot do without: where its producer is skipped, so is the step. False for `{a ?? b}` and `{a?}`. */
  readonly required: boolean
  readonly span: Span
}

/** A CEL expression over inputs and outputs. */
export interface Condition {
  readonly text: string
  readonly expression: Expression
  readonly span: Span
}

export interface LlmStep extends StepBase {
  readonly kind: 'llm'
  /** The LLM with what the step overrides. */
  readonly llm: LlmConfig
  readonly prompt: Template
  /** The name of the template that the prompt is, and where its text stands. */
  readonly promptSource: { readonly template: string | undefined; readonly span: Span } | undefined
  /** The talk that it takes part in, and where it says so. */
  readonly conversation: { readonly name: string; readonly span: Span } | undefined
  /** System message and turns before the prompt; what was said in the conversation comes after them. */
  readonly messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: Template }[]
  readonly onTruncated: 'error' | 'continue' | 'retry'
  /** The tools that the model may ask for. */
  readonly tools: readonly Tool[]
  /** How many times it may ask for them before it must answer. */
  readonly maxRounds: number
  /** What the answer has to be as JSON; undefined: it is a text. */
  readonly outputSchema: OutputSchema | undefined
  /** Whether equal prompts have equal answers; undefined: they have with temperature 0. */
  readonly cache: boolean | undefined
}

/** What a model may ask for while it answers. */
export interface Tool {
  readonly name: string
  readonly description: string
  /** JSON Schema of its arguments, an object. */
  readonly parameters: JsonSchema
  /** Limit of one call. */
  readonly timeoutMs: number
  readonly action: ToolAction
}

/** What a call of a tool does. `none`: what could not be read, in a flow that does not run. */
export type ToolAction =
  | { readonly kind: 'function'; readonly function: ModuleFunction }
  | { readonly kind: 'flow'; readonly flow: Flow }
  | { readonly kind: 'none' }

/** What an answer has to be. */
export interface OutputSchema {
  readonly schema: JsonSchema
  /** Where the model is told of it: by the API, or in its prompt. */
  readonly place: 'request' | 'prompt'
  /** Whether the server shall hold the model to every letter of it. */
  readonly isStrict: boolean
}

export interface ValueStep extends StepBase {
  readonly kind: 'value'
  readonly value: ValueTemplate
}

/** A function of a JavaScript or TypeScript module. */
export interface ModuleFunction {
  /** As it is written, for people. */
  readonly text: string
  /** Of the module file, absolute, with symbolic links resolved. */
  readonly path: string
  /** Name of the export; `default` when none is written. */
  readonly export: string
  readonly span: Span
}

export interface FunctionStep extends StepBase {
  readonly kind: 'function'
  readonly function: ModuleFunction
  readonly with: ReadonlyMap<string, ValueTemplate>
  /** Attempts after the first one. */
  readonly maxRetries: number
}

export interface CommandStep extends StepBase {
  readonly kind: 'command'
  /** The program, then its arguments. The program's name holds no variable. */
  readonly argv: readonly Template[]
  /** A text is sent as it is, anything else as JSON. */
  readonly stdin: ValueTemplate | undefined
  readonly output: 'text' | 'json' | 'lines'
  /** Names of the environment variables that the program is given, beside PATH. */
  readonly env: readonly string[]
  /** Attempts after the first one. */
  readonly maxRetries: number
}

export interface SearchStep extends StepBase {
  readonly kind: 'search'
  /** Name of the vector store. */
  readonly store: string
  readonly query: ValueTemplate
  readonly topK: number
  readonly minScore: number | undefined
  readonly filter: ValueTemplate | undefined
  readonly onEmpty: 'error' | 'continue'
  /** Attempts after the first one. */
  readonly maxRetries: number
}

export interface IndexStep extends StepBase {
  readonly kind: 'index'
  /** Name of the vector store. */
  readonly store: string
  readonly documents: ValueTemplate
  /** Attempts after the first one. */
  readonly maxRetries: number
}

export interface FlowStep extends StepBase {
  readonly kind: 'flow'
  /** The flow that runs inside this step. */
  readonly flow: Flow
  /** Its inputs. */
  readonly with: ReadonlyMap<string, ValueTemplate>
  readonly repeat: Repeat | undefined
  /** What the step gives: an object of the outputs of its flow. */
  readonly outputs: ValueType
}

/** The variable that holds what the round before gave, in a step that repeats. */
export const PREVIOUS = 'previous'

/** A flow that runs again and again: `{previous.key}` is what the round before gave. */
export interface Repeat {
  /** Ends the loop when true after a round; undefined: it runs `max` times. */
  readonly until: Condition | undefined
  readonly max: number
}

export interface ForEach {
  /** Name of the item in templates. */
  readonly as: string
  readonly items: ForEachItems
  readonly maxConcurrency: number | undefined
  /** What an item that fails does: the step fails; its error stands in the list; the list goes without it. */
  readonly onItemError: 'fail' | 'keep' | 'drop'
}

export type ForEachItems =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'list'; readonly items: readonly ValueTemplate[] }
  /** A list input; how many items there are is known when a run starts. */
  | { readonly kind: 'input'; readonly placeholder: Placeholder }
  /** A list that another step gives; how many items there are is known when that has ended. */
  | { readonly kind: 'output'; readonly placeholder: Placeholder }
