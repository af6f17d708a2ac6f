import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { folderWith, greetFlow, llmflows, root, shell } from './llmflows.ts'

test('the library does what the command line does', async () => {
  const cwd = folderWith({
    'greet.yaml': greetFlow,
    'use.mjs': `import { loadFlow, runFlow } from ${JSON.stringify(pathToFileURL(join(root, 'dist/index.js')).href)}
const flow = await loadFlow('greet.yaml')
const first = await runFlow(flow, { inputs: { who: 'Ann' } })
const second = await runFlow(flow, { inputs: { who: 'Bob' } })
console.log(JSON.stringify([first.outputs, second.outputs.greeting]))
`,
  })
  const used = await shell(`'${process.execPath}' use.mjs`, { cwd })
  expect(used.stderr).toBe('')
  const { stdout } = await llmflows(['run', 'greet.yaml', '--who', 'Ann', '--select', 'outputs'], { cwd })
  expect(JSON.parse(used.stdout)).toEqual([JSON.parse(stdout), 'Hello from Bob 1 0.5 false [] {} warm none'])
})

test('the licences of all that is bundled are there', async () => {
  const { stdout } = await shell(`cat '${join(root, 'dist/THIRD-PARTY-LICENSES.txt')}'`, { cwd: root })
  for (const name of ['commander', 'yaml', 'openai', 'chalk', 'ora']) {
    expect(stdout).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((?:MIT|ISC|Apache-2.0)\\)$`, 'm'))
  }
})
