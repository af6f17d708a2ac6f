import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { readGguf } from './gguf.ts'
import { readNetwork } from './network.ts'
import { readTokenizer, type Tokenizer } from './tokenizer.ts'
import { Transformer } from './transformer.ts'
import { Turns } from './turns.ts'

/** A language model in memory, ready to be used by any number of generations at the same time. */
export interface Muse {
  readonly tokenizer: Tokenizer
  readonly transformer: Transformer
  readonly turns: Turns
}

let loading: Promise<Muse> | undefined

/** The model that comes with llmflows. Read once for the whole process; again only when it could not be read before. */
export function loadMuse(): Promise<Muse> {
  loading ??= readShippedFile().catch((error: unknown) => {
    loading = undefined
    throw error
  })
  return loading
}

/**
 * A model from the bytes of a GGUF file.
 *
 * @throws Error saying what is wrong, when the file is damaged or not of a kind that is supported here.
 */
export function readMuse(bytes: Uint8Array): Muse {
  const gguf = readGguf(bytes)
  const tokenizer = readTokenizer(gguf)
  const transformer = new Transformer(readNetwork(gguf, tokenizer.size))
  return { tokenizer, transformer, turns: new Turns() }
}

async function readShippedFile(): Promise<Muse> {
  const file = new URL('./muse.gguf', import.meta.url)
  try {
    return readMuse(await readFile(file))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`cannot load the embedded model ${fileURLToPath(file)}: ${reason}`, { cause: error })
  }
}
