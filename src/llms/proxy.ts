import { isLoopback } from './host.ts'

type Env = Readonly<Record<string, string | undefined>>

/**
 * The proxy that the environment asks for on the way to a URL: HTTPS_PROXY or HTTP_PROXY by the URL's scheme, unless
 * NO_PROXY lists the host; lower-case names win, as everywhere. Never for this machine. `bad-proxy` for one that cannot be used.
 */
export function proxyFor(url: URL, env: Env): URL | undefined | 'bad-proxy' {
  if (isLoopback(url.hostname)) return undefined
  const written = url.protocol === 'https:' ? variable(env, 'https_proxy') : variable(env, 'http_proxy')
  if (written === undefined || isExempt(url, variable(env, 'no_proxy') ?? '')) return undefined
  const text = written.includes('://') ? written : `http://${written}`
  if (!URL.canParse(text)) return 'bad-proxy'
  const proxy = new URL(text)
  const isUsable = (proxy.protocol === 'http:' || proxy.protocol === 'https:') && decoded(proxy) !== undefined
  return isUsable ? proxy : 'bad-proxy'
}

/** What a proxy with a user name in its URL, one that `proxyFor` gave, wants to see. */
export function proxyAuthorization(proxy: URL): string | undefined {
  if (proxy.username === '' && proxy.password === '') return undefined
  return `Basic ${Buffer.from(decoded(proxy) ?? '').toString('base64')}`
}

/** User name and password; undefined when a percent sign in them stands for nothing. */
function decoded({ username, password }: URL): string | undefined {
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  } catch {
    return undefined
  }
}

function variable(env: Env, name: string): string | undefined {
  return env[name]?.trim() || env[name.toUpperCase()]?.trim() || undefined
}

/** NO_PROXY: `*`, or hosts separated by commas; `example.com` and `.example.com` cover their subdomains; `host:port`. */
function isExempt(url: URL, list: string): boolean {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true
    const [, name = '', entryPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? []
    const suffix = (entry.split(':').length > 2 ? entry.toLowerCase() : name).replace(/^\*?\./, '')
    if (suffix === '' || (entryPort !== undefined && name === suffix && entryPort !== port)) return false
    return host === suffix || host.endsWith(`.${suffix}`)
  })
}
