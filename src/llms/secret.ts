import { readFileSync } from 'node:fs'

type Env = Readonly<Record<string, string | undefined>>

type Secret =
  | { readonly value: string; readonly where: string }
  | { readonly reason: 'missing' | 'unreadable' | 'illegal'; readonly where: string }

/**
 * The secret that an environment variable holds, or that is in the file named by the same variable with `_FILE`
 * appended. White space around it is dropped: a key read from a file usually ends with a line break. `illegal`: it holds
 * a character that a header cannot carry. `where` names the variable that it came from
 * or should have come from. The value itself is in no message.
 */
export function readSecret(env: Env, name: string): Secret {
  const direct = env[name]?.trim()
  if (direct !== undefined && direct !== '') return checked(direct, name)
  const file = env[`${name}_FILE`]?.trim()
  if (file === undefined || file === '') return { reason: 'missing', where: name }
  const where = `${name}_FILE`
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch {
    return { reason: 'unreadable', where }
  }
  return text === '' ? { reason: 'missing', where } : checked(text, where)
}

function checked(value: string, where: string): Secret {
  // Space and tab are legal inside a header value (`Bearer …` in a headers_env variable).
  return /^[\t\x20-\x7e]+$/.test(value) ? { value, where } : { reason: 'illegal', where }
}
