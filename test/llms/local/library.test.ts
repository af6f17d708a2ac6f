import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { installedLibrary, type Library, startLlama } from '../../../src/llms/local/library.ts'
import { modelFile } from '../../../src/llms/local/model-file.ts'
import { openLocal } from '../../../src/llms/local/local-llm.ts'
import { checkLlm } from '../../../src/llms/open.ts'
import { llmConfig } from '../world.ts'

const HELP = expect.stringMatching(
  /^install it beside llmflows \(85 MB; .*725 MB.*\nnpm install --ignore-scripts --omit=optional node-llama-cpp @node-llama-cpp\/\w+-[\w-]+$/,
)

describe('a library that is not there', () => {
  test('is asked for, with the way to install it that takes the least room', async () => {
    // This repository does not install it where llmflows would find it.
    const config = llmConfig({ provider: 'local', model: './model.gguf', modelPath: '/tmp/model.gguf' })
    const missing = {
      code: 'package-missing',
      retryable: false,
      // Here the test runner stands in for a peer that is not there; the message that Node leads to is held in test/e2e.
      message: expect.stringContaining('node-llama-cpp'),
      help: HELP,
    }
    await expect(installedLibrary()).rejects.toMatchObject(missing)
    await expect(openLocal(config)).rejects.toMatchObject(missing)
    // The first failure is not kept: what is missing may come.
    await expect(openLocal(config)).rejects.toMatchObject(missing)
  })

  test('without the binary of this machine it is of no use', async () => {
    const library = {
      getLlama: () => Promise.reject(new Error('NoBinaryFound\n  at somewhere')),
    } as unknown as Library
    await expect(startLlama(library)).rejects.toMatchObject({
      code: 'package-missing',
      message: 'node-llama-cpp finds no binary for this machine: NoBinaryFound',
      help: HELP,
    })
  })
})

test('a model file that does not exist is known before anything is loaded', () => {
  const config = llmConfig({ provider: 'local', model: './model.gguf' })
  expect(checkLlm(config, { env: {}, allowHosts: [] })).toEqual({
    code: 'missing-model-file',
    llm: 'writer',
    message: 'the model file "./model.gguf" of llm "writer" does not exist',
    help: "put it into the flow's folder, or say where your models are: export LLMFLOWS_MODELS=…",
  })
})

describe('the file of a model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmflows-models-'))
  const models = join(folder, 'models')
  mkdirSync(models)
  writeFileSync(join(models, 'model.gguf'), '')
  writeFileSync(join(folder, 'other.gguf'), '')
  symlinkSync('../other.gguf', join(models, 'link.gguf'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const env = { LLMFLOWS_MODELS: models }
  const local = (model: string) => llmConfig({ provider: 'local', model })

  test("is in the flow's folder, else in the folder that LLMFLOWS_MODELS names", () => {
    expect(modelFile({ ...local('model.gguf'), modelPath: '/own/model.gguf' }, env)).toBe('/own/model.gguf')
    expect(modelFile(local('model.gguf'), env)).toBe(realpathSync(join(models, 'model.gguf')))
    expect(modelFile(local('model.gguf'), {})).toBeUndefined()
    expect(checkLlm(local('model.gguf'), { env, allowHosts: [] })).toBeUndefined()
  })

  test.each(['missing.gguf', '../other.gguf', join(folder, 'other.gguf'), 'link.gguf', '.', ''])(
    'is never outside of it: %s',
    (model) => {
      expect(modelFile(local(model), env)).toBeUndefined()
    },
  )
})
