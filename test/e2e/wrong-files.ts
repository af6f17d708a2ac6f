import { greetFlow } from './llmflows.ts'

/** Files for command lines that are wrong. */
export const wrongFiles: Readonly<Record<string, string>> = {
  'greet.yaml': greetFlow,
  'binary.yaml': 'llmflows: 1\0\u0001\n',
  'big.yaml': greetFlow,
  'tabs.yaml': 'llmflows: 1\nname: tabs\nsteps:\n\ta: { prompt: x }\n',
  'broken.yaml': 'llmflows: 1\nname: broken\nsteps:\n  a: { promt: "x {topic}" }\n',
  'list.json': '[1, 2]',
  'right.json': '{"who": "Ann"}',
  'prompt.txt': 'About {topic}',
  'one.yaml':
    'llmflows: 1\nname: one\nllms:\n  w: { provider: scripted, answers: [{ answer: x }] }\ntemplates:\n  about: { file: prompt.txt }\nsteps:\n  a: { template: about }\n  each: { for_each: 3, prompt: "{a}" }\n',
  'wrong.json': '{"woh": "Ann"}',
  'keyless.yaml':
    'llmflows: 1\nname: keyless\nllms:\n  w: { provider: openai, model: m }\nsteps:\n  a: { prompt: hello }\n',
  'elsewhere.yaml':
    'llmflows: 1\nname: elsewhere\nllms:\n  w: { provider: openai-compatible, base_url: "https://models.example/v1", model: m }\nsteps:\n  a: { prompt: hello }\n',
}
