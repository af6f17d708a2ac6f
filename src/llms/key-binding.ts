import { type BaseUrl, originOf } from './base-url.ts'
import type { LlmConfig } from './llm.ts'
import type { LlmProblem } from './problem.ts'
import { allPresets, presetOf } from '../flow/providers.ts'

/**
 * Whether what a variable holds may be sent to a place. A service's own key goes to that service, and to where the
 * environment has moved it; so does every variable that is named after the service, such as `OPENAI_API_KEY_WORK` or
 * `OPENAI_ORG_ID`. A flow may be anyone's, so every other pair of variable and place needs the word of someone outside it.
 */
export function mayGo(
  variable: string,
  config: LlmConfig,
  base: BaseUrl,
  allowEnv: readonly string[],
): boolean {
  if (allowEnv.includes(variable)) return true
  const preset = presetOf(config.provider)
  const prefix = preset?.keyVariable?.replace(/API_KEY$/, '')
  const isOwn = prefix !== undefined && variable.startsWith(prefix)
  if (isOwn && (base.namedBy !== 'flow' || originOf(preset?.baseUrl) === base.url.origin)) return true
  return [...allPresets()].some(
    (owner) => owner.keyVariable === variable && originOf(owner.baseUrl) === base.url.origin,
  )
}

export function keyNotForHost(config: LlmConfig, variable: string, base: BaseUrl): LlmProblem {
  return {
    code: 'key-not-for-host',
    llm: config.name,
    message: `the flow sends what is in ${variable} to ${base.url.host}, by llm "${config.name}"; nobody outside the flow has allowed that`,
    help: `if you trust ${base.url.host} with it, add --allow-env ${variable}`,
  }
}
