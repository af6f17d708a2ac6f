import type { CompiledFlow } from '../graph/compile.ts'
import { everyFlow } from '../graph/every-flow.ts'
import type { LlmConfig } from '../flow/llm-config.ts'
import { endpointOf, type CheckOptions } from '../llms/open.ts'
import { storeAnnouncements } from './store-announcements.ts'

export const embeddedNote = 'answers come from muse, a tiny demonstration model that shows how a flow runs'

/** The LLMs whose calls go elsewhere than to the provider's own address, to be said before the first call. */
export function announcements(compiled: CompiledFlow, options: CheckOptions): string[] {
  const lines = calledLlms(compiled).flatMap((config) => {
    const endpoint = endpointOf(config, options)
    return endpoint?.isDefault === false ? [`llm "${config.name}" calls ${endpoint.url}`] : []
  })
  const stores = everyFlow(compiled).flatMap((flow) => storeAnnouncements(flow, options))
  return [...new Set([...lines, ...stores])]
}

export function callsEmbedded(compiled: CompiledFlow): boolean {
  return calledLlms(compiled).some(({ provider }) => provider === 'embedded')
}

/** In the flow and those inside it. */
function calledLlms(compiled: CompiledFlow): readonly LlmConfig[] {
  return everyFlow(compiled).flatMap(({ llms, steps }) => {
    const called = new Set(steps.map((step) => (step.kind === 'llm' ? step.llm.name : '')))
    return [...llms.values()].filter(({ name }) => called.has(name))
  })
}
