import { keyPrefixes } from '../source/key-like.ts'
import type { LlmConfig } from './llm.ts'
import { allPresets } from '../flow/providers.ts'
import { readSecret } from './secret.ts'

/** Shorter values would black out ordinary words. */
const MIN_LENGTH = 8
const STAND_IN = '[redacted]'

/** What keys of well-known services look like, for those that are in no variable we know. */
const PATTERNS = new RegExp(
  String.raw`\b${keyPrefixes}[A-Za-z0-9_-]{16,}|\b(bearer\s+)[A-Za-z0-9._~+/-]{8,}=*`,
  'gi',
)
/** A cheap test that holds for everything `PATTERNS` matches. */
const HINT = new RegExp(`${keyPrefixes}|bearer`, 'i')

/**
 * A function that replaces secrets in a text by `[redacted]`: the given ones and whatever looks like a key of a well-known
 * service.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const hide = hideSecrets(secrets)
  return (text) => {
    const clean = hide(text)
    if (!HINT.test(clean)) return clean
    return clean.replace(PATTERNS, (_match, bearer: string | undefined) => `${bearer ?? ''}${STAND_IN}`)
  }
}

/**
 * A function that replaces the given secrets (of eight characters and more) in a text, as they are and in base64, also
 * within a longer text in base64, URL-encoded and inside JSON. It leaves all other text alone, also text that looks like a key.
 */
export function hideSecrets(secrets: readonly string[]): (text: string) => string {
  const forms = new Set<string>()
  for (const secret of secrets) {
    if (secret.length < MIN_LENGTH) continue
    for (const form of formsOf(secret)) forms.add(form)
  }
  // Longest first, so that a secret inside another one does not leave the rest of it behind.
  const known = [...forms].toSorted((a, b) => b.length - a.length)
  return (text) => {
    let clean = text
    for (const form of known) if (clean.includes(form)) clean = clean.replaceAll(form, STAND_IN)
    return clean
  }
}

/**
 * The values of all key variables in an environment: those of the presets, every `…_API_KEY`, and those that the LLMs name
 * with `api_key_env` and `headers_env`, whether they are in the variable itself or in a file that it names.
 */
export function secretsIn(
  env: Readonly<Record<string, string | undefined>>,
  llms: Iterable<LlmConfig> = [],
): readonly string[] {
  const names = new Set<string>()
  for (const preset of allPresets()) if (preset.keyVariable !== undefined) names.add(preset.keyVariable)
  for (const name of Object.keys(env)) {
    if (/_API_KEY(_FILE)?$/i.test(name)) names.add(name.replace(/_FILE$/i, ''))
  }
  for (const llm of llms) {
    if (llm.apiKeyEnv !== undefined) names.add(llm.apiKeyEnv)
    for (const name of llm.headersEnv?.values() ?? []) names.add(name)
  }
  return [...names].flatMap((name) => {
    const secret = readSecret(env, name)
    if (!('value' in secret)) return []
    // `Bearer …` in a variable of headers_env: the word is no secret.
    return [secret.value.replace(/^bearer\s+/i, '')]
  })
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  return [
    secret,
    bytes.toString('base64'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    ...[0, 1, 2].flatMap((before) => base64Within(bytes, before)),
  ]
}

/** What is the same in base64 whatever stands around a secret, as in `Bearer …` or `user:…`, by the bytes before it. */
function base64Within(secret: Buffer, before: number): readonly string[] {
  const bytes = Buffer.concat([Buffer.alloc(before), secret])
  const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6)]
  const forms = [bytes.toString('base64').slice(from, to), bytes.toString('base64url').slice(from, to)]
  return forms.filter((form) => form.length >= MIN_LENGTH)
}
