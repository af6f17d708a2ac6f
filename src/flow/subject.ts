const owners: Readonly<Record<string, string>> = {
  steps: 'step',
  llms: 'llm',
  inputs: 'input',
  templates: 'template',
  tools: 'tool',
  embeddings: 'embeddings',
  vector_stores: 'vector store',
}

/** The value at a path of a flow, as the start of a sentence: `"prompt" of step "draft"`, `step "draft"`, `a flow`. */
export function subject(path: readonly string[]): string {
  const [section, name, ...rest] = path
  if (section === undefined) return 'a flow'
  const owner = name === undefined ? undefined : owners[section]
  if (owner === undefined) return `"${dotted(path)}"`
  return rest.length === 0 ? `${owner} "${name}"` : `"${dotted(rest)}" of ${owner} "${name}"`
}

/** The parts of a JSON pointer. */
export function pointerPath(pointer: string): readonly string[] {
  if (pointer === '') return []
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function dotted(path: readonly string[]): string {
  let text = ''
  for (const part of path) text += /^\d+$/.test(part) ? `[${part}]` : text === '' ? part : `.${part}`
  return text
}
