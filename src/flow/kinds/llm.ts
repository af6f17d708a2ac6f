import { checkParameters } from '../provider-check.ts'
import { booleanAt, child, itemsOf, numberAt, textAt, textNode } from '../reader.ts'
import type { Diagnosis } from '../../diagnostics/diagnosis.ts'
import type { Entry, MapNode } from '../../document/node.ts'
import { parseTemplate } from '../../template/parse.ts'
import { refuseTalkingItems } from '../conversations.ts'
import type { LlmStep } from '../flow.ts'
import type { StepReading } from '../kinds.ts'
import { findLlm, readSampling } from '../llms.ts'
import { readOutputSchema } from '../output-schema.ts'
import { writtenTemplate, type WrittenTemplate } from '../texts.ts'

/** A step that renders a prompt and has it answered. */
export function readLlmStep({ entry, node, base, templates, surroundings }: StepReading): LlmStep {
  const { llms, diagnosis } = surroundings
  const user = `step "${entry.key}"`
  const use = (written: WrittenTemplate | undefined): WrittenTemplate | undefined => {
    if (written !== undefined) templates.push(written)
    return written
  }
  const inline = (key: string): WrittenTemplate | undefined => {
    const text = textNode(child(node, key))
    return text === undefined ? undefined : writtenTemplate(text)
  }
  const declared = findLlm(textNode(child(node, 'llm')), llms, diagnosis) ?? llms.fallback
  const llm = { ...declared, sampling: readSampling(node, declared.sampling) }
  checkParameters(node, { config: llm, owner: user, diagnosis })
  const prompt = use(inline('prompt') ?? surroundings.templates.find(child(node, 'template'), user))
  const named = surroundings.templates.find(child(node, 'system_template'), user)
  const talk = surroundings.conversations.find(entry, node)
  refuseTalkingItems(entry, talk.conversation, base.forEach, diagnosis)
  const system = use(talk.system ?? inline('system') ?? named)
  refuseMixedSystem(entry, node, llm.api, diagnosis)
  const turns = itemsOf(child(node, 'messages')).map((turn) => {
    const content = textNode(child(turn, 'content'))
    const written = use(content === undefined ? undefined : writtenTemplate(content))
    const role: 'user' | 'assistant' = textAt(turn, 'role') === 'assistant' ? 'assistant' : 'user'
    return { role, content: written?.template ?? parseTemplate('') }
  })
  const onTruncated = textAt(node, 'on_truncated')
  return {
    ...base,
    kind: 'llm',
    llm: { ...llm, maxRetries: numberAt(node, 'max_retries') ?? llm.maxRetries },
    prompt: prompt?.template ?? parseTemplate(''),
    promptSource: readPromptSource(node, prompt),
    messages: system === undefined ? turns : [{ role: 'system', content: system.template }, ...turns],
    conversation: talk.conversation,
    cache: booleanAt(node, 'cache'),
    ...surroundings.tools.of(entry, node, llm),
    outputSchema: readOutputSchema(entry, node, llm, diagnosis),
    onTruncated: onTruncated === 'continue' || onTruncated === 'retry' ? onTruncated : 'error',
  }
}

function readPromptSource(node: MapNode, prompt: WrittenTemplate | undefined): LlmStep['promptSource'] {
  if (prompt === undefined) return undefined
  return { template: node.entries.has('prompt') ? undefined : textAt(node, 'template'), span: prompt.span }
}

function refuseMixedSystem(entry: Entry, node: MapNode, api: string, diagnosis: Diagnosis): void {
  const [system, named, messages, conversation] = [
    'system',
    'system_template',
    'messages',
    'conversation',
  ].map((key) => node.entries.get(key))
  if (system !== undefined && named !== undefined) {
    diagnosis.error(
      'two-systems',
      named.keySpan,
      `step "${entry.key}" has both "system" and "system_template"`,
      {
        related: [{ message: 'the other one is here', span: system.keySpan }],
        help: 'keep one of them',
      },
    )
  }
  const chatOnly = system ?? named ?? messages ?? conversation
  if (api === 'completions' && chatOnly !== undefined) {
    diagnosis.error(
      'needs-chat',
      chatOnly.keySpan,
      `step "${entry.key}" has "${chatOnly.key}", but its llm uses the completions API, which knows only a prompt`,
      {
        help:
          chatOnly === conversation
            ? 'set "api: chat" on the llm'
            : 'write it into the prompt, or set "api: chat" on the llm',
      },
    )
  }
}
