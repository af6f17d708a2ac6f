import { readFileSync } from 'node:fs'
import type { Message } from '../../../src/llms/llm.ts'

/** What an independent implementation computed with the shipped model, always taking the likeliest token. */
export interface ReferenceCase {
  readonly messages: readonly Message[]
  readonly prompt_ids: readonly number[]
  readonly greedy_ids: readonly number[]
  readonly ended: boolean
  readonly text: string
  readonly first_step_top5: readonly { readonly id: number; readonly piece: string; readonly logit: number }[]
}

export const modelFile: Buffer = readFileSync(
  new URL('../../../src/llms/embedded/muse.gguf', import.meta.url),
)

export const reference = JSON.parse(readFileSync(new URL('./reference.json', import.meta.url), 'utf8')) as {
  readonly sha256: string
  readonly cases: readonly ReferenceCase[]
}
