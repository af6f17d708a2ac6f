import type { Node } from '../document/node.ts'
import { commandWords } from './command-words.ts'

/** A mapping such as `{topic}`, which is what YAML makes of a placeholder that starts a text without quotes. */
export function isPlaceholder(node: Node): boolean {
  if (node.kind !== 'map' || node.entries.size !== 1) return false
  return /^\{[^:,{}]*\}$/.test(node.span.file.text.slice(node.span.start, node.span.end))
}

/** How to write a value that has the wrong type; undefined when the message says it all. */
export function typeHelp(types: readonly string[], node: Node, path: readonly string[]): string | undefined {
  return placeHelp(node, path) ?? valueHelp(types, node)
}

/** Slips that are made in one place. */
function placeHelp(node: Node, path: readonly string[]): string | undefined {
  const [section, name, key] = path
  if (path.length === 1 && node.kind === 'list') {
    if (section === 'steps')
      return 'write the steps without dashes, each as "id:" with its keys indented below'
    if (section === 'inputs') return 'write each input as "name: {}" on a line of its own'
    if (section === 'llms') return 'write each llm as "name: { provider: …, model: … }" on a line of its own'
    if (section === 'templates') return 'write each template as "name: text" on a line of its own'
    if (section === 'connections') return 'write each connection as "from: to" or "from: [to, …]"'
  }
  if (path.length === 1 && section === 'steps') return 'write at least one step below it'
  const text = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined
  if (path.length === 2) {
    if (section === 'steps' && text !== undefined) return `write the text as "prompt:" of the step`
    if (section === 'steps') return 'give it one of "prompt: TEXT", "template: NAME" or "value: …"'
    if (section === 'inputs' && text !== undefined)
      return 'write { description: … } for a text that explains the input'
    if (section === 'inputs') return 'write {} for a text that must be given'
    if (section === 'llms') return 'write it like { provider: openai, model: gpt-4o-mini }'
    if (section === 'templates' && node.kind === 'list') return 'put a text of several lines in a | block'
    if (section === 'outputs') return 'write the output key of a step'
    if (section === 'defaults' && name === 'timeout') return durationHelp(node)
  }
  if (key === 'timeout') return durationHelp(node)
  if (section === 'steps' && key === 'messages' && text !== undefined) {
    return 'write turns, such as [{ role: user, content: … }]; instructions go under "system:"'
  }
  if (section === 'steps' && key === 'prompt' && node.kind === 'list') {
    return 'write one text, with the variables in it: "… {topic} …"; put several lines in a | block'
  }
  if (section === 'steps' && key === 'command' && text !== undefined) {
    return `no shell reads it; write each word as an item: ${commandWords(text)}`
  }
  if (section === 'llms' && key === 'answers' && text !== undefined) {
    return `write it like { answer: ${JSON.stringify(text.slice(0, 60))} }`
  }
  if (path.at(-2) === 'properties' && text !== undefined) {
    return 'write its type, such as { type: string } or { type: integer }'
  }
  if (section === 'steps' && key === 'llm' && node.kind === 'map') {
    return 'declare the llm under "llms:", and write its name here'
  }
  return undefined
}

function durationHelp(node: Node): string | undefined {
  return node.kind === 'scalar' && typeof node.value === 'number'
    ? `write it with its unit: ${node.value}s, or ms, m, h`
    : undefined
}

function valueHelp(types: readonly string[], node: Node): string | undefined {
  const takesText = types.includes('string')
  if (isPlaceholder(node) && node.kind === 'map' && takesText) {
    return `a text that starts with { must be quoted: "{${[...node.entries.keys()].join()}} …"`
  }
  if (node.kind !== 'scalar') return undefined
  const { value } = node
  if (value === null) return takesText ? 'write the text behind the colon, or in a | block below' : undefined
  if (types.length === 1 && takesText) return `quote it: "${value}"`
  if (typeof value !== 'string') return undefined
  if (types.includes('boolean') && /^(?:yes|on|true)$/i.test(value)) return 'write true'
  if (types.includes('boolean') && /^(?:no|off|false)$/i.test(value)) return 'write false'
  if (types.includes('array')) return `write a list: [${value.slice(0, 60)}]`
  if (/^-?\d+(?:\.\d+)?$/.test(value)) return 'remove the quotes'
  return undefined
}
