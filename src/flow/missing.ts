const additions: Readonly<Record<string, string>> = {
  llmflows: 'write "llmflows: 1" as the first line; it is the version of the format',
  name: 'add "name:" with a name of lower-case letters, digits, - and _',
  steps: `add "steps:" and a step below it, such as "haiku: { prompt: 'Write a haiku about {topic}' }"`,
  provider: 'add "provider: openai", or another; "llmflows schema" lists them',
  model: 'add "model:" with the name that the provider has for it',
  base_url: 'add "base_url:" with the address of the server, such as http://localhost:8000/v1',
  answers: 'add "answers: [{ answer: TEXT }]"',
  file: 'write the text of the template itself, or { file: PATH }',
  role: 'add "role: user" or "role: assistant"',
}

/** What to write for a key that a mapping lacks; the path is the mapping's. */
export function additionHelp(path: readonly string[], key: string): string {
  const known = Object.hasOwn(additions, key) ? additions[key] : undefined
  if (known === undefined || (key === 'name' && path.length > 0)) return `add "${key}: …"`
  return known
}
