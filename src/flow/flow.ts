import type { LlmConfig } from './llm-config.ts'
import type { SourceFile } from '../source/source-file.ts'
import type { Span } from '../source/span.ts'
import type { Json } from '../source/json.ts'
import type { Placeholder, Template } from '../template/template.ts'
import type { ValueTemplate } from '../template/value-template.ts'

/** A checked flow: every name resolved, every default filled in. Immutable, and so can be run any number of times. */
export interface Flow {
  readonly name: string
  readonly description: string | undefined
  readonly source: SourceFile
  readonly inputs: ReadonlyMap<string, Input>
  readonly llms: ReadonlyMap<string, LlmConfig>
  /** Where each LLM is declared, for messages about it; the one that is there by default is declared nowhere. */
  readonly llmSpans: ReadonlyMap<string, Span>
  /** In file order; a step's position here is its number in the graph. */
  readonly steps: readonly Step[]
  /** Output key → the step that gives it. */
  readonly producers: ReadonlyMap<string, Producer>
  readonly connections: readonly Connection[]
  /** The output keys that make the result, in order. */
  readonly outputs: readonly string[]
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

export type Step = LlmStep | ValueStep

interface StepBase {
  readonly id: string
  /** Label for people; may use `{index}` and the item. */
  readonly name: Template
  /** May contain `{index}` when `forEach` is there. */
  readonly outputKey: string
  readonly forEach: ForEach | undefined
  /** Every use of a variable that is not the step's own item or index, with its place. */
  readonly uses: readonly Use[]
  readonly span: Span
}

export interface Use {
  readonly variable: string
  readonly span: Span
}

export interface LlmStep extends StepBase {
  readonly kind: 'llm'
  /** The LLM with what the step overrides. */
  readonly llm: LlmConfig
  readonly prompt: Template
  /** The name of the template that the prompt is, and where its text stands. */
  readonly promptSource: { readonly template: string | undefined; readonly span: Span } | undefined
  /** System message and turns before the prompt. */
  readonly messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: Template }[]
  readonly onTruncated: 'error' | 'continue' | 'retry'
  /** Limit of the step with all its attempts. */
  readonly timeoutMs: number | undefined
}

export interface ValueStep extends StepBase {
  readonly kind: 'value'
  readonly value: ValueTemplate
}

export interface ForEach {
  /** Name of the item in templates. */
  readonly as: string
  readonly items: ForEachItems
  readonly maxConcurrency: number | undefined
}

export type ForEachItems =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'list'; readonly items: readonly ValueTemplate[] }
  /** A list input; how many items there are is known when a run starts. */
  | { readonly kind: 'input'; readonly placeholder: Placeholder }
