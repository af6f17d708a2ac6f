import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { llmflows } from '../cli/plain-io.ts'

const steps = `steps:
  title: { prompt: "A title about {topic}" }
  song: { prompt: "A song for {title}" }
  cast: { prompt: "Who plays in {title}?" }
  lyrics: { prompt: "Lyrics of {song} for {cast}" }
`

/** Flows that leave edges to their variables, each written in another way. */
const flows: Readonly<Record<string, string>> = {
  'without connections': `llmflows: 1\nname: song\n${steps}`,
  'without a line break at the end': `llmflows: 1\nname: song\n${steps}`.trimEnd(),
  'with outputs and remarks above them': `llmflows: 1\nname: song\n${steps}# the result\n# of it all\noutputs: [lyrics]\n`,
  'with its outputs at the top': `outputs: [lyrics]\nllmflows: 1\nname: song\n${steps}`,
  'indented': `llmflows: 1\nname: song\n${steps}`.replaceAll(/^(?=.)/gm, '  '),
  'with Windows line breaks':
    `llmflows: 1\nname: song\n${steps}connections:\n  title: song\noutputs: [lyrics]\n`.replaceAll(
      '\n',
      '\r\n',
    ),
  'with a name where a list is needed': `llmflows: 1\nname: song\n${steps}connections:\n  title: song # first\n  # then\n  song: lyrics\n`,
  'with a list in brackets': `llmflows: 1\nname: song\nconnections:\n  title: [song]\n  cast: [lyrics]\n${steps}`,
  'with a list line by line': `llmflows: 1\nname: song\nconnections:\n  title:\n    - song # first\n\n  song:\n  - lyrics\n\n${steps}`,
  'with connections in braces': `llmflows: 1\nname: song\nconnections: { title: song, song: [lyrics] }\n${steps}`,
  'with empty connections': `llmflows: 1\nname: song\nconnections: {}\n${steps}`,
  'with patterns': `llmflows: 1\nname: song\n${steps}connections:\n  "t*": song\n  "s*": ["lyr*"]\n`,
  'with a word of YAML as an id': `llmflows: 1\nname: song\n${steps.replace('lyrics:', '"null":')}`,
  'as JSON': JSON.stringify(
    {
      llmflows: 1,
      name: 'song',
      steps: {
        title: { prompt: '{topic}' },
        song: { prompt: '{title}' },
        lyrics: { prompt: '{title} {song}' },
      },
    },
    null,
    2,
  ),
}

test.each(Object.keys(flows))('the patch of a flow %s applies and is all that was missing', async (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'llmflows-strict-'))
  const path = join(folder, 'flow.yaml')
  const text = flows[name]!
  const strictly = ['validate', '--strict', path]
  writeFileSync(path, text)
  expect((await llmflows(['validate', path])).exitCode).toBe(0)
  const { stdout, stderr, exitCode } = await llmflows(strictly, { cwd: folder })
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(/error\[unwritten-connection\]: /)
  expect(stdout).toMatch(/^--- a\/flow\.yaml\n\+\+\+ b\/flow\.yaml\n@@ /)
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: folder }
  execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: folder, input: stdout, env })
  const byGit = readFileSync(path, 'utf8')
  expect((await llmflows(strictly, { cwd: folder })).exitCode).toBe(0)
  expect((await llmflows(strictly, { cwd: folder })).stdout).toBe('')
  writeFileSync(path, text)
  const byHand = ['patch', '-p1', '--binary', '-s'] as const
  execFileSync(byHand[0], byHand.slice(1), { cwd: folder, input: stdout })
  expect(readFileSync(path, 'utf8')).toBe(byGit)
  // Nothing else has changed.
  const removed = stdout.split('\n').filter((line) => /^-(?!-)/.test(line))
  expect(removed.length).toBeLessThanOrEqual(2)
})

test('a flow whose connections cannot be written into is told what is missing, without a patch', async () => {
  const text = `llmflows: 1\nname: song\ninputs:\n  topic: { default: &edges { title: song } }\n${steps}connections: *edges\n`
  const { stdout, stderr, exitCode } = await llmflows(['validate', '--strict', '-'], {
    stdin: text.replace('{ default', '{ type: object, default').replace('{topic}', '{topic.title}'),
  })
  expect([stdout, exitCode]).toEqual(['', 2])
  expect(stderr.match(/unwritten-connection/g)).toHaveLength(3)
  expect(stderr).not.toContain('patch')
})

test('a flow with all its connections is valid, and one that is broken gets no patch', async () => {
  const whole = `llmflows: 1\nname: song\n${steps}connections: { title: [song, cast], song: lyrics, cast: lyrics }\n`
  expect((await llmflows(['validate', '--strict', '-'], { stdin: whole })).exitCode).toBe(0)
  const broken = await llmflows(['validate', '--strict', '-'], { stdin: whole.replace('song, cast', 'sonk') })
  expect([broken.stdout, broken.exitCode]).toEqual(['', 2])
  expect(broken.stderr).toContain('✖ <stdin> is not valid (1 error)')
})

test('as JSON the patch stands beside what is missing', async () => {
  const { stdout } = await llmflows(['validate', '--strict', '-f', 'json', '-'], {
    stdin: flows['without connections']!,
  })
  const [flow] = JSON.parse(stdout).flows
  expect(flow.diagnostics.map((one: { code: string }) => one.code)).toEqual(
    Array.from({ length: 4 }, () => 'unwritten-connection'),
  )
  expect(flow.patch).toBe(
    `--- a/flow.yaml
+++ b/flow.yaml
@@ -5,3 +5,8 @@
   song: { prompt: "A song for {title}" }
   cast: { prompt: "Who plays in {title}?" }
   lyrics: { prompt: "Lyrics of {song} for {cast}" }
+
+connections:
+  title: [song, cast]
+  song: lyrics
+  cast: lyrics
`,
  )
})
