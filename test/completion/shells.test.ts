import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { folderWith, greetFlow } from '../e2e/llmflows.ts'
import { isInstalled, ShellSession } from './shell-session.ts'

/** Each of its names and values would be a command, or the end of one, if anything evaluated it. */
const hostileFlow = `llmflows: 1
name: hostile
inputs:
  style:
    description: "$(touch pwned) \`touch pwned\`; touch pwned\\nline two"
    enum: ["very formal", "$(touch pwned)", "\`touch pwned\`", "a;touch pwned", "it's", 'say "so"', "two\\nlines", "back\\\\slash", "x*y", "z:z", "50% $HOME"]
steps:
  one: { prompt: "{style}" }
`

const files = {
  'greet.yaml': greetFlow,
  'hostile.yaml': hostileFlow,
  'my flow.yaml': greetFlow,
  'q"uote\'s.yaml': greetFlow,
  '$(touch pwned).yaml': greetFlow,
  'b`touch pwned`.yaml': greetFlow,
  'n\ntouch pwned\n.yaml': greetFlow,
  'no-flow.yaml': 'a: b\n',
  'broken.yaml': 'llmflows: 1\nsteps: [\n',
  'notes.txt': 'some notes\n',
  'result.json': JSON.stringify({ llmflows: 1, run_id: 'r', steps: { greeting_step: {}, other_step: {} } }),
}

/** What is typed, Tab, and the line then. `|` stands for Tab. */
const lines: readonly (readonly [typed: string, line: string])[] = [
  ['llmflows val|', 'llmflows validate '],
  ['llmflows va|', 'llmflows validate '],
  ['llmflows help expl|', 'llmflows help explain '],
  ['llmflows --ver|', 'llmflows --version '],
  ['llmflows run gr|', 'llmflows run greet.yaml '],
  ['llmflows run ./gr|', 'llmflows run ./greet.yaml '],
  ['llmflows run ~/gr|', 'llmflows run ~/greet.yaml '],
  ['llmflows run no|', 'llmflows run no'],
  ['llmflows run sub|', 'llmflows run sub\\ dir/'],
  ['llmflows run sub|in|', 'llmflows run sub\\ dir/inner.yaml '],
  ['llmflows run my|', 'llmflows run my\\ flow.yaml '],
  ['llmflows run "my|', 'llmflows run "my flow.yaml" '],
  ["llmflows run '$(t|", "llmflows run '$(touch pwned).yaml' "],
  ['llmflows run b|', 'llmflows run b'],
  ['llmflows run greet.yaml --wh|', 'llmflows run greet.yaml --who '],
  ['llmflows run "my flow.yaml" --ton|', 'llmflows run "my flow.yaml" --tone '],
  ['llmflows run greet.yaml --tone w|', 'llmflows run greet.yaml --tone warm '],
  ['llmflows run greet.yaml --tone=w|', 'llmflows run greet.yaml --tone=warm '],
  ['llmflows run greet.yaml --loud=t|', 'llmflows run greet.yaml --loud=true '],
  ['llmflows run greet.yaml --who @no|t|', 'llmflows run greet.yaml --who @notes.txt '],
  ['llmflows run greet.yaml --who=@not|', 'llmflows run greet.yaml --who=@notes.txt '],
  ['llmflows run greet.yaml --events not|', 'llmflows run greet.yaml --events notes.txt '],
  ['llmflows run greet.yaml --select outputs.gr|', 'llmflows run greet.yaml --select outputs.greeting '],
  ['llmflows run greet.yaml --llm wr|', 'llmflows run greet.yaml --llm writer.'],
  ['llmflows run greet.yaml --llm wr|prov|mis|', 'llmflows run greet.yaml --llm writer.provider=mistral '],
  [
    'llmflows run greet.yaml --set steps.gr|on_tr|ret|',
    'llmflows run greet.yaml --set steps.greet.on_truncated=retry ',
  ],
  ['llmflows run greet.yaml --input verb|', 'llmflows run greet.yaml --input verbose='],
  ['llmflows graph greet.yaml --format me|', 'llmflows graph greet.yaml --format mermaid '],
  ['llmflows explain cyc|', 'llmflows explain cycle '],
  ['llmflows why gre|', 'llmflows why greeting_step '],
  ['llmflows why gre|res|', 'llmflows why greeting_step result.json '],
  ['llmflows schema ev|', 'llmflows schema event '],
  ['llmflows completion zs|', 'llmflows completion zsh '],
  ['llmflows run hostile.yaml --style ver|', 'llmflows run hostile.yaml --style very\\ formal '],
  ['llmflows run hostile.yaml --style ba|', 'llmflows run hostile.yaml --style back\\\\slash '],
  ['llmflows run hostile.yaml --style z|', 'llmflows run hostile.yaml --style z:z '],
  ['llmflows run hostile.yaml --style two|', 'llmflows run hostile.yaml --style two'],
  ['llmflows run broken.yaml --stri|', 'llmflows run broken.yaml --stri'],
  ['llmflows run missing.yaml --verb|', 'llmflows run missing.yaml --verbose '],
  ['llmflows nonsense |', 'llmflows nonsense '],
]

/** Values that shells quote each in their own way: what matters is the word that comes of it. */
const words: readonly (readonly [typed: string, word: string])[] = [
  ['--style it|', "it's"],
  ['--style say|', 'say "so"'],
  ["--style '$(|", '$(touch pwned)'],
  ['--style a|', 'a;touch pwned'],
  ['--style x|', 'x*y'],
  ['--style 50|', '50% $HOME'],
  ['--style "50|', '50% $HOME'],
  ["--style '`|", '`touch pwned`'],
]

/** A shell that is not there is not tried, and its tests say so. bash has to be there. */
const shells = (['bash', 'zsh', 'fish'] as const).map((shell) => ({
  shell,
  note: shell === 'bash' || isInstalled(shell) ? '' : ' (which is not installed, so it is not tried)',
}))

for (const { shell, note } of shells) {
  describe.skipIf(note !== '')(`in ${shell}${note}`, () => {
    let cwd = ''
    let session: ShellSession

    beforeAll(async () => {
      cwd = folderWith(files)
      mkdirSync(join(cwd, 'sub dir'))
      mkdirSync(join(cwd, 'run'))
      writeFileSync(join(cwd, 'sub dir', 'inner.yaml'), greetFlow)
      session = await ShellSession.start(shell, cwd)
    })
    afterAll(() => session?.end())

    test.each(lines)('Tab completes %j', async (typed, line) => {
      expect(await session.lineAfter(typed.replaceAll('|', '\t'))).toBe(line)
    })

    test.each(words)('what Tab makes of %j is one word for the shell', async (typed, word) => {
      const start = 'llmflows run hostile.yaml '
      const line = await session.lineAfter(start + typed.replace('|', '\t'))
      const value = line.slice(`${start}--style `.length)
      const { stdout } = spawnSync(shell, ['-c', `printf '[%s]' ${value}`], { cwd })
      expect(stdout.toString()).toBe(`[${word}]`)
    })

    test('Tab shows the inputs of the flow, with what they are where the shell can', async () => {
      const names = ['--tags', '--times', '--timeout', '--tone']
      const about = shell === 'bash' ? [] : ['default: 1', 'of the whole run, such as 90s or 10m']
      const shown = await session.shownAfter('llmflows run greet.yaml --t\t\t', [...names, ...about])
      expect(shown).not.toContain('--who')
    })

    test('Tab shows flows and folders and no other files, by their last part where the shell can', async () => {
      const names = ['greet.yaml', 'my flow.yaml', '$(touch pwned).yaml', 'run/', 'sub dir/']
      const shown = await session.shownAfter('llmflows run ./\t\t', names)
      expect(shown).not.toMatch(shell === 'fish' ? /notes\.txt|no-flow/ : /notes\.txt|no-flow|\.\/greet/)
    })

    test('nothing was run that stands in a flow or in the name of one', () => {
      expect(existsSync(join(cwd, 'pwned'))).toBe(false)
    })
  })
}
