import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Entry, MapNode } from '../document/node.ts'
import type { OutputSchema } from './flow.ts'
import type { LlmConfig } from './llm-config.ts'
import { presetOf } from './providers.ts'
import { readSchema } from './schema-check.ts'
import { allowsStrict } from './strict-schema.ts'

/** Reads what a step says its answer has to be; undefined: a text. */
export function readOutputSchema(
  step: Entry,
  node: MapNode,
  llm: LlmConfig,
  diagnosis: Diagnosis,
): OutputSchema | undefined {
  const entry = node.entries.get('output_schema')
  if (entry === undefined) return undefined
  refuseBeyond(step, entry, llm, diagnosis)
  const schema = readSchema(entry.value, diagnosis)
  const preset = presetOf(llm.provider)
  const isKnown = llm.api !== 'completions' && preset?.hasJsonSchema === true
  // The APIs take nothing but objects.
  const isObject = schema['type'] === 'object'
  const place = llm.schemaIn ?? (isKnown && (isObject || preset.kind === 'process') ? 'request' : 'prompt')
  return {
    schema,
    place,
    isStrict: place === 'request' && preset?.hasStrictSchemas === true && allowsStrict(schema),
  }
}

/** Refuses a key of a step that the model behind it can do nothing with. */
export function refuseBeyond(
  step: Entry,
  { key, keySpan }: Entry,
  llm: LlmConfig,
  diagnosis: Diagnosis,
): void {
  const { provider, api } = llm
  if (api === 'completions') {
    const message = `step "${step.key}" has "${key}", but its llm uses the completions API, which knows only a prompt`
    diagnosis.error('needs-chat', keySpan, message, { help: 'set "api: chat" on the llm' })
  } else if (provider === 'embedded' || (key === 'tools' && presetOf(provider)?.hasTools === false)) {
    const message = `step "${step.key}" has "${key}", and ${provider === 'embedded' ? 'the embedded demonstration model' : `provider ${provider}`} cannot do that`
    diagnosis.error('beyond-provider', keySpan, message, {
      help: 'write another "provider" in the llm; for work without a key "provider: scripted" answers what the flow says',
    })
  }
}
