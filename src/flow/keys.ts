import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Entry, MapNode, Node } from '../document/node.ts'
import { looksLikeKey } from '../source/key-like.ts'
import { child, entriesOf, textNode } from './reader.ts'

const keyName = /^(?:[a-z0-9]+[_-])*(?:api[_-]?key|apikey|secret|password|access[_-]?token|authorization)$/i
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * Refuses keys that stand in the flow: a key in a file ends up in a repository. Returns whether the value of an entry
 * is one, so that nothing else is said about it.
 */
export function reportKeys(root: MapNode, diagnosis: Diagnosis): (entry: Entry) => boolean {
  const found = new Set<Entry>()
  const refuse = (entry: Entry): void => {
    found.add(entry)
    diagnosis.error('key-in-flow', entry.keySpan, `the value of "${entry.key}" looks like a key`, {
      help: 'put the key in an environment variable and write that variable\'s name in "api_key_env" of the llm;\ntreat a key that was shared in a file as lost',
    })
  }
  for (const entry of entriesOf(root)) if (isKey(entry) || hasKeyName(entry)) refuse(entry)
  for (const section of ['llms', 'embeddings', 'vector_stores', 'steps', 'defaults']) {
    const node = child(root, section)
    const owners = section === 'defaults' ? [node] : [...entriesOf(node)].map(({ value }) => value)
    for (const owner of owners) {
      for (const entry of entriesOf(owner)) {
        if (entry.key === 'api_key_env' || entry.key === 'url_env') checkVariable(entry, diagnosis, refuse)
        else if (isKey(entry) || hasKeyName(entry)) refuse(entry)
        if (entry.key === 'params') for (const inner of entriesOf(entry.value)) checkInner(inner, refuse)
        if (entry.key === 'headers_env') for (const inner of entriesOf(entry.value)) checkInner(inner, refuse)
      }
    }
  }
  return (entry) => found.has(entry)
}

function checkInner(entry: Entry, refuse: (entry: Entry) => void): void {
  const isVariable = variableName.test(textNode(entry.value)?.value ?? '')
  if (isKey(entry) || (hasKeyName(entry) && !isVariable)) refuse(entry)
}

/** `api_key_env` and `url_env` hold a name; the most common slip is to write it as a shell does, the worst is to write the key. */
function checkVariable(entry: Entry, diagnosis: Diagnosis, refuse: (entry: Entry) => void): void {
  const text = textNode(entry.value)
  if (text === undefined) return
  if (variableName.test(text.value) && !looksLikeKey(text.value)) return
  const name = /^\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?$/.exec(text.value)?.[1]
  if (name === undefined) return refuse(entry)
  diagnosis.error(
    'bad-value',
    text.span,
    `"${entry.key}" must be the name of an environment variable alone`,
    {
      help: `write "${entry.key}: ${name}"`,
    },
  )
}

function hasKeyName({ key, value }: Entry): boolean {
  return keyName.test(key) && isFilled(value)
}

function isKey({ key, value }: Entry): boolean {
  const text = textNode(value)?.value
  // The id of a model or a step's prompt may be long and odd without being secret.
  return text !== undefined && key !== 'model' && looksLikeKey(text)
}

function isFilled(value: Node): boolean {
  return (textNode(value)?.value ?? '') !== ''
}
