import { greetFlow } from './llmflows.ts'

/** Files for command lines that are wrong. */
export const wrongFiles: Readonly<Record<string, string>> = {
  'greet.yaml': greetFlow,
  'binary.yaml': 'llmflows: 1\0\u0001\n',
  'big.yaml': greetFlow,
  'tabs.yaml': 'llmflows: 1\nname: tabs\nsteps:\n\ta: { prompt: x }\n',
  'broken.yaml': 'llmflows: 1\nname: broken\nsteps:\n  a: { promt: "x {topic}" }\n',
  'list.json': '[1, 2]',
  'wrong.json': '{"woh": "Ann"}',
  'keyless.yaml':
    'llmflows: 1\nname: keyless\nllms:\n  w: { provider: openai, model: m }\nsteps:\n  a: { prompt: hello }\n',
  'elsewhere.yaml':
    'llmflows: 1\nname: elsewhere\nllms:\n  w: { provider: openai-compatible, base_url: "https://models.example/v1", model: m }\nsteps:\n  a: { prompt: hello }\n',
}
