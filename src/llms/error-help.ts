import type { Endpoint } from './endpoint.ts'
import type { LlmConfig, LlmError } from './llm.ts'

/** How servers say that they do not know a model. */
const NO_SUCH_MODEL =
  /\bmodel_not_found\b|\bmodels?\b.*\b(?:not found|not exist|not available|unknown|not supported)|\b(?:unknown|no such|invalid) model\b/is

/** What a person can do about a call that a server turned down; undefined where nothing is known that helps. */
export function helpFor(error: LlmError, config: LlmConfig, endpoint: Endpoint): string | undefined {
  if (error.code === 'authentication-failed') return keyHelp(config, endpoint)
  // The origin comes first in the message, and may have the word in it.
  const said = error.message.slice(error.message.indexOf(': ') + 1)
  if ((error.httpStatus === 404 || error.httpStatus === 400) && NO_SUCH_MODEL.test(said)) {
    const asked = endpoint.keyFrom === undefined ? '' : ' to this key'
    return `check the "model" of llm "${config.name}": ${endpoint.origin} does not offer "${config.model}"${asked}`
  }
  return undefined
}

function keyHelp({ name, headersEnv }: LlmConfig, { keyFrom, origin }: Endpoint): string {
  const variables = [...(keyFrom === undefined ? [] : [keyFrom]), ...(headersEnv?.values() ?? [])]
  return variables.length === 0
    ? `llm "${name}" has no key: name the variable that holds one for ${origin} with "api_key_env"`
    : `check what is in ${variables.join(' and ')}: the key of llm "${name}" comes from there, and ${origin} does not accept it`
}
