import { checkSource, sourceOf, type CompiledFlow } from '../../src/index.ts'
import type { Tokenizer } from '../../src/plan/tokenizer.ts'

/** Counts words, as the scripted provider does. */
export const words: Tokenizer = {
  encoding: 'words',
  count: (text) => text.match(/\S+/g)?.length ?? 0,
}

export function compile(text: string): CompiledFlow {
  const source = sourceOf('flow.yaml', Buffer.from(text))
  if (!source.ok) throw new Error(source.message)
  const { compiled, diagnostics } = checkSource(source)
  if (compiled === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return compiled
}
