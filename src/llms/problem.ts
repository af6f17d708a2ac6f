/** Why an LLM cannot be called at all, known before any call is made. */
export interface LlmProblem {
  readonly code:
    | 'unknown-provider'
    | 'missing-base-url'
    | 'bad-base-url'
    | 'host-not-allowed'
    | 'missing-key'
    | 'bad-key'
    | 'key-not-for-host'
    | 'missing-header-variable'
    | 'bad-header'
    | 'bad-proxy'
    | 'missing-model-file'
  /** The LLM's name in the flow. */
  readonly llm: string
  /** Lower case, no full stop, no secret in it. */
  readonly message: string
  /** What to do about it. */
  readonly help: string
}
