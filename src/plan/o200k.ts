import { countTokens as count } from 'gpt-tokenizer/encoding/o200k_base'

const asText = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() }

/** Tokens of a text in the encoding o200k_base. A file of its own, since the build puts it into a bundle of its own. */
export function countTokens(text: string): number {
  return count(text, asText)
}
