import { badResponse, isObject, type JsonObject } from './json.ts'
import type { ToolCall } from './llm.ts'

/** The longest id that is handed back to the server as it came. */
const LONGEST_ID = 256

interface Draft {
  readonly id: string
  name: string
  /** As many as the server sent; joined once, at the end. */
  readonly pieces: string[]
}

/**
 * Puts the tool calls of a chat answer together from the pieces of its stream. A piece belongs to the call of its index;
 * one with another id and a name of its own begins a call, also where a server gives every call the same index.
 */
export class ToolCallPieces {
  readonly #drafts: Draft[] = []
  /** The latest call of each index. */
  readonly #byIndex = new Map<number, Draft>()

  /** Takes what a chunk, or a whole answer, says of tool calls. Throws an `LlmError` for what cannot belong together. */
  add(chunk: JsonObject): void {
    const choices = Array.isArray(chunk['choices']) ? chunk['choices'].filter(isObject) : []
    const choice = choices.find(({ index }) => index === undefined || index === 0)
    const message = choice?.['delta'] ?? choice?.['message']
    const calls = isObject(message) ? message['tool_calls'] : undefined
    if (!Array.isArray(calls)) return
    for (const [place, piece] of calls.entries()) if (isObject(piece)) this.#addPiece(piece, place)
  }

  /** The calls in the order in which they began. Throws an `LlmError` where one says no name. */
  finish(): readonly ToolCall[] {
    return namedCalls(this.#drafts.map(({ id, name, pieces }) => ({ id, name, arguments: pieces.join('') })))
  }

  #addPiece(piece: JsonObject, place: number): void {
    const id = textIn(piece, 'id')
    const called = isObject(piece['function']) ? piece['function'] : {}
    const name = textIn(called, 'name')
    const index = typeof piece['index'] === 'number' ? piece['index'] : undefined
    let draft = this.#draftOf(index, place, id)
    if (draft !== undefined && name !== '' && draft.name !== '' && draft.name !== name) {
      throw badResponse('the answer gives one tool call two names')
    }
    if (draft === undefined) {
      draft = { id, name, pieces: [] }
      this.#drafts.push(draft)
      this.#byIndex.set(index ?? place, draft)
    }
    if (draft.name === '') draft.name = name
    const given = called['arguments']
    if (given !== undefined && given !== null)
      draft.pieces.push(typeof given === 'string' ? given : JSON.stringify(given))
  }

  /** The call that a piece goes on with; undefined when it begins one. */
  #draftOf(index: number | undefined, place: number, id: string): Draft | undefined {
    const known = this.#byIndex.get(index ?? place)
    return known !== undefined && id !== '' && known.id !== '' && known.id !== id ? undefined : known
  }
}

/**
 * The calls with an id each: one that a server has left out, given twice, or made a novel of, is replaced. Ids only say
 * which result belongs to which call, so another one does no harm.
 */
export function namedCalls(calls: readonly ToolCall[]): readonly ToolCall[] {
  const ids = new Set<string>()
  return calls.map((call, place) => {
    if (call.name === '') throw badResponse('the answer asks for a tool without a name')
    const isUsable = call.id !== '' && call.id.length <= LONGEST_ID && !ids.has(call.id)
    let id = isUsable ? call.id : `call_${place + 1}`
    while (ids.has(id)) id += '_'
    ids.add(id)
    return { ...call, id }
  })
}

/** A text of an object; empty when it has none. */
export function textIn(object: JsonObject, key: string): string {
  const value = object[key]
  return typeof value === 'string' ? value : ''
}
