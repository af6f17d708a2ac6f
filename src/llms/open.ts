import { resolveEndpoint } from './endpoint.ts'
import type { Llm, LlmConfig } from './llm.ts'
import { LlmError } from './llm.ts'
import type { LlmProblem } from './problem.ts'
import { modelFile } from './local/model-file.ts'
import { presetOf, providerNames } from '../flow/providers.ts'
import { proxyFor } from './proxy.ts'
import { createRedactor, hideSecrets, secretsIn } from './redaction.ts'
import { type TimeLimits, timeLimitsOf } from './time-limits.ts'
import type { World } from './world.ts'

export interface CheckOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Hosts that someone outside the flow has allowed: `host` or `host:port`. */
  readonly allowHosts: readonly string[]
  /** Variables that someone outside the flow lets it send wherever it says. Default: none. */
  readonly allowEnv?: readonly string[]
}

export interface OpenOptions {
  readonly world: World
  /** Hosts that someone outside the flow has allowed: `host` or `host:port`. */
  readonly allowHosts: readonly string[]
  /** Variables that someone outside the flow lets it send wherever it says. Default: none. */
  readonly allowEnv?: readonly string[]
  /** Instead of the usual limits within an attempt; the whole attempt's is the configuration's `timeoutMs`. */
  readonly timeLimits?: Partial<TimeLimits>
}

/** Why an LLM could not be called, found without calling it; undefined when nothing speaks against it. */
export function checkLlm(config: LlmConfig, options: CheckOptions): LlmProblem | undefined {
  const place = locate(config, options)
  return 'code' in place ? place : undefined
}

/** The URL that an LLM's calls go to, for people to see; undefined for one that works in this process or cannot be called. */
export function endpointOf(
  config: LlmConfig,
  options: CheckOptions,
): { readonly url: string; readonly isDefault: boolean } | undefined {
  const place = locate(config, options)
  if ('code' in place || place.kind === 'process') return undefined
  return { url: place.endpoint.url, isDefault: place.endpoint.isDefault }
}

/**
 * Makes an LLM ready to be called. Loads what its provider needs and nothing else; connects to nothing. Rejects with an
 * `LlmError` where `checkLlm` finds a problem.
 */
export async function openLlm(config: LlmConfig, options: OpenOptions): Promise<Llm> {
  const { world, allowHosts, allowEnv = [] } = options
  const place = locate(config, { env: world.env, allowHosts, allowEnv })
  if ('code' in place) {
    throw new LlmError('request-refused', `${place.message}\n${place.help}`, { retryable: false })
  }
  if (place.kind === 'http') {
    const [{ openAiLlm }, { routeTo }] = await Promise.all([import('./openai-llm.ts'), import('./route.ts')])
    const secrets = secretsIn(world.env, [config])
    return openAiLlm(config, {
      endpoint: place.endpoint,
      route: await routeTo(new URL(place.endpoint.url), place.proxy),
      limits: { ...timeLimitsOf(config), ...options.timeLimits },
      world,
      redact: createRedactor(secrets),
      hide: hideSecrets(secrets),
    })
  }
  if (config.provider === 'local') {
    const { openLocal } = await import('./local/local-llm.ts')
    const modelPath = modelFile(config, world.env)
    return openLocal(modelPath === undefined ? config : { ...config, modelPath })
  }
  if (config.provider === 'embedded') {
    const { openEmbedded } = await import('./embedded/embedded-llm.ts')
    return openEmbedded(config)
  }
  const { scriptedLlm } = await import('./scripted.ts')
  return scriptedLlm(config, world)
}

function locate(config: LlmConfig, options: CheckOptions) {
  const preset = presetOf(config.provider)
  if (preset === undefined) {
    const message = `llm "${config.name}" has an unknown provider "${config.provider}"`
    return {
      code: 'unknown-provider',
      llm: config.name,
      message,
      help: `providers: ${providerNames.join(', ')}`,
    } as const
  }
  if (config.provider === 'local' && modelFile(config, options.env) === undefined) {
    const message = `the model file "${config.model}" of llm "${config.name}" does not exist`
    const help = "put it into the flow's folder, or say where your models are: export LLMFLOWS_MODELS=…"
    return { code: 'missing-model-file', llm: config.name, message, help } as const
  }
  if (preset.kind === 'process') return { kind: 'process' } as const
  const resolved = resolveEndpoint(config, options)
  if ('problem' in resolved) return resolved.problem
  const proxy = proxyFor(new URL(resolved.endpoint.url), options.env)
  if (proxy === 'bad-proxy') {
    const message = `the proxy variable for ${resolved.endpoint.origin} holds no URL that can be used`
    const help =
      'write it like HTTPS_PROXY=http://proxy.example:3128, with %25 for a percent sign in a password'
    return { code: 'bad-proxy', llm: config.name, message, help } as const
  }
  return { kind: 'http', endpoint: resolved.endpoint, proxy } as const
}
