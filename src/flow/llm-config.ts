export type Api = 'chat' | 'completions' | 'responses'

export type FinishReason = 'stop' | 'length' | 'content-filter' | 'refusal' | 'tool-calls'

/** Sampling parameters; what is left out is not sent. `maxTokens` is always there: a runaway answer costs money. */
export interface Sampling {
  readonly maxTokens: number
  readonly temperature?: number
  readonly topP?: number
  readonly stop?: readonly string[]
  readonly seed?: number
}

/** One entry of a flow's `llms`, resolved: defaults filled in, overrides applied. */
export interface LlmConfig {
  /** Its name in the flow. */
  readonly name: string
  readonly provider: string
  readonly api: Api
  readonly model: string
  /** The file of a `local` model: absolute, with symbolic links resolved. Undefined: there is none, or the provider is another. */
  readonly modelPath?: string
  /** The version of Azure's API; left out: the one that needs none. */
  readonly apiVersion?: string
  readonly sampling: Sampling
  /** As written in the flow; the provider's own when left out. */
  readonly baseUrl?: string
  /** Name of the environment variable that holds the key. */
  readonly apiKeyEnv?: string
  /** Header name → name of the environment variable that holds its value. */
  readonly headersEnv?: ReadonlyMap<string, string>
  /** Limit of one attempt. */
  readonly timeoutMs: number
  /** Attempts after the first one. */
  readonly maxRetries: number
  readonly maxConcurrency?: number
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  /** Tokens that prompt and answer may have together, when the user says so. */
  readonly contextWindow?: number
  /** Dollars per million tokens. */
  readonly price?: { readonly input: number; readonly output: number }
  /** Where a model is told what JSON its answer has to be, when the flow says so. */
  readonly schemaIn?: 'request' | 'prompt'
  /** Passed through to the API untouched, last. */
  readonly params?: Readonly<Record<string, unknown>>
  /** The rules of the `scripted` provider. */
  readonly answers?: readonly ScriptedAnswer[]
}

/** One rule of a scripted LLM: the first rule whose `match` is in the prompt, or in what tools gave, answers. */
export interface ScriptedAnswer {
  /** Text that must occur in the prompt; left out: matches everything. */
  readonly match?: string
  /** `{prompt}` stands for the prompt. */
  readonly answer?: string
  /** The tools that it asks for instead. */
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: string }[]
  /** Milliseconds before the answer. */
  readonly delayMs?: number
  readonly finishReason?: FinishReason
  /** Fail with this HTTP status instead of answering. */
  readonly status?: number
  /** How many calls this rule serves before it is passed over; left out: all. */
  readonly times?: number
}
