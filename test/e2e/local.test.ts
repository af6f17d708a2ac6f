import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { libraryFolder, missingLibrary } from '../llms/local/installed.ts'
import { llmflows, root, shell } from './llmflows.ts'

const folder = mkdtempSync(join(tmpdir(), 'llmflows-local-'))

const flow = `llmflows: 1
name: titles
llms:
  writer: { provider: local, model: ./model.gguf }
steps:
  title: { prompt: "Write a title for a film about {topic}", seed: 1, max_tokens: 30 }
`

beforeAll(() => {
  writeFileSync(join(folder, 'flow.yaml'), flow)
  cpSync(join(root, 'src/llms/embedded/muse.gguf'), join(folder, 'model.gguf'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test.skipIf(missingLibrary !== undefined)(
  `installed beside llmflows, node-llama-cpp runs a model file (${missingLibrary ?? 'real'})`,
  async () => {
    const installed = join(folder, 'node_modules', 'llmflows')
    mkdirSync(installed, { recursive: true })
    for (const part of ['bin', 'dist', 'package.json']) {
      cpSync(join(root, part), join(installed, part), { recursive: true })
    }
    for (const name of readdirSync(libraryFolder)) {
      symlinkSync(join(libraryFolder, name), join(folder, 'node_modules', name))
    }
    const program = join(installed, 'bin/llmflows.js')
    const command = `'${process.execPath}' '${program}' run flow.yaml --topic rain`
    const { status, stdout, stderr } = await shell(command, { cwd: folder })
    expect(stderr).not.toMatch(/error|warning/i)
    expect(status).toBe(0)
    const { outputs, steps } = JSON.parse(stdout)
    expect(outputs.title).toMatch(/^[A-Z][\w ]+$/)
    expect(steps.title).toMatchObject({
      model_config: { provider: 'local', model: './model.gguf', endpoint: null, seed: 1 },
      call_data: { raw_outputs: { object: 'local.completion' }, cost: 0 },
    })
  },
)

test('without it nothing runs, and the way to install it is said', async () => {
  const { status, stdout, stderr } = await llmflows(['run', 'flow.yaml', '--topic', 'rain'], { cwd: folder })
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr.replace(/@node-llama-cpp\/[\w-]+/, '@node-llama-cpp/…'))
    .toBe(`error: llm "writer": "provider: local" needs node-llama-cpp, which is not installed
  help: install it beside llmflows (85 MB; without these options it brings 725 MB of GPU libraries):
        npm install --ignore-scripts --omit=optional node-llama-cpp @node-llama-cpp/…
`)
})

test('a package of that name in the folder of the flow is not run', async () => {
  const planted = join(folder, 'elsewhere', 'node_modules', 'node-llama-cpp')
  mkdirSync(planted, { recursive: true })
  cpSync(join(folder, 'model.gguf'), join(folder, 'elsewhere', 'model.gguf'))
  writeFileSync(join(folder, 'elsewhere', 'flow.yaml'), flow)
  writeFileSync(join(planted, 'package.json'), '{ "name": "node-llama-cpp", "main": "index.js" }')
  writeFileSync(join(planted, 'index.js'), 'console.log("planted")')
  const { status, stdout } = await llmflows(['run', 'flow.yaml', '--topic', 'rain'], {
    cwd: join(folder, 'elsewhere'),
  })
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
})
