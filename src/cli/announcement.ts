import type { Flow } from '../flow/flow.ts'
import type { LlmConfig } from '../flow/llm-config.ts'
import { endpointOf, type CheckOptions } from '../llms/open.ts'

export const embeddedNote = 'answers come from muse, a tiny demonstration model that shows how a flow runs'

/** The LLMs whose calls go elsewhere than to the provider's own address, to be said before the first call. */
export function announcements(flow: Flow, options: CheckOptions): string[] {
  return calledLlms(flow).flatMap((config) => {
    const endpoint = endpointOf(config, options)
    return endpoint?.isDefault === false ? [`llm "${config.name}" calls ${endpoint.url}`] : []
  })
}

export function callsEmbedded(flow: Flow): boolean {
  return calledLlms(flow).some(({ provider }) => provider === 'embedded')
}

function calledLlms(flow: Flow): readonly LlmConfig[] {
  const called = new Set(flow.steps.map((step) => (step.kind === 'llm' ? step.llm.name : '')))
  return [...flow.llms.values()].filter(({ name }) => called.has(name))
}
