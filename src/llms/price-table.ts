/**
 * List prices of models that are known by a name that stays what it is: dollars per million tokens of prompt and of
 * answer, standard tier, nothing cached, prompts of ordinary length (some services charge more for very long ones).
 * `-latest` names move from model to model and are left out, and so is what sources disagree about: no price is better
 * than a wrong one.
 */
interface ProviderPrices {
  /** The page that the provider publishes its prices on. */
  readonly page: string
  /** Model, prompt, answer, and the day on which the price was last compared with the page. */
  readonly models: readonly (readonly [model: string, input: number, output: number, checked: string])[]
}

/**
 * Gathered on 2026-11-22 without a look at the live pages: from what pydantic/genai-prices knew on 2026-08-21, and for
 * deepseek from a stored copy of the provider's page. The days are those of these sources.
 */
export const priceTable = {
  openai: {
    page: 'https://developers.openai.com/api/docs/pricing',
    models: [
      ['gpt-3.5-turbo', 0.5, 1.5, '2025-07-04'],
      ['gpt-3.5-turbo-instruct', 1.5, 2, '2025-07-04'],
      ['gpt-4', 30, 60, '2025-07-04'],
      ['gpt-4-turbo', 10, 30, '2025-07-04'],
      ['gpt-4o', 2.5, 10, '2025-07-04'],
      // The first version kept the price of its release. That is from memory; without it the date would make it gpt-4o.
      ['gpt-4o-2024-05-13', 5, 15, '2025-07-04'],
      ['gpt-4o-mini', 0.15, 0.6, '2025-07-04'],
      ['gpt-4.1', 2, 8, '2025-07-04'],
      ['gpt-4.1-mini', 0.4, 1.6, '2025-07-04'],
      ['gpt-4.1-nano', 0.1, 0.4, '2025-07-04'],
      ['o1', 15, 60, '2025-07-04'],
      ['o1-pro', 150, 600, '2025-07-04'],
      ['o3', 2, 8, '2025-07-12'],
      ['o3-mini', 1.1, 4.4, '2025-07-04'],
      ['o4-mini', 1.1, 4.4, '2025-07-04'],
      ['gpt-5', 1.25, 10, '2025-11-13'],
      ['gpt-5-mini', 0.25, 2, '2025-11-13'],
      ['gpt-5-nano', 0.05, 0.4, '2025-11-13'],
      ['gpt-5-pro', 15, 120, '2025-11-13'],
      ['gpt-5.1', 1.25, 10, '2025-11-13'],
      ['gpt-5.2', 1.75, 14, '2025-12-11'],
      ['gpt-5.2-pro', 21, 168, '2025-12-11'],
      ['gpt-5.4', 2.5, 15, '2026-03-06'],
      ['gpt-5.4-mini', 0.75, 4.5, '2026-03-18'],
      ['gpt-5.4-nano', 0.2, 1.25, '2026-03-18'],
      ['gpt-5.4-pro', 30, 180, '2026-03-06'],
      ['gpt-5.5', 5, 30, '2026-04-24'],
      ['gpt-5.5-pro', 30, 180, '2026-04-24'],
      ['gpt-5.6-luna', 0.2, 1.2, '2026-08-02'],
      ['gpt-5.6-terra', 2, 12, '2026-08-02'],
      // Embeddings give no tokens.
      ['text-embedding-3-small', 0.02, 0, '2025-07-04'],
      ['text-embedding-3-large', 0.13, 0, '2025-07-04'],
      ['text-embedding-ada-002', 0.1, 0, '2025-07-04'],
    ],
  },
  mistral: {
    page: 'https://mistral.ai/pricing',
    models: [
      ['open-mistral-nemo', 0.15, 0.15, '2025-07-04'],
      ['mistral-large-2411', 2, 6, '2025-07-04'],
      ['mistral-large-2512', 0.5, 1.5, '2026-06-09'],
      ['mistral-medium-2505', 0.4, 2, '2025-08-12'],
      ['mistral-medium-2508', 0.4, 2, '2025-08-12'],
      ['mistral-small-2603', 0.15, 0.6, '2026-06-09'],
      ['ministral-3b-2512', 0.1, 0.1, '2026-06-09'],
      ['ministral-14b-2512', 0.2, 0.2, '2026-06-09'],
      ['codestral-2508', 0.3, 0.9, '2026-06-09'],
      ['devstral-2512', 0.4, 2, '2026-06-09'],
    ],
  },
  groq: {
    page: 'https://groq.com/pricing',
    models: [
      ['llama-3.1-8b-instant', 0.05, 0.08, '2025-08-12'],
      ['llama-3.3-70b-versatile', 0.59, 0.79, '2025-08-12'],
      ['meta-llama/llama-4-maverick-17b-128e-instruct', 0.2, 0.6, '2025-08-12'],
      ['meta-llama/llama-4-scout-17b-16e-instruct', 0.11, 0.34, '2025-08-12'],
      ['openai/gpt-oss-120b', 0.15, 0.6, '2025-08-06'],
      ['openai/gpt-oss-20b', 0.075, 0.3, '2025-08-06'],
      ['qwen/qwen3-32b', 0.29, 0.59, '2025-08-12'],
    ],
  },
  together: {
    page: 'https://www.together.ai/pricing',
    models: [
      ['meta-llama/Llama-3.3-70B-Instruct-Turbo', 0.88, 0.88, '2025-07-03'],
      ['meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo', 0.18, 0.18, '2025-07-03'],
      ['meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8', 0.27, 0.85, '2025-07-03'],
      ['meta-llama/Llama-4-Scout-17B-16E-Instruct', 0.18, 0.59, '2025-07-03'],
    ],
  },
  deepseek: {
    page: 'https://api-docs.deepseek.com/quick_start/pricing',
    // What peak hours cost; at other hours it is half of that.
    models: [
      ['deepseek-flash', 0.3, 1.2, '2026-09-10'],
      ['deepseek-v4-flash', 0.3, 1.2, '2026-09-10'],
      ['deepseek-v4-pro', 1.32, 3.96, '2026-09-10'],
    ],
  },
  fireworks: {
    page: 'https://fireworks.ai/pricing',
    models: [
      ['accounts/fireworks/models/deepseek-v4-flash', 0.14, 0.28, '2026-08-04'],
      ['accounts/fireworks/models/deepseek-v4-pro', 1.74, 3.48, '2026-06-24'],
      ['accounts/fireworks/models/glm-5p2', 1.4, 4.4, '2026-06-30'],
      ['accounts/fireworks/models/gpt-oss-120b', 0.15, 0.6, '2026-08-04'],
      ['accounts/fireworks/models/gpt-oss-20b', 0.07, 0.3, '2026-08-04'],
      ['accounts/fireworks/models/kimi-k3', 3, 15, '2026-08-04'],
      ['accounts/fireworks/models/minimax-m3', 0.3, 1.2, '2026-06-24'],
      ['accounts/fireworks/models/qwen3p7-plus', 0.4, 1.6, '2026-06-24'],
    ],
  },
  xai: {
    page: 'https://docs.x.ai/docs/models',
    models: [
      ['grok-3', 3, 15, '2025-07-12'],
      ['grok-3-mini', 0.3, 0.5, '2025-07-12'],
      ['grok-4', 3, 15, '2025-07-12'],
      ['grok-4-0709', 3, 15, '2025-07-12'],
      ['grok-4-fast-reasoning', 0.2, 0.5, '2026-01-19'],
      ['grok-4-fast-non-reasoning', 0.2, 0.5, '2026-01-19'],
      ['grok-4-1-fast-reasoning', 0.2, 0.5, '2026-01-19'],
      ['grok-4-1-fast-non-reasoning', 0.2, 0.5, '2026-01-19'],
      ['grok-4.3', 1.25, 2.5, '2026-05-12'],
      ['grok-4.5', 2, 6, '2026-07-08'],
      ['grok-code-fast-1', 0.2, 1.5, '2026-01-19'],
    ],
  },
  anthropic: {
    page: 'https://www.anthropic.com/pricing#api',
    models: [
      ['claude-3-haiku', 0.25, 1.25, '2026-07-29'],
      ['claude-3-5-haiku', 0.8, 4, '2026-07-29'],
      ['claude-haiku-4-5', 1, 5, '2026-07-29'],
      ['claude-sonnet-4', 3, 15, '2026-07-29'],
      ['claude-sonnet-4-5', 3, 15, '2026-07-29'],
      ['claude-sonnet-4-6', 3, 15, '2026-07-29'],
      ['claude-sonnet-5', 3, 15, '2026-07-29'],
      ['claude-opus-4', 15, 75, '2026-07-29'],
      ['claude-opus-4-1', 15, 75, '2026-07-29'],
      ['claude-opus-4-5', 5, 25, '2026-07-29'],
      ['claude-opus-4-6', 5, 25, '2026-07-29'],
      ['claude-opus-4-7', 5, 25, '2026-07-29'],
      ['claude-opus-4-8', 5, 25, '2026-07-29'],
      ['claude-opus-5', 5, 25, '2026-07-29'],
      ['claude-fable-5', 10, 50, '2026-07-29'],
    ],
  },
  google: {
    page: 'https://ai.google.dev/gemini-api/docs/pricing',
    // Those that cost less until a day are left out.
    models: [
      ['gemini-2.0-flash', 0.1, 0.4, '2025-07-04'],
      ['gemini-2.0-flash-lite', 0.075, 0.3, '2025-07-04'],
      ['gemini-2.5-flash', 0.3, 2.5, '2025-10-31'],
      ['gemini-2.5-flash-lite', 0.1, 0.4, '2025-10-31'],
      ['gemini-2.5-pro', 1.25, 10, '2025-10-31'],
      ['gemini-3-flash-preview', 0.5, 3, '2025-12-19'],
      ['gemini-3-pro-preview', 2, 12, '2025-11-18'],
      ['gemini-3.1-flash-lite', 0.25, 1.5, '2026-05-12'],
      ['gemini-3.1-pro-preview', 2, 12, '2026-02-23'],
      ['gemini-3.5-flash', 1.5, 9, '2026-05-19'],
      ['gemini-3.5-flash-lite', 0.3, 2.5, '2026-07-22'],
    ],
  },
  cohere: {
    page: 'https://cohere.com/pricing',
    models: [
      ['command-a-03-2025', 2.5, 10, '2025-07-04'],
      ['command-r-08-2024', 0.15, 0.6, '2025-07-04'],
      ['command-r-plus-08-2024', 2.5, 10, '2025-07-04'],
      ['command-r7b-12-2024', 0.0375, 0.15, '2025-07-04'],
    ],
  },
} as const satisfies Readonly<Record<string, ProviderPrices>>
