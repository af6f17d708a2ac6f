import type { ServerStoreConfig } from '../flow/retrieval-config.ts'
import { isAllowed } from '../llms/base-url.ts'
import { isLoopback, isMetadata } from '../llms/host.ts'
import type { CheckOptions } from '../llms/open.ts'
import { readSecret } from '../llms/secret.ts'

/** Why a vector store cannot be used, known before it is opened. */
export interface StoreProblem {
  readonly code: string
  /** Lower case, no full stop, no secret in it. */
  readonly message: string
  readonly help: string
}

/** Where a server is and what to show it. Holds a secret: never print one. */
export interface StorePlace {
  readonly url: URL
  /** Undefined when none is sent. */
  readonly key?: string
}

interface Service {
  readonly usualUrl: string
  /** A variable whose name begins so is the service's own. */
  readonly prefix: string
  /** The domain that only the service itself answers on, so that its key is safe there. */
  readonly ownDomain?: string
  readonly needsKey?: true
}

const services: Readonly<Record<ServerStoreConfig['provider'], Service>> = {
  chroma: { usualUrl: 'http://localhost:8000', prefix: 'CHROMA_' },
  qdrant: { usualUrl: 'http://localhost:6333', prefix: 'QDRANT_' },
  pinecone: {
    usualUrl: 'https://api.pinecone.io',
    prefix: 'PINECONE_',
    ownDomain: 'pinecone.io',
    needsKey: true,
  },
}

/**
 * Where the server of a store is and which key it gets, or why it may not be used: the rules of LLMs. A flow may name this
 * machine; another host has to be allowed from outside the flow. A key goes to the service that its variable is named
 * after, where the service itself or the environment says it is; anywhere else only with the word of someone outside.
 */
export function storePlace(config: ServerStoreConfig, options: CheckOptions): StorePlace | StoreProblem {
  const service = services[config.provider]
  const found = urlOf(config, service, options)
  if ('code' in found) return found
  const { url, isTrusted } = found
  const variable = config.apiKeyEnv ?? `${service.prefix}API_KEY`
  const isAsked = config.apiKeyEnv !== undefined
  const isOwn = variable.startsWith(service.prefix) && (isTrusted || isServices(url, service))
  if (!isOwn && options.allowEnv?.includes(variable) !== true) {
    if (!isAsked && service.needsKey === undefined) return { url }
    return {
      code: 'key-not-for-host',
      message: `the flow sends what is in ${variable} to ${url.host}, by vector store "${config.name}"; nobody outside the flow has allowed that`,
      help: `if you trust ${url.host} with it, add --allow-env ${variable}`,
    }
  }
  const secret = readSecret(options.env, variable)
  if ('value' in secret) return { url, key: secret.value }
  if (secret.reason === 'missing' && !isAsked && service.needsKey === undefined) return { url }
  return {
    code: secret.reason === 'missing' ? 'missing-key' : 'bad-key',
    message:
      secret.reason === 'missing'
        ? `vector store "${config.name}" needs a key for ${config.provider}, and ${secret.where} is not set`
        : `the key in ${secret.where} cannot be read, or holds a character that no key has`,
    help: `set the key: export ${variable}=…`,
  }
}

function urlOf(
  config: ServerStoreConfig,
  service: Service,
  { env, allowHosts, allowEnv = [] }: CheckOptions,
): { readonly url: URL; readonly isTrusted: boolean } | StoreProblem {
  const { name, urlEnv } = config
  const who = `vector store "${name}"`
  if (urlEnv !== undefined && !urlEnv.startsWith(service.prefix) && !allowEnv.includes(urlEnv)) {
    return {
      code: 'key-not-for-host',
      message: `the flow reads ${urlEnv} for ${who}, which nobody outside the flow has allowed`,
      help: `call the variable ${service.prefix}URL, or add --allow-env ${urlEnv}`,
    }
  }
  const named = urlEnv === undefined ? undefined : env[urlEnv]?.trim() || undefined
  if (urlEnv !== undefined && named === undefined) {
    return {
      code: 'missing-url',
      message: `${who} is where ${urlEnv} says, which is not set`,
      help: `export ${urlEnv}=https://…`,
    }
  }
  const source = urlEnv ?? 'url'
  const url = parsed(named ?? config.url ?? service.usualUrl)
  if (url === undefined) {
    return {
      code: 'bad-url',
      message: `the ${source} of ${who} is not an https or http URL without user name and password`,
      help: 'write it like https://host.example:6333',
    }
  }
  if (isMetadata(url.hostname)) {
    return {
      code: 'host-not-allowed',
      message: `the ${source} of ${who} is a link-local or metadata address (${url.hostname})`,
      help: 'vector stores do not live there; such addresses are always refused',
    }
  }
  if (named !== undefined || config.url === undefined) return { url, isTrusted: true }
  if (isLoopback(url.hostname) || isServices(url, service) || isAllowed(url, allowHosts)) {
    return { url, isTrusted: false }
  }
  return {
    code: 'host-not-allowed',
    message: `the flow sends ${who} to ${url.host}, a host that nobody outside the flow has allowed`,
    help: `if you trust it with your documents, add --allow-host ${url.host}`,
  }
}

function parsed(written: string): URL | undefined {
  if (!URL.canParse(written)) return undefined
  const url = new URL(written)
  const isPlain = url.username === '' && url.password === '' && url.hash === '' && url.search === ''
  return isPlain && (url.protocol === 'https:' || url.protocol === 'http:') ? url : undefined
}

function isServices({ protocol, hostname }: URL, { ownDomain }: Service): boolean {
  if (ownDomain === undefined || protocol !== 'https:') return false
  return hostname === ownDomain || hostname.endsWith(`.${ownDomain}`)
}
