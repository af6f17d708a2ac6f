import type { Api } from './llm-config.ts'

/** What llmflows knows about a service by its name: where it is, which key it takes, what it does its own way. */
interface Preset {
  /** How the service is reached: over HTTP, or in this process. */
  readonly kind: 'http' | 'process'
  /** Without a trailing slash; undefined when the flow has to say. */
  readonly baseUrl?: string
  /** The environment variable that holds the key; undefined for servers that need none. */
  readonly keyVariable?: string
  /** Sent as the key where a server wants to see one but does not look at it. */
  readonly dummyKey?: string
  /** The name under which chat takes the limit of an answer (completions always take `max_tokens`). */
  readonly chatTokenParameter?: 'max_completion_tokens' | 'max_tokens'
  /** Whether a stream may be asked for its usage with `stream_options`; the others report it unasked or refuse the parameter. */
  readonly asksForUsage?: boolean
  /** The name under which it takes a seed. */
  readonly seedParameter?: 'seed' | 'random_seed'
}

const local = { kind: 'http', dummyKey: 'local', asksForUsage: true } as const
const hosted = { kind: 'http', asksForUsage: true } as const

const PRESETS = {
  'openai': {
    ...hosted,
    baseUrl: 'https://api.openai.com/v1',
    keyVariable: 'OPENAI_API_KEY',
    // The newer models refuse `max_tokens`; all of them take this one.
    chatTokenParameter: 'max_completion_tokens',
  },
  'openai-compatible': hosted,
  'ollama': { ...local, baseUrl: 'http://localhost:11434/v1' },
  'lmstudio': { ...local, baseUrl: 'http://localhost:1234/v1' },
  'vllm': { ...local, baseUrl: 'http://localhost:8000/v1' },
  'llama-cpp': { ...local, baseUrl: 'http://localhost:8080/v1' },
  'mistral': {
    ...hosted,
    baseUrl: 'https://api.mistral.ai/v1',
    keyVariable: 'MISTRAL_API_KEY',
    // It refuses parameters that it does not know, and reports the usage unasked.
    asksForUsage: false,
    seedParameter: 'random_seed',
  },
  'groq': { ...hosted, baseUrl: 'https://api.groq.com/openai/v1', keyVariable: 'GROQ_API_KEY' },
  'openrouter': { ...hosted, baseUrl: 'https://openrouter.ai/api/v1', keyVariable: 'OPENROUTER_API_KEY' },
  'together': { ...hosted, baseUrl: 'https://api.together.xyz/v1', keyVariable: 'TOGETHER_API_KEY' },
  'deepseek': { ...hosted, baseUrl: 'https://api.deepseek.com/v1', keyVariable: 'DEEPSEEK_API_KEY' },
  'fireworks': {
    ...hosted,
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    keyVariable: 'FIREWORKS_API_KEY',
  },
  'xai': { ...hosted, baseUrl: 'https://api.x.ai/v1', keyVariable: 'XAI_API_KEY' },
  'scripted': { kind: 'process' },
  'embedded': { kind: 'process' },
} as const satisfies Record<string, Preset>

const byName: ReadonlyMap<string, Preset> = new Map(Object.entries(PRESETS))

/** Every provider a flow may name, in the order in which they are documented. */
export const providerNames: readonly string[] = [...byName.keys()]

/** The preset of a provider; undefined for a name that is not in `providerNames`. */
export function presetOf(provider: string): Preset | undefined {
  return byName.get(provider)
}

/** Every preset, for questions such as whose key a variable holds. */
export function allPresets(): Iterable<Preset> {
  return byName.values()
}

/** The name under which a provider takes the token limit of an answer. */
export function tokenParameter(preset: Preset, api: Api): 'max_completion_tokens' | 'max_tokens' {
  return api === 'chat' ? (preset.chatTokenParameter ?? 'max_tokens') : 'max_tokens'
}
