import { isLoopback, isMetadata } from './host.ts'
import type { LlmConfig } from './llm.ts'
import type { LlmProblem } from './problem.ts'
import { allPresets, presetOf } from '../flow/providers.ts'

/** Where calls go, and how far the place is trusted. */
export interface BaseUrl {
  readonly url: URL
  /**
   * Who named it: the preset, the environment (such as `OPENAI_BASE_URL`), or the flow. A flow is often someone else's file, so a
   * place that the flow names is given no key that was not meant for it.
   */
  readonly namedBy: 'preset' | 'environment' | 'flow'
}

/**
 * The base URL of an LLM, or why it may not be used. A flow may name this machine or the address of a preset; every other
 * host has to be allowed from outside the flow. Plain HTTP is for this machine, unless the host is allowed from outside.
 * Link-local and metadata addresses are refused whoever names them.
 */
export function resolveBaseUrl(
  config: LlmConfig,
  options: {
    readonly env: Readonly<Record<string, string | undefined>>
    readonly allowHosts: readonly string[]
  },
): BaseUrl | LlmProblem {
  const preset = presetOf(config.provider)
  const variable = preset?.urlVariable
  const redirect = variable === undefined ? undefined : options.env[variable]?.trim() || undefined
  const written = config.baseUrl ?? redirect ?? preset?.baseUrl
  if (written === undefined) return missingBaseUrl(config, variable)
  const source =
    config.baseUrl === undefined && redirect !== undefined && variable !== undefined ? variable : 'base_url'
  const url = parse(written, preset?.path)
  if (typeof url === 'string') {
    const message = `the ${source} of llm "${config.name}" ${url}`
    return { code: 'bad-base-url', llm: config.name, message, help: 'write it like https://host.example/v1' }
  }
  if (isMetadata(url.hostname)) {
    return {
      code: 'host-not-allowed',
      llm: config.name,
      message: `the ${source} of llm "${config.name}" is a link-local or metadata address (${url.hostname})`,
      help: 'language models do not live there; such addresses are always refused',
    }
  }
  if (config.baseUrl === undefined) return { url, namedBy: redirect === undefined ? 'preset' : 'environment' }
  if (redirect !== undefined && originOf(redirect) === url.origin) return { url, namedBy: 'environment' }
  if (isAllowed(url, options.allowHosts) || isLoopback(url.hostname)) return { url, namedBy: 'flow' }
  if ([...allPresets()].some((other) => originOf(other.baseUrl) === url.origin))
    return { url, namedBy: 'flow' }
  const keyVariable = config.apiKeyEnv ?? preset?.keyVariable
  const insecure = url.protocol === 'http:' ? ' over plain HTTP' : ''
  return {
    code: 'host-not-allowed',
    llm: config.name,
    message: `the flow sends llm "${config.name}" to ${url.host}${insecure}, a host that nobody outside the flow has allowed`,
    help: `if you trust it with your prompts, add --allow-host ${url.host}${
      keyVariable === undefined
        ? ''
        : `\nand, if it is to get the key in ${keyVariable}, --allow-env ${keyVariable}`
    }`,
  }
}

function missingBaseUrl({ name, provider }: LlmConfig, variable: string | undefined): LlmProblem {
  const [message, help] =
    variable === undefined
      ? [
          `llm "${name}" has no base_url, and provider "${provider}" has none of its own`,
          'add base_url: http://localhost:8000/v1, or wherever the server is',
        ]
      : [
          `llm "${name}" needs to know where your ${provider} is, and ${variable} is not set`,
          `say where: export ${variable}=https://…`,
        ]
  return { code: 'missing-base-url', llm: name, message, help }
}

/** The origin of a URL; undefined for what is not one. */
export function originOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined
}

/** The URL, or what is wrong with it. `path` is where the API begins on a host that is given alone. */
function parse(written: string, path: string | undefined): URL | string {
  if (!URL.canParse(written)) return 'is not a URL'
  const url = new URL(written)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'is neither an https nor an http URL'
  if (url.username !== '' || url.password !== '') {
    return 'holds a user name or password; keys come from the environment'
  }
  if (url.hash !== '') return 'holds a fragment (#…), which means nothing here'
  url.pathname = url.pathname.replace(/\/+$/, '')
  if (url.pathname === '/' && path !== undefined) url.pathname = path
  return url
}

/** Whether someone has allowed the host of a URL: alone (any port), with a port, or as a URL. */
export function isAllowed(url: URL, allowHosts: readonly string[]): boolean {
  return allowHosts.some((allowed) => {
    const text = allowed.includes('://') ? allowed : `${url.protocol}//${allowed}`
    if (!URL.canParse(text)) return false
    const { hostname, host, port } = new URL(text)
    return port === '' && !/:\d+$/.test(allowed) ? hostname === url.hostname : host === url.host
  })
}
