import { type BaseUrl, originOf } from './base-url.ts'
import { isLoopback } from './host.ts'
import type { LlmConfig } from './llm.ts'
import type { LlmProblem } from './problem.ts'
import { allPresets, presetOf } from './providers.ts'

/**
 * Whether what a variable holds may be sent to a place. The key of a known service goes to that service, to this machine when
 * the flow's provider is that service, and to wherever someone outside the flow sends it. Other variables are the user's own.
 */
export function mayGo(variable: string, config: LlmConfig, base: BaseUrl): boolean {
  if (base.namedBy === 'outside') return true
  const owners = [...allPresets()].filter((preset) => preset.keyVariable === variable.replace(/_FILE$/, ''))
  if (owners.length === 0) return true
  if (owners.some((owner) => originOf(owner.baseUrl) === base.url.origin)) return true
  return isLoopback(base.url.hostname) && owners.some((owner) => owner === presetOf(config.provider))
}

export function keyNotForHost(config: LlmConfig, variable: string, base: BaseUrl): LlmProblem {
  return {
    code: 'key-not-for-host',
    llm: config.name,
    message: `llm "${config.name}" would send the secret in ${variable} to ${base.url.host}, which it is not meant for`,
    help: `name another variable with api_key_env, or, if you trust the host with it, add --allow-host ${base.url.host}`,
  }
}
