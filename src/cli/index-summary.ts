import type { VectorStoreConfig } from '../flow/retrieval-config.ts'
import type { LlmError } from '../llms/llm.ts'
import type { FileProblem, Filling } from '../run/index-documents.ts'
import { jsonText } from '../source/json-text.ts'

interface Indexed {
  /** Name of the flow. */
  readonly flow: string
  readonly config: VectorStoreConfig
  /** Undefined when it ended before it did anything. */
  readonly filling: Filling | undefined
  readonly problems: readonly FileProblem[]
  /** Why it ended before its end, if it did. */
  readonly failure: LlmError | undefined
  readonly redact: (text: string) => string
}

/** What the command did, as JSON. */
export function indexSummary({ flow, config, filling, problems, failure, redact }: Indexed): string {
  const { provider, model } = config.embeddings
  const summary = {
    llmflows: 1,
    flow,
    store: config.name,
    embeddings: { provider, model },
    files: filling?.files ?? 0,
    documents: filling?.documents ?? 0,
    written: filling?.written ?? 0,
    unchanged: filling?.unchanged ?? 0,
    removed: filling?.removed ?? 0,
    usage: {
      calls: filling?.calls ?? 0,
      input_tokens: filling?.inputTokens ?? 0,
      cost: filling === undefined ? 0 : filling.cost,
    },
    problems: problems.map(({ place, problem }) => ({ place, problem })),
    error: failure === undefined ? null : { code: failure.code, message: redact(failure.message) },
  }
  return jsonText(summary, { compact: false }) + '\n'
}
