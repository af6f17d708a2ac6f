import { describe, expect, test } from 'vitest'
import { installedLibrary, type Library, startLlama } from '../../../src/llms/local/library.ts'
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
      message: '"provider: local" needs node-llama-cpp, which is not installed',
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
    help: "put it there: paths are relative to the flow's folder",
  })
})
