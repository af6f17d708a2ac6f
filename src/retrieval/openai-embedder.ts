import type { EmbeddingConfig } from '../flow/retrieval-config.ts'
import type { Endpoint } from '../llms/endpoint.ts'
import { requestIdIn } from '../llms/http-error.ts'
import type { Route } from '../llms/route.ts'
import type { TimeLimits } from '../llms/time-limits.ts'
import type { World } from '../llms/world.ts'
import type { Embedder } from './embedder.ts'
import { embeddingsIn } from './embedding-answer.ts'
import { postJson } from './json-call.ts'

interface OpenAiEmbedderOptions {
  readonly endpoint: Endpoint
  readonly route: Route
  readonly limits: TimeLimits
  readonly world: World
  /** Takes the secrets out of a message. */
  readonly redact: (text: string) => string
}

/** Embeddings of a server that speaks OpenAI's protocol. */
export function openAiEmbedder(config: EmbeddingConfig, options: OpenAiEmbedderOptions): Embedder {
  const { endpoint, route, limits, world, redact } = options
  const { provider, model, dimensions } = config
  const url = new URL(endpoint.url)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/embeddings`
  const headers = { 'user-agent': 'llmflows', ...keyHeader(endpoint), ...endpoint.headers }
  // A quarter of the bytes; not every server that speaks the protocol knows it.
  const format = provider === 'openai' ? { encoding_format: 'base64' } : {}
  return {
    async embed(texts, { signal }) {
      const body = { model, input: texts, ...(dimensions === undefined ? {} : { dimensions }), ...format }
      const reply = await postJson({
        url,
        headers,
        body: JSON.stringify(body),
        route,
        limits,
        world,
        signal,
        redact,
      })
      const requestId = requestIdIn((name) => reply.headers.get(name), redact)
      return {
        ...embeddingsIn(reply.value, { texts: texts.length, dimensions }),
        ...(requestId === undefined ? {} : { requestId }),
      }
    },
  }
}

function keyHeader({ key, keyHeader: name }: Endpoint): Readonly<Record<string, string>> {
  if (key === undefined) return {}
  return name === undefined ? { authorization: `Bearer ${key}` } : { [name]: key }
}
