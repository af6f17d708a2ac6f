import type { EmbeddingConfig } from '../flow/retrieval-config.ts'
import { resolveEndpoint } from '../llms/endpoint.ts'
import { type LlmConfig, LlmError } from '../llms/llm.ts'
import { type CheckOptions, checkLlm, endpointOf, type OpenOptions } from '../llms/open.ts'
import type { LlmProblem } from '../llms/problem.ts'
import { proxyFor } from '../llms/proxy.ts'
import { createRedactor, secretsIn } from '../llms/redaction.ts'
import { timeLimitsOf } from '../llms/time-limits.ts'
import type { Embedder } from './embedder.ts'

/** Why embeddings cannot be made, found without a call; undefined when nothing speaks against it. */
export function checkEmbeddings(config: EmbeddingConfig, options: CheckOptions): LlmProblem | undefined {
  const problem = checkLlm(asLlm(config), options)
  return problem === undefined ? undefined : told(problem, config)
}

/** Where the calls go, for people to see; undefined for what works in this process or cannot be called. */
export function embeddingPlace(
  config: EmbeddingConfig,
  options: CheckOptions,
): ReturnType<typeof endpointOf> {
  return endpointOf(asLlm(config), options)
}

/**
 * Makes embeddings ready to be called. Loads what the provider needs and nothing else; connects to nothing. Rejects with
 * an `LlmError` where `checkEmbeddings` finds a problem, and where a package is missing.
 */
export async function openEmbedder(config: EmbeddingConfig, options: OpenOptions): Promise<Embedder> {
  const { world, allowHosts, allowEnv = [] } = options
  if (config.provider === 'embedded') {
    const { openEmbedded } = await import('./embedded-embedder.ts')
    return openEmbedded()
  }
  if (config.provider === 'scripted') {
    const { scriptedEmbedder } = await import('./scripted-embedder.ts')
    return scriptedEmbedder(config.dimensions)
  }
  const check = { env: world.env, allowHosts, allowEnv }
  const llm = asLlm(config)
  const problem = checkEmbeddings(config, check)
  const resolved = resolveEndpoint(llm, check)
  if (problem !== undefined || 'problem' in resolved) {
    const { message, help } = problem ?? { message: 'embeddings that cannot be called', help: '' }
    throw new LlmError('request-refused', `${message}\n${help}`, { retryable: false })
  }
  const { endpoint } = resolved
  const url = new URL(endpoint.url)
  const proxy = proxyFor(url, world.env)
  const [{ openAiEmbedder }, { routeTo }] = await Promise.all([
    import('./openai-embedder.ts'),
    import('../llms/route.ts'),
  ])
  return openAiEmbedder(config, {
    endpoint,
    route: await routeTo(url, proxy === 'bad-proxy' ? undefined : proxy),
    limits: { ...timeLimitsOf(llm), ...options.timeLimits },
    world,
    redact: createRedactor(secretsIn(world.env, [llm])),
  })
}

/** As an LLM of the same provider: where that is and which key it gets follows from the same rules. */
export function asLlm(config: EmbeddingConfig): LlmConfig {
  const { dimensions: _, price, ...same } = config
  return {
    ...same,
    api: 'chat',
    sampling: { maxTokens: 0 },
    ...(price === undefined ? {} : { price: { input: price, output: 0 } }),
  }
}

/** What was found out about it as an LLM, in the words of a flow. */
function told(problem: LlmProblem, { name }: EmbeddingConfig): LlmProblem {
  const message = problem.message.replaceAll(`llm "${name}"`, `embeddings "${name}"`)
  const help = problem.help
    .replaceAll(`llm "${name}"`, `embeddings "${name}"`)
    .replace(
      'or try the flow without any key: --offline',
      'or, with no key and no network: provider: embedded',
    )
  return { ...problem, message, help }
}
