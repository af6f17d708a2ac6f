/** How keys of well-known services begin, as a regular expression. */
export const keyPrefixes = '(?:sk-|gsk_|xai-|AIza|gh[pousr]_|github_pat_|hf_|r8_|AKIA)'

const prefixed = `${keyPrefixes}[A-Za-z0-9_-]{8,}`
/** Letters and digits mixed, as no name that a person writes has them. */
const random = String.raw`(?=[A-Za-z0-9+/_-]*(?:\d[A-Za-z+/_-]*){4})(?=[A-Za-z0-9+/_-]*(?:[A-Za-z][0-9+/_-]*){4})[A-Za-z0-9+/_-]{32,}`

const wholeKey = new RegExp(String.raw`^(?:Bearer\s+.{8,}|${prefixed}|${random})={0,2}$`, 's')
const keysInText = new RegExp(String.raw`(?<![A-Za-z0-9_-])(?:${prefixed}|${random})={0,2}`, 'g')
const afterName =
  /(?<=(?:api_?key(?:_env)?|password|secret|access_token|authorization)["']?\s*:\s*["']?)(?!\$?\{?[A-Za-z_]\w*\}?["']?\s*(?:[,}#]|$))[^\s"',}]+(?:\s+[A-Za-z0-9._~+/-]{8,}=*)?/gi

/** Whether a whole text looks like a secret of a service. */
export function looksLikeKey(text: string): boolean {
  return text.length < 10_000 && wholeKey.test(text.trim())
}

/**
 * The text with everything that looks like a key blacked out, sign for sign: a key in a flow must not travel on in a
 * message or a code frame. Meant for short texts, such as one line.
 */
export function maskKeys(text: string): string {
  const black = (key: string): string => '*'.repeat(key.length)
  return text.replace(keysInText, black).replace(afterName, black)
}
