import OpenAI from 'openai'
import { APIPromise } from 'openai/core/api-promise'
import type { AttemptClock } from './attempt-clock.ts'
import type { Endpoint } from './endpoint.ts'
import type { Route } from './route.ts'
import { type HttpResponse, post } from './transport.ts'

type RequestOptions = Parameters<OpenAI['request']>[0]
type ResponseProps = Awaited<ConstructorParameters<typeof APIPromise>[1]>
type ChatBody = OpenAI.ChatCompletionCreateParamsStreaming
type CompletionBody = OpenAI.CompletionCreateParamsStreaming
type ResponseBody = OpenAI.Responses.ResponseCreateParamsStreaming

/** What a request says, by the API that it is for. */
export type Body =
  | { readonly api: 'chat'; readonly body: ChatBody }
  | { readonly api: 'completions'; readonly body: CompletionBody }
  | { readonly api: 'responses'; readonly body: ResponseBody }

/**
 * The openai client over a transport of our own. The client knows the API: its paths and the types of what goes in. How a
 * request travels is ours, so that no retry, time limit, log or environment variable of the client's has a say in it
 * (OPENAI_LOG writes prompts, OPENAI_CUSTOM_HEADERS and OPENAI_ORG_ID go to whatever server is called), and so that
 * Node's `fetch` and `Headers` are never loaded.
 */
export class OpenAiClient extends OpenAI {
  readonly #endpoint: Endpoint
  readonly #route: Route
  readonly #headers: Readonly<Record<string, string>>
  /** The client wants one for each request to stop streams with; a clock does that here. */
  readonly #unused = new AbortController()
  /** The clocks of the attempts in flight, by the signals under which they pass through the client. */
  readonly #clocks = new WeakMap<AbortSignal, AttemptClock>()

  constructor(endpoint: Endpoint, route: Route) {
    super({
      // It insists on a key; the one that is sent is the endpoint's.
      apiKey: 'unused',
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      baseURL: endpoint.url,
      maxRetries: 0,
      logLevel: 'off',
      fetch: () => Promise.reject(new Error('requests travel by post()')),
    })
    this.#endpoint = endpoint
    this.#route = route
    this.#headers = {
      'user-agent': 'llmflows',
      ...keyHeader(endpoint),
      ...endpoint.headers,
    }
  }

  /** Sends one request, and waits for the head of the answer. Rejects like `post`. */
  send({ api, body }: Body, clock: AttemptClock): Promise<Pick<Response, 'status' | 'headers' | 'body'>> {
    this.#clocks.set(clock.signal, clock)
    const options = { signal: clock.signal }
    switch (api) {
      case 'chat':
        return this.chat.completions.create(body, options).asResponse()
      case 'completions':
        return this.completions.create(body, options).asResponse()
      case 'responses':
        return this.responses.create(body, options).asResponse()
    }
  }

  /** What every method of the client ends in. */
  override request<Rsp>(options: RequestOptions): APIPromise<Rsp> {
    return new APIPromise<Rsp>(this, this.#exchange(options))
  }

  async #exchange(options: RequestOptions): Promise<ResponseProps> {
    const request = await options
    const clock = request.signal && this.#clocks.get(request.signal)
    if (!clock) throw new TypeError('a request without a clock')
    const url = new URL(this.#endpoint.url)
    url.pathname += url.pathname.endsWith('/') ? request.path.slice(1) : request.path
    const response: HttpResponse = await post({
      url,
      headers: this.#headers,
      body: JSON.stringify(request.body),
      route: this.#route,
      clock,
    })
    return {
      // The client passes it through untouched; `send` narrows it to what is there.
      response: response as unknown as Response,
      options: request,
      controller: this.#unused,
      requestLogID: '',
      retryOfRequestLogID: undefined,
      startTime: 0,
    }
  }
}

function keyHeader({ key, keyHeader: name }: Endpoint): Readonly<Record<string, string>> {
  if (key === undefined) return {}
  return name === undefined ? { authorization: `Bearer ${key}` } : { [name]: key }
}
