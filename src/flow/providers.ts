import type { Api } from './llm-config.ts'

/** What llmflows knows about a service by its name: where it is, which key it takes, what it does its own way. */
interface Preset {
  /** How the service is reached: over HTTP, or in this process. */
  readonly kind: 'http' | 'process'
  /** Without a trailing slash; undefined when it differs from user to user. */
  readonly baseUrl?: string
  /** The environment variable by which a user says where the service is, instead of `baseUrl`. */
  readonly urlVariable?: string
  /** Where the API begins on a host of which nothing but the name is given. */
  readonly path?: `/${string}`
  /** The environment variable that holds the key; undefined for servers that need none. */
  readonly keyVariable?: string
  /** The header that the key goes in, as it is, instead of `authorization: Bearer`. */
  readonly keyHeader?: string
  /** Sent as the key where a server wants to see one but does not look at it. */
  readonly dummyKey?: string
  /** The APIs that it has, where it is known that others are missing. */
  readonly apis?: readonly Api[]
  /** The name under which chat takes the limit of an answer (completions always take `max_tokens`). */
  readonly chatTokenParameter?: 'max_completion_tokens' | 'max_tokens'
  /** Whether a stream may be asked for its usage with `stream_options`; the others report it unasked or refuse the parameter. */
  readonly asksForUsage?: boolean
  /** The name under which it takes a seed. */
  readonly seedParameter?: 'seed' | 'random_seed'
  /** Whether every model of the service can be asked for JSON that fits a schema, with `response_format`. */
  readonly hasJsonSchema?: boolean
  /** Whether it holds a model to every letter of a schema, where that is asked for. */
  readonly hasStrictSchemas?: boolean
  /** False where it knows no tools. */
  readonly hasTools?: boolean
  /** How many calls run at a time when the flow does not say: what works in this process shares its threads. */
  readonly concurrency?: number
  /** What it does not do with parameters that others take. */
  readonly quirks?: readonly Quirk[]
}

/** What becomes of some parameters, where a service's documentation says it or its answers have shown it. */
export interface Quirk {
  /** As a flow writes them: keys of an llm or of its `params`. */
  readonly parameters: readonly string[]
  /** `unsupported`: its documentation does not say whether the service ignores or refuses them. */
  readonly fate: 'ignored' | 'unsupported' | 'refused'
  /** Only numbers above this one. */
  readonly above?: number
  /** All numbers but this one, which is what holds anyway. */
  readonly butFor?: number
  /** Only beside this other parameter. */
  readonly beside?: string
  /** Only by models with such a name. */
  readonly models?: RegExp
}

const local = { kind: 'http', dummyKey: 'local', asksForUsage: true, hasJsonSchema: true } as const
const hosted = { kind: 'http', asksForUsage: true } as const

const PRESETS = {
  'openai': {
    ...hosted,
    baseUrl: 'https://api.openai.com/v1',
    urlVariable: 'OPENAI_BASE_URL',
    keyVariable: 'OPENAI_API_KEY',
    // The newer models refuse `max_tokens`; all of them take this one.
    chatTokenParameter: 'max_completion_tokens',
    hasJsonSchema: true,
    hasStrictSchemas: true,
    quirks: [
      // They decide for themselves how they think.
      {
        fate: 'refused',
        parameters: ['temperature', 'top_p'],
        butFor: 1,
        models: /^(?:o[134](?:-mini|-pro)?|gpt-5(?:-mini|-nano|-pro)?)(?:-\d{4}-\d{2}-\d{2})?$/,
      },
    ],
  },
  'azure-openai': {
    ...hosted,
    // Every customer has a host; one that is given without a path is asked at its newest API, which needs no version.
    urlVariable: 'AZURE_OPENAI_ENDPOINT',
    path: '/openai/v1',
    keyVariable: 'AZURE_OPENAI_API_KEY',
    keyHeader: 'api-key',
    chatTokenParameter: 'max_completion_tokens',
    hasJsonSchema: true,
    hasStrictSchemas: true,
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
    apis: ['chat'],
    // It refuses parameters that it does not know, and reports the usage unasked.
    asksForUsage: false,
    seedParameter: 'random_seed',
    hasJsonSchema: true,
  },
  'groq': { ...hosted, baseUrl: 'https://api.groq.com/openai/v1', keyVariable: 'GROQ_API_KEY' },
  'openrouter': { ...hosted, baseUrl: 'https://openrouter.ai/api/v1', keyVariable: 'OPENROUTER_API_KEY' },
  'together': { ...hosted, baseUrl: 'https://api.together.xyz/v1', keyVariable: 'TOGETHER_API_KEY' },
  'deepseek': { ...hosted, baseUrl: 'https://api.deepseek.com/v1', keyVariable: 'DEEPSEEK_API_KEY' },
  'fireworks': {
    ...hosted,
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    keyVariable: 'FIREWORKS_API_KEY',
    hasJsonSchema: true,
  },
  'xai': { ...hosted, baseUrl: 'https://api.x.ai/v1', keyVariable: 'XAI_API_KEY', hasJsonSchema: true },
  'anthropic': {
    ...hosted,
    baseUrl: 'https://api.anthropic.com/v1',
    keyVariable: 'ANTHROPIC_API_KEY',
    apis: ['chat'],
    quirks: [
      {
        fate: 'ignored',
        parameters: [
          'seed',
          'response_format',
          'reasoning_effort',
          'frequency_penalty',
          'presence_penalty',
          'logit_bias',
          'logprobs',
          'top_logprobs',
          'metadata',
          'modalities',
          'prediction',
          'audio',
          'service_tier',
          'store',
          'user',
        ],
      },
      {
        fate: 'refused',
        parameters: ['temperature', 'top_p', 'top_k'],
        models: /^claude-(?:opus-4-[78]|(?:opus|sonnet|fable)-5)(?!\d)/,
      },
      // What is above 1 counts as 1.
      { fate: 'ignored', parameters: ['temperature'], above: 1 },
      { fate: 'refused', parameters: ['n'], above: 1 },
      {
        fate: 'refused',
        parameters: ['top_p'],
        beside: 'temperature',
        models: /^claude-(?:opus-4-[1-6]|(?:sonnet|haiku)-4-[56])(?!\d)/,
      },
    ],
  },
  'google': {
    ...hosted,
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyVariable: 'GEMINI_API_KEY',
    apis: ['chat'],
    hasJsonSchema: true,
    // A parameter that it does not know is an error there ("Unknown name").
    quirks: [{ fate: 'refused', parameters: ['seed', 'frequency_penalty', 'top_k', 'reasoning'] }],
  },
  'cohere': {
    ...hosted,
    baseUrl: 'https://api.cohere.ai/compatibility/v1',
    keyVariable: 'COHERE_API_KEY',
    apis: ['chat'],
    quirks: [
      {
        fate: 'unsupported',
        parameters: [
          'n',
          'logit_bias',
          'top_logprobs',
          'metadata',
          'modalities',
          'prediction',
          'audio',
          'service_tier',
          'store',
          'parallel_tool_calls',
        ],
      },
    ],
  },
  'local': {
    kind: 'process',
    hasJsonSchema: true,
    apis: ['chat', 'completions'],
    // Each call at a time takes the memory of a whole context.
    concurrency: 1,
    hasTools: false,
    quirks: [{ fate: 'ignored', parameters: ['base_url', 'api_key_env', 'headers_env', 'params'] }],
  },
  'scripted': { kind: 'process', hasJsonSchema: true },
  'embedded': { kind: 'process', concurrency: 8, hasTools: false },
} as const satisfies Record<string, Preset>

const byName: ReadonlyMap<string, Preset> = new Map(Object.entries(PRESETS))

/** What an API does not have, whoever offers it. */
const API_QUIRKS: Readonly<Record<Api, readonly Quirk[]>> = {
  chat: [],
  completions: [],
  responses: [
    { fate: 'refused', parameters: ['seed', 'stop', 'frequency_penalty', 'presence_penalty', 'n'] },
  ],
}

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

/** What does not become of a model's parameters what they say, by its provider and its API. */
export function quirksOf(provider: string, api: Api): readonly Quirk[] {
  return [...API_QUIRKS[api], ...(presetOf(provider)?.quirks ?? [])]
}
