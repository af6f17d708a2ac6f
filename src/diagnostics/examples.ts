import type { Code } from './catalogue.ts'

/** A whole flow with one mistake, and the same flow without it. */
interface Example {
  readonly wrong: string
  readonly right: string
}

const haiku = flow(`
steps:
  haiku: { prompt: "Write a haiku about {topic}" }
`)

/** For `llmflows explain`. Nothing else loads this module. */
export const examples: Readonly<Record<Code, Example>> = {
  'not-text': { wrong: 'GIF89a\0\0', right: haiku },
  'file-too-large': {
    wrong: flow(`
steps:
  haiku: { prompt: "Write a haiku about the following book, all of which stands here: …" }
`),
    right: flow(`
steps:
  haiku: { prompt: "Write a haiku about {book}" }
`),
  },
  'empty-file': { wrong: '# TODO: write the flow\n', right: haiku },
  'too-deep': {
    wrong: flow(`
steps:
  haiku: { value: ${'['.repeat(66)}1${']'.repeat(66)} }
`),
    right: flow(`
steps:
  haiku: { value: [[1, 2], [3, 4]] }
`),
  },
  'yaml-syntax': pair(
    `
steps:
  haiku:
    prompt: Write a haiku in this style: {style}
`,
    'Write a haiku in this style: {style}',
    '"Write a haiku in this style: {style}"',
  ),
  'yaml-tag': pair(
    `
steps:
  haiku:
    prompt: !important Write a haiku about {topic}
`,
    '!important Write a haiku about {topic}',
    '"!important Write a haiku about {topic}"',
  ),
  'yaml-value': pair(
    `
steps:
  haiku: { prompt: "Write a haiku about {topic}", seed: 12345678901234567890 }
`,
    '12345678901234567890',
    '1234567890',
  ),
  'swallowed-item': pair(
    `
steps:
  critic:
    for_each:
      - a jaded rock critic
        - a twelve-year-old
    prompt: "You are {item}. What do you think of {song}?"
`,
    '        - a twelve',
    '      - a twelve',
  ),
  'duplicate-key': pair(
    `
steps:
  haiku: { prompt: "Write a haiku about {topic}" }
  haiku: { prompt: "Write a haiku against {topic}" }
`,
    'haiku: { prompt: "Write a haiku against',
    'answer: { prompt: "Write a haiku against',
  ),
  'unknown-key': pair(
    `
steps:
  haiku: { promt: "Write a haiku about {topic}" }
`,
    'promt',
    'prompt',
  ),
  'missing-key': pair(
    `
llms:
  local: { provider: ollama }
steps:
  haiku: { prompt: "Write a haiku about {topic}" }
`,
    'provider: ollama',
    'provider: ollama, model: llama3.2',
  ),
  'wrong-type': pair(
    `
steps:
  haiku: { prompt: {topic} }
`,
    '{topic}',
    '"{topic}"',
  ),
  'unknown-value': pair(
    `
llms:
  writer: { provider: opneai }
steps:
  haiku: { prompt: "Write a haiku about {topic}" }
`,
    'opneai',
    'openai',
  ),
  'bad-value': pair(
    `
steps:
  haiku: { prompt: "Write a haiku about {topic}", timeout: 2 minutes }
`,
    '2 minutes',
    '2m',
  ),
  'bad-name': pair(
    `
steps:
  first-haiku: { prompt: "Write a haiku about {topic}" }
`,
    'first-haiku',
    'first_haiku',
  ),
  'bad-default': pair(
    `
inputs:
  count: { type: integer, default: three }
steps:
  haiku: { prompt: "Write {count} haikus" }
`,
    'three',
    '3',
  ),
  'out-of-range': pair(
    `
steps:
  haiku: { prompt: "Write a haiku about {topic}", temperature: 7 }
`,
    'temperature: 7',
    'temperature: 0.7',
  ),
  'missing-verb': pair(
    `
steps:
  haiku: { name: A haiku }
`,
    'name: A haiku',
    'name: A haiku, prompt: "Write a haiku about {topic}"',
  ),
  'several-verbs': pair(
    `
templates:
  poem: Write a poem about {topic}
steps:
  poem: { template: poem, prompt: "Write a haiku about {topic}" }
`,
    ', prompt: "Write a haiku about {topic}"',
    '',
  ),
  'unknown-template': pair(
    `
templates:
  summary: Sum up {text}
steps:
  draft: { template: summry }
`,
    'summry',
    'summary',
  ),
  'unknown-llm': pair(
    `
llms:
  writer: { provider: openai }
steps:
  haiku: { prompt: "Write a haiku about {topic}", llm: writter }
`,
    'writter',
    'writer',
  ),
  'unknown-step': pair(
    `
steps:
  haiku: { prompt: "Write a haiku about {topic}" }
  song: { prompt: "Set to music: {haiku}" }
connections:
  haku: song
`,
    'haku',
    'haiku',
  ),
  'unknown-output': pair(
    `
steps:
  haiku: { prompt: "Write a haiku about {topic}", output_key: poem }
outputs: [haiku]
`,
    '[haiku]',
    '[poem]',
  ),
  'unknown-variable': pair(
    `
inputs:
  topic: { description: What the haiku is about }
steps:
  haiku: { prompt: "Write a haiku about {tpic}" }
`,
    'tpic',
    'topic',
  ),
  'bad-condition': pair(
    `
inputs: { score: { type: number } }
steps:
  praise: { when: score = 3, prompt: Write a short praise }
`,
    'score = 3',
    'score == 3',
  ),
  'wrong-operand': pair(
    `
steps:
  rate: { prompt: "Rate this from 1 to 5, with the number alone: {text}" }
  praise: { when: rate > 3, prompt: Write a short praise }
`,
    'rate > 3',
    'double(rate.trim()) > 3',
  ),
  'never-runs': pair(
    `
inputs: { mood: {} }
steps:
  praise: { when: mood == "good", prompt: Write a short praise }
  comfort: { when: mood != "good", prompt: Write some words of comfort }
  card: { prompt: "Put this on a card: {praise} {comfort}" }
`,
    '{praise} {comfort}',
    '{praise ?? comfort}',
  ),
  'unknown-formatter': pair(
    `
inputs:
  topics: { type: array }
steps:
  haiku: { prompt: "Write a haiku about {topics | bulets}" }
`,
    'bulets',
    'bullets',
  ),
  'wrong-path': pair(
    `
steps:
  critics: { for_each: 3, prompt: "Review {song}" }
  verdict: { prompt: "The first critic says {critics[0].text}" }
`,
    '[0].text',
    '[0]',
  ),
  'wrong-formatter': pair(
    `
steps:
  haiku: { prompt: "Write a haiku about {topic}" }
  review: { prompt: "Review {haiku | bullets}" }
`,
    ' | bullets',
    '',
  ),
  'missing-value': pair(
    `
inputs:
  product: { type: object, required: [name], properties: { name: {}, tagline: {} } }
steps:
  post: { prompt: "Write a post about {product.name}, {product.tagline}" }
`,
    'product.tagline',
    'product.tagline?',
  ),
  'malformed-placeholder': pair(
    `
inputs:
  mood: { default: calm }
steps:
  haiku: { prompt: "Write a {mood:>10} haiku" }
`,
    '{mood:>10}',
    '{mood}',
  ),
  'jinja-braces': pair(
    `
steps:
  haiku: { prompt: "Write a haiku about {topic}" }
  song: { prompt: "Set to music: {{ haiku }}" }
`,
    '{{ haiku }}',
    '{haiku}',
  ),
  'similar-input': pair(
    `
steps:
  title: { prompt: "A title about {topic}", output_key: song_title }
  lyrics: { prompt: "Lyrics for {song_titel}" }
`,
    'song_titel',
    'song_title',
  ),
  'duplicate-output': pair(
    `
steps:
  first: { prompt: "Write a haiku about {topic}", output_key: poem }
  second: { prompt: "Write a song about {topic}", output_key: poem }
`,
    'song about {topic}", output_key: poem',
    'song about {topic}", output_key: song',
  ),
  'output-is-input': pair(
    `
inputs:
  text: { description: The text to improve }
steps:
  text: { prompt: "Improve this: {text}" }
`,
    '  text: { prompt',
    '  better_text: { prompt',
  ),
  'hidden-variable': pair(
    `
inputs:
  season: { default: spring }
steps:
  haiku: { for_each: [frogs, ponds], as: season, prompt: "A haiku about {season}" }
  song: { prompt: "A song about {season}" }
`,
    'as: season, prompt: "A haiku about {season}"',
    'as: animal, prompt: "A haiku about {animal}"',
  ),
  'needs-for-each': pair(
    `
steps:
  haiku: { prompt: "Write a haiku about {topic}", output_key: "haiku_{index}" }
`,
    'prompt:',
    'for_each: 3, prompt:',
  ),
  'bad-for-each': pair(
    `
inputs:
  topics: { description: What the haikus are about }
steps:
  haiku: { for_each: "{topics}", prompt: "Write a haiku about {item}" }
`,
    '{ description',
    '{ type: array, description',
  ),
  'too-many-items': pair(
    `
steps:
  haiku: { for_each: 5000, prompt: "Write haiku number {index} about {topic}" }
`,
    '5000',
    '50',
  ),
  'unknown-item-count': pair(
    `
inputs:
  topics: { type: array }
steps:
  haiku: { for_each: "{topics}", prompt: "Write about {item}", output_key: "haiku_{index}" }
`,
    '"haiku_{index}"',
    'haikus',
  ),
  'two-systems': pair(
    `
templates:
  poet: You are a poet
steps:
  haiku: { system: You are a singer, system_template: poet, prompt: "Write about {topic}" }
`,
    'system: You are a singer, ',
    '',
  ),
  'unknown-conversation': pair(
    `
conversations:
  poet: { system: You are a poet }
steps:
  haiku: { conversation: poem, prompt: "Write a haiku about {topic}" }
`,
    'poem,',
    'poet,',
  ),
  'unordered-conversation': pair(
    `
conversations:
  poet: { system: You are a poet }
steps:
  haiku: { conversation: poet, prompt: "Write a haiku about {topic}" }
  again: { conversation: poet, prompt: Make it sadder }
`,
    'steps:',
    'connections: { haiku: again }\nsteps:',
  ),
  'needs-chat': pair(
    `
llms:
  old: { provider: openai, api: completions, model: gpt-3.5-turbo-instruct }
steps:
  haiku: { system: You are a poet, prompt: "Write a haiku about {topic}" }
`,
    'system: You are a poet, prompt: "Write',
    'prompt: "You are a poet. Write',
  ),
  'bad-schema': pair(
    `
steps:
  plan:
    prompt: "Plan a haiku about {topic}"
    output_schema:
      type: object
      properties: { title: { type: string } }
      required: [titel]
      additionalProperties: false
`,
    '[titel]',
    '[title]',
  ),
  'unknown-tool': pair(
    `
steps:
  sum: { prompt: "What is {question}?", tools: [calculator] }
`,
    ', tools: [calculator]',
    '',
  ),
  'unused-tool': pair(
    `
tools:
  calculator: { description: Adds two numbers, function: ./tools.js#add }
steps:
  sum: { prompt: "What is {question}?" }
`,
    'tools:\n  calculator: { description: Adds two numbers, function: ./tools.js#add }\n',
    '',
  ),
  'needs-tools': pair(
    `
steps:
  sum: { prompt: "What is {question}?", max_rounds: 3 }
`,
    ', max_rounds: 3',
    '',
  ),
  'beyond-provider': pair(
    `
llms:
  muse: { provider: embedded }
steps:
  plan:
    prompt: "Plan a haiku about {topic}"
    output_schema: { type: object, properties: { title: { type: string } } }
`,
    '{ provider: embedded }',
    '{ provider: openai, model: gpt-4o-mini }',
  ),
  'bad-function': pair(
    `
steps:
  sum: { function: ./tools.js#add, with: { a: 1, b: 2 } }
`,
    'function: ./tools.js#add, with: { a: 1, b: 2 }',
    'value: 3',
  ),
  'bad-command': pair(
    `
steps:
  words: { command: ["{program}", -w], stdin: "{text}" }
`,
    '"{program}"',
    'wc',
  ),
  'bad-file': {
    wrong: flow(`
templates:
  haiku: { file: prompts/haiku.md }
steps:
  haiku: { template: haiku }
`),
    right: flow(`
templates:
  haiku: Write a haiku about {topic}
steps:
  haiku: { template: haiku }
`),
  },
  'key-in-flow': pair(
    `
llms:
  writer: { provider: openai, api_key_env: sk-test-not-a-real-key }
steps:
  haiku: { prompt: "Write a haiku about {topic}" }
`,
    'sk-test-not-a-real-key',
    'MY_OPENAI_KEY',
  ),
  'bad-override': {
    wrong: flow(`
steps:
  haiku: { for_each: 3, prompt: "Write haiku number {index} about {topic}" }
`),
    right: flow(`
steps:
  haikus: { for_each: 3, prompt: "Write haiku number {index} about {topic}" }
`),
  },
  'cycle': pair(
    `
steps:
  draft: { prompt: "Write about {topic} with {review}" }
  review: { prompt: "Review {draft}" }
`,
    ' with {review}',
    '',
  ),
  'order-only-connection': pair(
    `
steps:
  title: { prompt: "A title about {topic}" }
  lyrics: { prompt: "Lyrics about {topic}" }
connections: { title: lyrics }
`,
    'Lyrics about',
    'Lyrics for {title} about',
  ),
  'unwritten-connection': pair(
    `
steps:
  title: { prompt: "A title about {topic}" }
  lyrics: { prompt: "Lyrics of {title}" }
  review: { prompt: "Review {lyrics}" }
connections:
  title: lyrics
`,
    '  title: lyrics\n',
    '  title: lyrics\n  lyrics: review\n',
  ),
  'unused-template': pair(
    `
templates:
  haiku: Write a haiku about {topic}
  song: Write a song about {topic}
steps:
  haiku: { template: haiku }
`,
    '  song: Write a song about {topic}\n',
    '',
  ),
  'unused-conversation': pair(
    `
conversations:
  poet: { system: You are a poet }
steps:
  haiku: { prompt: "Write a haiku about {topic}" }
`,
    'prompt:',
    'conversation: poet, prompt:',
  ),
  'unused-input': pair(
    `
inputs:
  topic: { description: What the haiku is about }
  mood: { default: calm }
steps:
  haiku: { prompt: "Write a haiku about {topic}" }
`,
    'Write a haiku',
    'Write a {mood} haiku',
  ),
  'unused-llm': pair(
    `
llms:
  writer: { provider: openai }
  critic: { provider: openai, temperature: 0.2 }
steps:
  haiku: { prompt: "Write a haiku about {topic}" }
  review: { prompt: "Review {haiku}" }
`,
    'review: {',
    'review: { llm: critic,',
  ),
  'unused-store': pair(
    `
vector_stores:
  wiki: { provider: local }
  notes: { provider: local }
steps:
  found: { search: wiki, query: "{question}" }
  also: { search: wiki, query: "{question} {found[0].text}" }
`,
    'also: { search: wiki',
    'also: { search: notes',
  ),
  'unused-embeddings': pair(
    `
embeddings:
  small: { provider: openai, model: text-embedding-3-small }
  large: { provider: openai, model: text-embedding-3-large }
vector_stores:
  wiki: { provider: local, embeddings: small }
steps:
  found: { search: wiki, query: "{question}" }
`,
    '  large: { provider: openai, model: text-embedding-3-large }\n',
    '',
  ),
  'unknown-store': pair(
    `
vector_stores:
  wiki: { provider: local }
steps:
  found: { search: wikki, query: "{question}" }
`,
    'wikki',
    'wiki',
  ),
  'unknown-embeddings': pair(
    `
embeddings:
  small: { provider: openai, model: text-embedding-3-small }
vector_stores:
  wiki: { provider: local, embeddings: smal }
steps:
  found: { search: wiki, query: "{question}" }
`,
    'smal }',
    'small }',
  ),
  'bad-filter': pair(
    `
vector_stores:
  wiki: { provider: local }
steps:
  found: { search: wiki, query: "{question}", filter: { year: { from: 2020 } } }
`,
    'from',
    'gte',
  ),
  'no-such-api': pair(
    `
llms:
  writer: { provider: anthropic, model: claude-sonnet-4-5, api: responses }
steps:
  haiku: { prompt: "Write a haiku about {topic}" }
`,
    ', api: responses',
    '',
  ),
  'ignored-parameter': pair(
    `
llms:
  writer: { provider: anthropic, model: claude-sonnet-4-5, seed: 1 }
steps:
  haiku: { prompt: "Write a haiku about {topic}" }
`,
    ', seed: 1',
    '',
  ),
  'refused-parameter': pair(
    `
llms:
  writer: { provider: google, model: gemini-2.5-flash, seed: 1 }
steps:
  haiku: { prompt: "Write a haiku about {topic}" }
`,
    ', seed: 1',
    '',
  ),
  'unused-step': pair(
    `
steps:
  haiku: { prompt: "Write a haiku about {topic}" }
  song: { prompt: "Write a song about {topic}" }
outputs: [haiku]
`,
    '[haiku]',
    '[haiku, song]',
  ),
  'repeated-output': pair(
    `
steps:
  haiku: { prompt: "Write a haiku about {topic}" }
outputs: [haiku, haiku]
`,
    '[haiku, haiku]',
    '[haiku]',
  ),
}

function flow(body: string): string {
  return `llmflows: 1\nname: example\n${body.trimStart()}`
}

/** A flow, and what has to be another text in it. */
function pair(body: string, mistake: string, correction: string): Example {
  const wrong = flow(body)
  return { wrong, right: wrong.replace(mistake, () => correction) }
}
