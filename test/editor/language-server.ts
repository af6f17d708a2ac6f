import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { cleanEnv } from '../e2e/llmflows.ts'

const server = fileURLToPath(
  new URL('../../node_modules/yaml-language-server/bin/yaml-language-server', import.meta.url),
)

/** As every editor with the server sets it, but for the catalogue of schemas, which is on the network. */
const settings = { validate: true, hover: true, completion: true, schemaStore: { enable: false, url: '' } }

export interface Position {
  readonly line: number
  readonly character: number
}

export interface Problem {
  readonly message: string
  readonly range: { readonly start: Position; readonly end: Position }
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: unknown
}

interface Item {
  readonly label: string
  readonly insertText?: string
  readonly documentation?: string | { readonly value: string }
}

/** The language server that editors run for YAML, and the little of its protocol that asks what a person would see. */
export class LanguageServer {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #answers = new Map<number, (message: Message) => void>()
  readonly #problems = new Map<string, (problems: readonly Problem[]) => void>()
  #unread = Buffer.alloc(0)
  #lastId = 0

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child
    child.stdout.on('data', (bytes: Buffer) => this.#read(bytes))
  }

  static async start(): Promise<LanguageServer> {
    const child = spawn(process.execPath, [server, '--stdio'], { env: cleanEnv(), stdio: 'pipe' })
    const started = new LanguageServer(child)
    await started.#ask('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {
        textDocument: {
          completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } },
          hover: { contentFormat: ['markdown'] },
        },
        workspace: { configuration: true },
      },
    })
    started.#send({ method: 'initialized', params: {} })
    started.#send({ method: 'workspace/didChangeConfiguration', params: { settings: { yaml: settings } } })
    return started
  }

  /** Opens a file with a text and resolves with what the server says is wrong with it. */
  async open(path: string, text: string): Promise<readonly Problem[]> {
    const uri = pathToFileURL(path).href
    const problems = new Promise<readonly Problem[]>((resolve) => this.#problems.set(uri, resolve))
    const textDocument = { uri, languageId: 'yaml', version: 1, text }
    this.#send({ method: 'textDocument/didOpen', params: { textDocument } })
    return problems
  }

  /** What is offered at a place of an open file. */
  async complete(path: string, position: Position): Promise<readonly Item[]> {
    const result = await this.#ask('textDocument/completion', at(path, position))
    const list = Array.isArray(result) ? result : ((result as { items?: unknown }).items ?? [])
    return list as readonly Item[]
  }

  /** The text that is shown over a place of an open file. */
  async hover(path: string, position: Position): Promise<string> {
    const result = (await this.#ask('textDocument/hover', at(path, position))) as {
      contents: string | { value: string }
    } | null
    if (result === null) return ''
    return typeof result.contents === 'string' ? result.contents : result.contents.value
  }

  async end(): Promise<void> {
    await this.#ask('shutdown', null)
    this.#send({ method: 'exit' })
  }

  async #ask(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#lastId
    const answer = new Promise<Message>((resolve) => this.#answers.set(id, resolve))
    this.#send({ id, method, params })
    const { result, error } = await answer
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
    return result
  }

  #send(message: Message): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    this.#child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }

  #read(bytes: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, bytes])
    for (;;) {
      const end = this.#unread.indexOf('\r\n\r\n')
      const length = Number(
        /Content-Length: (\d+)/i.exec(this.#unread.toString('latin1', 0, Math.max(end, 0)))?.[1],
      )
      if (end === -1 || this.#unread.length < end + 4 + length) return
      const body = this.#unread.toString('utf8', end + 4, end + 4 + length)
      this.#unread = this.#unread.subarray(end + 4 + length)
      this.#receive(JSON.parse(body) as Message)
    }
  }

  #receive(message: Message): void {
    const { id, method, params } = message
    if (method === undefined) {
      this.#answers.get(id ?? 0)?.(message)
      return
    }
    if (method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = params as { uri: string; diagnostics: readonly Problem[] }
      this.#problems.get(uri)?.(diagnostics)
    }
    if (id === undefined) return
    const { items = [] } = (params ?? {}) as { items?: readonly { section: string }[] }
    const result =
      method === 'workspace/configuration'
        ? items.map(({ section }) => (section === 'yaml' ? settings : null))
        : null
    this.#send({ id, result })
  }
}

function at(path: string, position: Position): object {
  return { textDocument: { uri: pathToFileURL(path).href }, position }
}
