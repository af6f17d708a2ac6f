import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import { shortList } from '../diagnostics/short-list.ts'
import { plain, type MapNode, type Node } from '../document/node.ts'
import type { FlowFolder } from '../source/flow-folder.ts'
import type { Span } from '../source/span.ts'
import { parseDuration } from './duration.ts'
import type { Api, FinishReason, LlmConfig, Sampling, ScriptedAnswer } from './llm-config.ts'
import { checkApi, checkParameters } from './provider-check.ts'
import { child, entriesOf, itemsOf, mapOf, numberAt, textAt, textNode } from './reader.ts'

/** What an answer may have when the flow does not say. */
const DEFAULT_MAX_TOKENS = 1024
const DEFAULT_TIMEOUT_MS = 600_000
const DEFAULT_MAX_RETRIES = 3

const schemaPlaces = ['request', 'prompt'] as const
const apis: readonly Api[] = ['chat', 'completions', 'responses']

export interface Llms {
  readonly configs: ReadonlyMap<string, LlmConfig>
  readonly spans: ReadonlyMap<string, Span>
  /** The LLM of a step that names none. */
  readonly fallback: LlmConfig
}

interface LlmSettings {
  /** The model of the openai provider when the flow names none. */
  readonly defaultModel: string
  /** Where the files of local models are; undefined for a flow that is not a file. */
  readonly folder: FlowFolder | undefined
}

/** Reads `llms` and `defaults`. */
export function readLlms(root: MapNode, settings: LlmSettings, diagnosis: Diagnosis): Llms {
  const defaults = child(root, 'defaults')
  const configs = new Map<string, LlmConfig>()
  const spans = new Map<string, Span>()
  for (const entry of entriesOf(child(root, 'llms'))) {
    configs.set(entry.key, readLlm(entry.key, entry.value, { ...settings, defaults, diagnosis }))
    spans.set(entry.key, entry.keySpan)
  }
  if (configs.size === 0) {
    const implied = readLlm('default', undefined, { ...settings, defaults, diagnosis })
    configs.set(implied.name, implied)
  }
  const [first] = configs.values()
  const fallback = findLlm(textNode(child(defaults, 'llm')), { configs, spans }, diagnosis) ?? first
  if (fallback === undefined) throw new Error('a flow has at least one LLM')
  return { configs, spans, fallback }
}

/** The LLM of a name, reported when there is none; the one that was probably meant stands in for it. */
export function findLlm(
  name: { readonly value: string; readonly span: Span } | undefined,
  { configs, spans }: Pick<Llms, 'configs' | 'spans'>,
  diagnosis: Diagnosis,
): LlmConfig | undefined {
  if (name === undefined) return undefined
  const found = configs.get(name.value)
  if (found !== undefined) return found
  const guess = diagnosis.guesses.closest(name.value, configs.keys())
  const declared = guess === undefined ? undefined : spans.get(guess)
  diagnosis.error('unknown-llm', name.span, `there is no llm "${name.value}"`, {
    ...(declared === undefined
      ? {}
      : { related: [{ message: 'similar name declared here', span: declared }] }),
    help: guess === undefined ? declaredLlms(configs) : `did you mean "${guess}"?`,
  })
  return guess === undefined ? undefined : configs.get(guess)
}

/** What there is to choose from; an LLM that no one declared is nothing one would name. */
function declaredLlms(configs: ReadonlyMap<string, LlmConfig>): string {
  return configs.size === 1 && configs.has('default')
    ? 'declare it under "llms:", such as "writer: { provider: openai, model: gpt-4o-mini }"'
    : `the llms here are ${shortList(configs)}`
}

interface Surroundings extends LlmSettings {
  readonly defaults: Node | undefined
  readonly diagnosis: Diagnosis
}

function readLlm(
  name: string,
  node: Node | undefined,
  { defaults, defaultModel, folder, diagnosis }: Surroundings,
): LlmConfig {
  const provider = textAt(node, 'provider') ?? 'openai'
  const answers = child(node, 'answers')
  if (answers !== undefined && provider !== 'scripted') {
    diagnosis.error(
      'unknown-key',
      mapOf(node)?.entries.get('answers')?.keySpan ?? answers.span,
      `only scripted llms have "answers", and llm "${name}" is ${provider}`,
      {
        help: 'write "provider: scripted" or remove the answers',
      },
    )
  }
  const version = mapOf(node)?.entries.get('api_version')
  if (version !== undefined && provider !== 'azure-openai') {
    diagnosis.error(
      'unknown-key',
      version.keySpan,
      `only azure-openai llms have an "api_version", and llm "${name}" is ${provider}`,
      { help: 'remove it, or write "provider: azure-openai"' },
    )
  }
  const api = apis.find((one) => one === textAt(node, 'api')) ?? 'chat'
  // The other providers must be told; the schema asks for it.
  const ownModel = provider === 'openai' ? defaultModel : provider === 'embedded' ? 'muse' : provider
  const price = child(node, 'price')
  const [input, output] = [numberAt(price, 'input'), numberAt(price, 'output')]
  const params = child(node, 'params')
  const headers = [...entriesOf(child(node, 'headers_env'))].map((entry): [string, string] => [
    entry.key,
    textNode(entry.value)?.value ?? '',
  ])
  const config: LlmConfig = definedOnly({
    name,
    provider,
    api,
    model: textAt(node, 'model') ?? ownModel,
    modelPath: provider === 'local' ? findModel(child(node, 'model'), folder, diagnosis) : undefined,
    apiVersion: textAt(node, 'api_version'),
    sampling: readSampling(node, { maxTokens: DEFAULT_MAX_TOKENS }),
    baseUrl: textAt(node, 'base_url'),
    apiKeyEnv: textAt(node, 'api_key_env'),
    headersEnv: headers.length === 0 ? undefined : new Map(headers),
    timeoutMs: durationAt(node, 'timeout') ?? durationAt(defaults, 'timeout') ?? DEFAULT_TIMEOUT_MS,
    maxRetries: numberAt(node, 'max_retries') ?? numberAt(defaults, 'max_retries') ?? DEFAULT_MAX_RETRIES,
    maxConcurrency: numberAt(node, 'max_concurrency'),
    requestsPerMinute: numberAt(node, 'requests_per_minute'),
    tokensPerMinute: numberAt(node, 'tokens_per_minute'),
    contextWindow: numberAt(node, 'context_window'),
    price: input === undefined || output === undefined ? undefined : { input, output },
    schemaIn: schemaPlaces.find((place) => place === textAt(node, 'schema_in')),
    params: params?.kind === 'map' ? (plain(params) as Record<string, unknown>) : undefined,
    answers: answers === undefined ? undefined : itemsOf(answers).map(readAnswer),
  })
  checkApi(node, config, diagnosis)
  checkParameters(node, { config, owner: `llm "${name}"`, diagnosis })
  return config
}

/** Where the file of a local model is. That there is none is no mistake of the flow: models are large, and seldom kept with it. */
function findModel(
  node: Node | undefined,
  folder: FlowFolder | undefined,
  diagnosis: Diagnosis,
): string | undefined {
  const written = textNode(node)
  if (written === undefined || written.value === '') return undefined
  if (folder === undefined) {
    diagnosis.error('bad-file', written.span, 'a flow that is not a file has no folder to load a model from')
    return undefined
  }
  const found = folder.locate(written.value)
  if (found.ok) return found.path
  if (!found.isMissing) {
    const help =
      'put it into the folder of the flow file, or write its name alone and say where your models are: export LLMFLOWS_MODELS=…'
    diagnosis.error('bad-file', written.span, `model file "${written.value}" ${found.problem}`, { help })
  }
  return undefined
}

/** The sampling parameters written on a node, over those that hold otherwise. */
export function readSampling(node: Node | undefined, base: Sampling): Sampling {
  const stop = child(node, 'stop')
  const stops = stop?.kind === 'list' ? stop.items : stop === undefined ? [] : [stop]
  return definedOnly({
    maxTokens: numberAt(node, 'max_tokens') ?? base.maxTokens,
    temperature: numberAt(node, 'temperature') ?? base.temperature,
    topP: numberAt(node, 'top_p') ?? base.topP,
    stop: stop === undefined ? base.stop : stops.flatMap((item) => textNode(item)?.value ?? []),
    seed: numberAt(node, 'seed') ?? base.seed,
  })
}

export function durationAt(node: Node | undefined, key: string): number | undefined {
  const text = textAt(node, key)
  return text === undefined ? undefined : parseDuration(text)
}

const finishReasons: readonly FinishReason[] = ['stop', 'length', 'content-filter', 'refusal']

function readAnswer(node: Node): ScriptedAnswer {
  const finish = textAt(node, 'finish_reason')
  const calls = child(node, 'tool_calls')
  return definedOnly({
    match: textAt(node, 'match'),
    answer: textAt(node, 'answer'),
    toolCalls: calls === undefined ? undefined : itemsOf(calls).map(readToolCall),
    delayMs: durationAt(node, 'delay'),
    finishReason: finishReasons.find((reason) => reason === finish),
    status: numberAt(node, 'status'),
    times: numberAt(node, 'times'),
  })
}

function readToolCall(node: Node): { readonly name: string; readonly arguments: string } {
  const given = child(node, 'arguments')
  return {
    name: textAt(node, 'name') ?? '',
    // A text is sent as it is, so that a flow can try what happens when it is no JSON.
    arguments: textNode(given)?.value ?? JSON.stringify(given === undefined ? {} : plain(given)),
  }
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** The object without its undefined entries. */
function definedOnly<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>
}
