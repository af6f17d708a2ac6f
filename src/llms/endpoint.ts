import { type BaseUrl, resolveBaseUrl } from './base-url.ts'
import { isLoopback } from './host.ts'
import { keyNotForHost, mayGo } from './key-binding.ts'
import type { LlmConfig } from './llm.ts'
import type { LlmProblem } from './problem.ts'
import { presetOf } from '../flow/providers.ts'
import { readSecret } from './secret.ts'

/** A place to call and what to show there. Holds secrets: never print one. */
export interface Endpoint {
  /** Base URL without a trailing slash. */
  readonly url: string
  /** The header that the key goes in, as it is; undefined: `authorization: Bearer`. */
  readonly keyHeader?: string
  readonly origin: string
  /** Undefined when none is sent. */
  readonly key?: string
  /** The variable that the key came from; undefined for a stand-in, as servers on this machine get. */
  readonly keyFrom?: string
  /** From `headers_env`, names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** False when calls go elsewhere than to the provider's own address: worth showing before the first call. */
  readonly isDefault: boolean
}

interface EndpointOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Hosts that someone outside the flow has allowed: `host` or `host:port`. */
  readonly allowHosts: readonly string[]
  /** Variables that someone outside the flow lets it send wherever it says. */
  readonly allowEnv?: readonly string[]
}

/**
 * Where an LLM's calls go and with which key, or why they cannot be made. A key goes to the origin it is meant for, to a
 * place named outside the flow, or to this machine when the flow asks for it by `api_key_env`; nowhere else.
 */
export function resolveEndpoint(
  config: LlmConfig,
  options: EndpointOptions,
): { readonly endpoint: Endpoint } | { readonly problem: LlmProblem } {
  const base = resolveBaseUrl(config, options)
  if ('code' in base) return { problem: base }
  const key = resolveKey(config, base, options)
  if ('code' in key) return { problem: key }
  const headers = resolveHeaders(config, base, options)
  if ('problem' in headers) return headers
  const preset = presetOf(config.provider)
  return {
    endpoint: {
      url: versioned(base.url, config).href.replace(/\/$/, ''),
      origin: base.url.origin,
      ...key,
      ...(preset?.keyHeader === undefined ? {} : { keyHeader: preset.keyHeader }),
      headers: headers.values,
      isDefault: base.url.href === preset?.baseUrl,
    },
  }
}

/**
 * The place of a version of Azure's API. The versions with a date are older than its v1 API and have deployments in their
 * paths, where v1 has them in the body; the responses API, which is younger, had them there from the start.
 */
function versioned(base: URL, { provider, api, model, apiVersion }: LlmConfig): URL {
  if (apiVersion === undefined) return base
  const url = new URL(base)
  const isDated = /^\d/.test(apiVersion)
  if (isDated && url.pathname === presetOf(provider)?.path) {
    url.pathname = api === 'responses' ? '/openai' : `/openai/deployments/${encodeURIComponent(model)}`
  }
  url.searchParams.set('api-version', apiVersion)
  return url
}

function resolveKey(
  config: LlmConfig,
  base: BaseUrl,
  options: EndpointOptions,
): Pick<Endpoint, 'key' | 'keyFrom'> | LlmProblem {
  const preset = presetOf(config.provider)
  const variable = config.apiKeyEnv ?? preset?.keyVariable
  const isLocal = isLoopback(base.url.hostname)
  if (variable === undefined) return preset?.dummyKey === undefined ? {} : { key: preset.dummyKey }
  if (!mayGo(variable, config, base, options.allowEnv ?? [])) {
    // A server on this machine that stands in for the service is called without its key, unless the flow asks for that.
    return isLocal && config.apiKeyEnv === undefined
      ? { key: 'local' }
      : keyNotForHost(config, variable, base)
  }
  const secret = readSecret(options.env, variable)
  if ('value' in secret) return { key: secret.value, keyFrom: secret.where }
  if (secret.reason === 'missing') {
    if (config.apiKeyEnv === undefined && isLocal) return { key: 'local' }
    // Whoever brings a token of another kind needs no key.
    const headers = [...(config.headersEnv?.keys() ?? [])]
    if (headers.some((name) => name.toLowerCase() === 'authorization')) return {}
    return {
      code: 'missing-key',
      llm: config.name,
      message: `llm "${config.name}" needs a key for ${config.provider}, and ${secret.where} is not set`,
      help: [
        `set the key: export ${variable}=…`,
        'or use a model on this machine: provider: ollama (also lmstudio, vllm, llama-cpp)',
        'or try the flow without any key: --offline',
      ].join('\n'),
    }
  }
  return {
    code: 'bad-key',
    llm: config.name,
    message:
      secret.reason === 'unreadable'
        ? `the file that ${secret.where} names cannot be read`
        : `the key in ${secret.where} holds a character that no key has (a line break, a quote of a word processor, a letter with an accent)`,
    help: secret.reason === 'unreadable' ? 'check the path and its permissions' : 'copy the key again',
  }
}

/** Headers that frame a message or choose its receiver are the transport's. */
const RESERVED = new Set([
  'host',
  'connection',
  'keep-alive',
  'content-length',
  'transfer-encoding',
  'content-type',
  'accept-encoding',
  'expect',
  'te',
  'trailer',
  'upgrade',
])

function resolveHeaders(
  config: LlmConfig,
  base: BaseUrl,
  options: EndpointOptions,
): { readonly values: Readonly<Record<string, string>> } | { readonly problem: LlmProblem } {
  const values = new Map<string, string>()
  for (const [name, variable] of config.headersEnv ?? []) {
    const header = name.toLowerCase()
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(header) || RESERVED.has(header) || header.startsWith('proxy-')) {
      const message = `llm "${config.name}" may not set the header "${name}" with headers_env`
      const help = 'use another header, or leave it out'
      return { problem: { code: 'bad-header', llm: config.name, message, help } }
    }
    if (!mayGo(variable, config, base, options.allowEnv ?? []))
      return { problem: keyNotForHost(config, variable, base) }
    const secret = readSecret(options.env, variable)
    if ('value' in secret) {
      values.set(header, secret.value)
      continue
    }
    if (secret.reason === 'illegal') {
      const message = `the value in ${secret.where} cannot be sent in the header "${name}": it holds a line break or a character beyond ASCII`
      return { problem: { code: 'bad-header', llm: config.name, message, help: 'copy the value again' } }
    }
    const message = `the header "${name}" of llm "${config.name}" comes from ${secret.where}, which ${
      secret.reason === 'missing' ? 'is not set' : 'names a file that cannot be read'
    }`
    const help = `set it: export ${variable}=…`
    return { problem: { code: 'missing-header-variable', llm: config.name, message, help } }
  }
  return { values: Object.fromEntries(values) }
}
