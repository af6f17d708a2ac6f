import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith, llmflows } from './llmflows.ts'
import { wrongFiles } from './wrong-files.ts'

const cwd = folderWith(wrongFiles)
mkdirSync(join(cwd, 'empty'))

/** What is typed after llmflows, and all that is said; nothing has run, nothing is on stdout. */
const commandLines: readonly (readonly [typed: string, said: string])[] = [
  [
    'run',
    `error: which flow?
  help: llmflows run FLOW [--INPUT VALUE]…
        flows found here:
          llmflows run big.yaml
          llmflows run binary.yaml
          llmflows run broken.yaml
          llmflows run elsewhere.yaml
          llmflows run greet.yaml
          llmflows run keyless.yaml
          llmflows run one.yaml
          llmflows run tabs.yaml`,
  ],
  [
    'validate',
    `error: which flow?
  help: llmflows validate FLOW… [options]
        flows found here:
          llmflows validate big.yaml
          llmflows validate binary.yaml
          llmflows validate broken.yaml
          llmflows validate elsewhere.yaml
          llmflows validate greet.yaml
          llmflows validate keyless.yaml
          llmflows validate one.yaml
          llmflows validate tabs.yaml`,
  ],
  [
    'rum greet.yaml',
    `error: unknown command "rum"
  help: did you mean "run"?`,
  ],
  [
    'greet.yaml',
    `error: unknown command "greet.yaml"
  help: to run a flow: llmflows run greet.yaml`,
  ],
  [
    '--verison',
    `error: unknown option "--verison"
  help: did you mean "--version"?`,
  ],
  [
    '-x',
    `error: unknown option "-x"
  help: options come after the command; "llmflows --help" lists the commands`,
  ],
  [
    'help rnu',
    `error: unknown command "rnu"
  help: did you mean "run"?`,
  ],
  [
    'run gret.yaml',
    `error: flow file "gret.yaml" does not exist
  help: did you mean "greet.yaml"?`,
  ],
  ['run nowhere', `error: flow file "nowhere" does not exist`],
  ['run empty', `error: "empty" is a folder without a flow.yaml`],
  [
    'run binary.yaml',
    `binary.yaml:1:12 error[not-text]: this is not a text file
 1 | llmflows: 1␀␁
   |            ^
  help: a flow is YAML or JSON in UTF-8

✖ binary.yaml is not valid (1 error)`,
  ],
  [
    'run big.yaml --max-flow-bytes 10',
    `error: "big.yaml" has 730 bytes, and a flow file may have 10
  help: keep long texts in template files, or raise the limit with --max-flow-bytes`,
  ],
  [
    'run tabs.yaml',
    `tabs.yaml:4:1 error[yaml-syntax]: a tab is used as indentation
 4 |     a: { prompt: x }
   | ^^^^
  help: indent with spaces

✖ tabs.yaml is not valid (1 error)`,
  ],
  [
    'run broken.yaml',
    `broken.yaml:4:8 error[unknown-key]: step "a" has no "promt"
 4 |   a: { promt: "x {topic}" }
   |        ^^^^^
  help: did you mean "prompt"?

✖ broken.yaml is not valid (1 error)`,
  ],
  [
    'run -',
    `<stdin>:1:8 error[yaml-syntax]: this [ is never closed
 1 | steps: [
   |        ^
  help: add the closing ]

✖ <stdin> is not valid (1 error)`,
  ],
  [
    'run --who Ann greet.yaml',
    `error: unknown option "--who"
  help: inputs come after the flow: llmflows run FLOW --who …`,
  ],
  [
    'run --who=Ann greet.yaml',
    `error: unknown option "--who"
  help: inputs come after the flow: llmflows run FLOW --who …`,
  ],
  [
    'run --verbos greet.yaml',
    `error: unknown option "--verbos"
  help: did you mean "--verbose"?`,
  ],
  [
    'run -o -v greet.yaml',
    `error: option "-o" needs a value, and "-v" looks like an option
  help: if it is the value, write --output=-v`,
  ],
  [
    'run greet.yaml',
    `error: input "who" is missing (Whom to greet)
  help: llmflows run greet.yaml --who "…"`,
  ],
  [
    'run greet.yaml --woh Ann',
    `error: unknown option "--woh"
  help: did you mean "--who"?`,
  ],
  [
    'run greet.yaml --Who Ann',
    `error: unknown option "--Who"
  help: did you mean "--who"?`,
  ],
  [
    'run greet.yaml --zzz',
    `error: unknown option "--zzz"
  help: the inputs are who, times, share, loud, tags, extra, tone, verbose`,
  ],
  [
    'run greet.yaml -z',
    `error: unknown option "-z"
  help: the inputs are who, times, share, loud, tags, extra, tone, verbose`,
  ],
  ['run greet.yaml --who', `error: option "--who" needs a value`],
  [
    'run greet.yaml --who --loud',
    `error: option "--who" needs a value, and "--loud" looks like an option
  help: if it is the value, write --who=--loud`,
  ],
  [
    'run greet.yaml --who -v',
    `error: option "--who" needs a value, and "-v" looks like an option
  help: if it is the value, write --who=-v`,
  ],
  [
    'run greet.yaml Ann',
    `error: unexpected argument "Ann"
  help: inputs are given as --NAME VALUE`,
  ],
  [
    'run greet.yaml who=Ann',
    `error: unexpected argument "who=Ann"
  help: did you mean "--who=Ann"?`,
  ],
  ['run greet.yaml --who Ann --who Bob', `error: input "who" is given twice`],
  ['run greet.yaml --who Ann --times many', `error: input "times" must be a whole number, not "many"`],
  ['run greet.yaml --who Ann --times 1.5', `error: input "times" must be a whole number, not 1.5`],
  ['run greet.yaml --who Ann --times=0', `error: input "times" must be at least 1, not 0`],
  ['run greet.yaml --who Ann --share half', `error: input "share" must be a number, not "half"`],
  ['run greet.yaml --who Ann --loud yes', `error: input "loud" must be true or false, not "yes"`],
  [
    'run greet.yaml --who Ann --tags [1',
    `error: input "tags" is no valid JSON
  help: write it like '["a", "b"]', or read it from a file with @file`,
  ],
  ['run greet.yaml --who Ann --tags [1]', `error: input "tags" at [0] must be text, not 1`],
  [
    'run greet.yaml --who Ann --extra {',
    `error: input "extra" is no valid JSON
  help: write it like '{"key": "value"}', or read it from a file with @file`,
  ],
  ['run greet.yaml --who Ann --extra []', `error: input "extra" must be an object, not []`],
  [
    'run greet.yaml --who Ann --tone lukewarm',
    `error: input "tone" must be one of "warm", "cold", not "lukewarm"`,
  ],
  [
    'run greet.yaml --who @nothing.txt',
    `error: the file "nothing.txt" for input "who" does not exist
  help: to give the text itself, write @@nothing.txt`,
  ],
  [
    'run greet.yaml --who @.',
    `error: the file "." for input "who" is a folder
  help: to give the text itself, write @@.`,
  ],
  [
    'run greet.yaml --who - --tone -',
    `error: standard input can be read only once
  help: use "-" in one place`,
  ],
  [
    'run greet.yaml --input who',
    `error: option "--input" cannot read "who"
  help: write it like --input topic=friendship`,
  ],
  [
    'run greet.yaml --input woh=Ann',
    `error: flow "greet" has no input "woh"
  help: did you mean "who"?`,
  ],
  ['run greet.yaml --inputs none.json', `error: inputs file "none.json" does not exist`],
  [
    'run greet.yaml --inputs greet.yaml',
    `error: inputs file "greet.yaml" is not valid JSON
  help: it holds an object such as {"topic": "friendship"}`,
  ],
  [
    'run greet.yaml --inputs list.json',
    `error: inputs file "list.json" must hold a JSON object
  help: such as {"topic": "friendship"}`,
  ],
  [
    'run greet.yaml --inputs wrong.json',
    `error: flow "greet" has no input "woh"
  help: did you mean "who"?
error: input "who" is missing (Whom to greet)
  help: llmflows run greet.yaml --who "…"`,
  ],
  [
    'run greet.yaml --who Ann --set greeting',
    `error: option "--set" cannot read "greeting"
  help: write it like --set steps.critic.for_each=2`,
  ],
  [
    'run greet.yaml --who Ann --set step.greet.prompt=x',
    `--set:1:1 error[bad-override]: the flow has no "step"
 1 | step.greet.prompt=x
   | ^^^^
  help: did you mean "steps"?

✖ greet.yaml is not valid (1 error)`,
  ],
  [
    'run greet.yaml --who Ann --set steps.greet.prompt=[x',
    `--set:1:20 error[yaml-syntax]: this [ is never closed
 1 | steps.greet.prompt=[x
   |                    ^
  help: add the closing ]

✖ greet.yaml is not valid (1 error)`,
  ],
  [
    'run greet.yaml --who Ann --set steps.each.for_each=lots',
    `--set:1:21 error[bad-for-each]: "for_each" cannot be the text "lots"
 1 | steps.each.for_each=lots
   |                     ^^^^
  help: for the items of an input write "{lots}"

✖ greet.yaml is not valid (1 error)`,
  ],
  [
    'run greet.yaml --who Ann --llm model=x',
    `error: option "--llm" cannot read "model=x"
  help: write it like --llm writer.model=gpt-4o`,
  ],
  [
    'run greet.yaml --who Ann --llm writr.model=x',
    `error: flow "greet" has no llm "writr"
  help: did you mean "writer"?`,
  ],
  [
    'run greet.yaml --who Ann --select output',
    `error: "--select output": the result has no "output"
  help: did you mean "outputs"?`,
  ],
  [
    'run greet.yaml --who Ann --select outputs.greting',
    `error: "--select outputs.greting": "outputs" has no "greting"
  help: did you mean "greeting"?`,
  ],
  [
    'run greet.yaml --who Ann --select steps.each[3].generated',
    `error: "--select steps.each[3].generated": step "each" has 3 items
  help: they are each[0] to each[2]`,
  ],
  [
    'run greet.yaml --who Ann --select steps.each',
    `error: "--select steps.each": "steps" has no "each"
  help: did you mean "steps.each[0]"?`,
  ],
  [
    'run greet.yaml --who Ann --select steps.greet.generate',
    `error: "--select steps.greet.generate": "steps.greet" has no "generate"
  help: did you mean "generated"?`,
  ],
  [
    'run greet.yaml --who Ann --select steps.each.prompt',
    `error: "--select steps.each.prompt": "steps" has no "each"
  help: did you mean "steps.each[0].prompt"?`,
  ],
  [
    'run greet.yaml --who Ann --select outputs.greeting.text',
    `error: "--select outputs.greeting.text": "outputs.greeting" is a text and has no "text"`,
  ],
  [
    'run greet.yaml --who Ann --select steps.greet.generated[0]',
    `error: "--select steps.greet.generated[0]": "steps.greet.generated" is a text and has no "[0]"`,
  ],
  [
    'run one.yaml --select outputs.each[9]',
    `error: "--select outputs.each[9]": "outputs.each" has no "[9]"
  help: there are [0] to [2]`,
  ],
  [
    'run greet.yaml --who Ann -o greet.yaml',
    `error: "--output greet.yaml" would overwrite "greet.yaml", which this run reads
  help: name another file`,
  ],
  [
    'run greet.yaml --who Ann --events ./empty/../greet.yaml',
    `error: "--events ./empty/../greet.yaml" would overwrite "greet.yaml", which this run reads
  help: name another file`,
  ],
  [
    'run greet.yaml --who @list.json -o list.json',
    `error: "--output list.json" would overwrite "list.json", which this run reads
  help: name another file`,
  ],
  [
    'run greet.yaml --inputs right.json -o right.json',
    `error: "--output right.json" would overwrite "right.json", which this run reads
  help: name another file`,
  ],
  [
    'run greet.yaml --who Ann --env-from list.json --events list.json',
    `error: "--events list.json" would overwrite "list.json", which this run reads
  help: name another file`,
  ],
  [
    'run one.yaml --topic x -o prompt.txt',
    `error: "--output prompt.txt" would overwrite "prompt.txt", which this run reads
  help: name another file`,
  ],
  [
    'run greet.yaml --who Ann -o new.json --events empty/../new.json',
    `error: "--output" and "--events" are the same file "empty/../new.json"
  help: name another file`,
  ],
  [
    'run greet.yaml --who Ann --events -',
    `error: "--events -" would write the events into the result
  help: name a file; on a terminal, --verbose shows what happens`,
  ],
  ['run greet.yaml --who Ann --env-from none.env', `error: variables file "none.env" does not exist`],
  [
    'run greet.yaml --who Ann --allow-host http://models.example/v1',
    `error: option "--allow-host" takes a host, not "http://models.example/v1"
  help: write --allow-host models.example`,
  ],
  [
    'run greet.yaml --inputs {"who":"Ann","times":2}',
    `error: "--inputs" takes a file, and this looks like JSON
  help: write --who Ann --times 2, or give a file with that JSON in it`,
  ],
  [
    'run greet.yaml --who Ann --llm writer.temperatur=1',
    `--llm:1:8 error[unknown-key]: llm "writer" has no "temperatur"
 1 | writer.temperatur=1
   |        ^^^^^^^^^^
  help: did you mean "temperature"?

✖ greet.yaml is not valid (1 error)`,
  ],
  [
    'run greet.yaml --who Ann --llm other.model=x',
    `error: flow "greet" has no llm "other"
  help: the only llm is writer`,
  ],
  [
    'run one.yaml --zzz',
    `error: unknown option "--zzz"
  help: the only input is topic`,
  ],
  [
    'graph greet.yaml tabs.yaml',
    `error: too many arguments for "graph"
  help: llmflows graph FLOW [options]`,
  ],
  [
    'run greet.yaml --who Ann --select=',
    `error: option "--select" needs a path
  help: such as --select outputs`,
  ],
  [
    'run greet.yaml --who Ann --raw',
    `error: "--raw" prints one text
  help: say which: --select outputs.NAME --raw`,
  ],
  [
    'run greet.yaml --who Ann --timeout 5',
    `error: option "--timeout" must be a time, not "5"
  help: write it like 500ms, 90s, 10m or 1h`,
  ],
  [
    'run greet.yaml --who Ann --max-concurrency 0',
    `error: option "--max-concurrency" must be a whole number from 1 on, not "0"`,
  ],
  [
    'run greet.yaml --who Ann --max-calls 3',
    `error: the flow makes 4 model calls, and a run may make 3
  help: if that is meant, run with --max-calls 4`,
  ],
  [
    'run greet.yaml --who Ann --max-items 2',
    `greet.yaml:17:21 error[too-many-items]: step "each" has 3 items, and a step may have 2
 17 |   each: { for_each: 3, prompt: "{greeting} {index}", output_key: "line_{index}" }
    |                     ^
  help: if that is meant, run with --max-items 3

✖ greet.yaml is not valid (1 error)`,
  ],
  [
    'run greet.yaml --who Ann --color maybe',
    `error: option "--color" must be auto, always or never, not "maybe"`,
  ],
  ['run greet.yaml --who Ann -qv', `error: "--quiet" and "--verbose" exclude each other`],
  ['run greet.yaml --who Ann -o .', `error: output file "." is a folder`],
  [
    'run greet.yaml --who Ann -o no/out.json',
    `error: output file "no/out.json" cannot be written: its folder does not exist`,
  ],
  [
    'run greet.yaml --who Ann --events no/events',
    `error: events file "no/events" cannot be written: its folder does not exist`,
  ],
  [
    'run greet.yaml --who Ann --offlin',
    `error: unknown option "--offlin"
  help: did you mean "--offline"?`,
  ],
  [
    'run keyless.yaml',
    `error: llm "w" needs a key for openai, and OPENAI_API_KEY is not set
  help: set the key: export OPENAI_API_KEY=…
        or use a model on this machine: provider: ollama (also lmstudio, vllm, llama-cpp)
        or try the flow without any key: --offline`,
  ],
  [
    'run elsewhere.yaml',
    `error: the flow sends llm "w" to models.example, a host that nobody outside the flow has allowed
  help: if you trust it with your prompts, add --allow-host models.example`,
  ],
]

test.each(commandLines)('llmflows %s', async (typed, said) => {
  const args = typed === '' ? [] : typed.split(' ')
  const { status, stdout, stderr } = await llmflows(args, { cwd, stdin: 'steps: [' })
  expect(stderr).toBe(said + '\n')
  expect(stdout).toBe('')
  expect(status).toBe(2)
})

test('neither the flow nor anything else is touched by what is refused', () => {
  for (const [name, text] of Object.entries(wrongFiles))
    expect(readFileSync(join(cwd, name), 'utf8')).toBe(text)
})

test('a value of --set is shown in its argument, with all its places', async () => {
  const args = [
    'run',
    'greet.yaml',
    '--who',
    'Ann',
    '--set',
    'llms.writer.price={input: 1, input: 2, output: 1}',
  ]
  const { status, stderr } = await llmflows(args, { cwd })
  expect(stderr).toBe(`--set:1:30 error[duplicate-key]: "input" is already there
 1 | llms.writer.price={input: 1, input: 2, output: 1}
   |                              ^^^^^
  --set:1:20 first one here
 1 | llms.writer.price={input: 1, input: 2, output: 1}
   |                    ^^^^^
  help: remove one of them, or give it another name

✖ greet.yaml is not valid (1 error)
`)
  expect(status).toBe(2)
})
