import { arch, availableParallelism, platform } from 'node:os'
import { importModule } from '../../source/import-module.ts'
import { LlmError } from '../llm.ts'

/** As much of node-llama-cpp as is used here. It is an optional peer, so its own types may not be there. */
export interface Library {
  getLlama(options: {
    readonly gpu: 'auto'
    readonly build: 'never'
    readonly skipDownload: true
    readonly progressLogs: false
    readonly logLevel: 'disabled'
  }): Promise<Llama>
  readonly LlamaChat: new (options: {
    readonly contextSequence: Sequence
    readonly chatWrapper: ChatWrapper | 'auto'
  }) => Chat
  readonly LlamaCompletion: new (options: { readonly contextSequence: Sequence }) => Completion
}

export interface Llama {
  /** 0: as many as it likes. */
  maxThreads: number
  loadModel(options: { readonly modelPath: string }): Promise<Model>
  createGrammarForJsonSchema(schema: Readonly<Record<string, unknown>>): Promise<Grammar>
}

/** What holds a model to a form while it speaks. */
export interface Grammar {
  readonly grammar: string
}

export interface Model {
  readonly tokenizer: unknown
  readonly trainContextSize: number
  createContext(options: { readonly contextSize: number; readonly sequences: number }): Promise<Context>
  tokenize(text: string): readonly unknown[]
}

export interface Context {
  readonly contextSize: number
  getSequence(): Sequence
}

export interface Sequence {
  readonly tokenMeter: { readonly usedOutputTokens: number }
  clearHistory(): Promise<void>
}

export type Turn =
  | { readonly type: 'system' | 'user'; readonly text: string }
  | { readonly type: 'model'; readonly response: readonly string[] }

export interface GenerationOptions {
  readonly maxTokens: number
  readonly temperature: number
  readonly topP: number
  readonly seed?: number
  readonly customStopTriggers: readonly string[]
  readonly grammar?: Grammar
  readonly signal: AbortSignal
  readonly onToken: () => void
}

export interface Generated {
  readonly response: string
  readonly metadata: { readonly stopReason: string }
}

/** A model's own template for conversations. */
export interface ChatWrapper {
  generateContextState(options: { readonly chatHistory: readonly Turn[] }): {
    readonly contextText: { tokenize(tokenizer: unknown): readonly unknown[] }
  }
}

export interface Chat {
  readonly chatWrapper: ChatWrapper
  generateResponse(history: readonly Turn[], options: GenerationOptions): Promise<Generated>
}

export interface Completion {
  generateCompletionWithMeta(prompt: string, options: GenerationOptions): Promise<Generated>
}

const NAME = 'node-llama-cpp'

/** node-llama-cpp where llmflows is installed: never from the folder of a flow, which could bring a program of its own. */
export async function installedLibrary(): Promise<Library> {
  try {
    return (await importModule(NAME)) as Library
  } catch (error) {
    throw missing(`"provider: local" needs ${NAME}, ${howMissing(error)}`, error)
  }
}

/** Its engine, with the binaries that are installed: nothing is downloaded, built or printed. */
export async function startLlama(library: Library): Promise<Llama> {
  try {
    const options = { gpu: 'auto', build: 'never', skipDownload: true } as const
    const llama = await library.getLlama({ ...options, progressLogs: false, logLevel: 'disabled' })
    // It takes four threads and more, which on a smaller machine wait for each other.
    llama.maxThreads = Math.min(llama.maxThreads, availableParallelism())
    return llama
  } catch (error) {
    throw missing(`${NAME} finds no binary for this machine: ${firstLine(error)}`, error)
  }
}

function missing(message: string, cause: unknown): LlmError {
  const help = [
    'install it beside llmflows (85 MB; without these options it brings 725 MB of GPU libraries):',
    `npm install --ignore-scripts --omit=optional ${NAME} ${binaryPackage()}`,
  ].join('\n')
  return new LlmError('package-missing', message, { retryable: false, help, cause })
}

function howMissing(error: unknown): string {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
  return isMissing ? 'which is not installed' : `which cannot be loaded: ${firstLine(error)}`
}

export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''
}

/** The package with the binary for this machine, as node-llama-cpp names them. */
function binaryPackage(): string {
  const system = new Map([
    ['darwin', 'mac'],
    ['win32', 'win'],
  ]).get(platform())
  const machine = arch() === 'arm' ? 'armv7l' : arch()
  const metal = platform() === 'darwin' && machine === 'arm64' ? '-metal' : ''
  return `@node-llama-cpp/${system ?? platform()}-${machine}${metal}`
}
