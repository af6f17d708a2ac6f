import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { llmflows, root } from './llmflows.ts'

const soundtrack = join(root, 'flows', 'soundtrack.yaml')

test('the built program plans, with a tokenizer from a file of its own', async () => {
  const { status, stdout, stderr } = await llmflows(['plan', soundtrack, '--topic', 'friendship'], {
    cwd: root,
  })
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toBe(readFileSync(join(root, 'test/cli/soundtrack-plan.txt'), 'utf8'))
  // Whoever plans nothing does not read it.
  const [program = '', tokenizer = ''] = ['program.cjs', 'o200k.cjs'].map((name) =>
    readFileSync(join(root, 'dist', name), 'utf8'),
  )
  expect(program).toContain('./o200k.cjs')
  expect(tokenizer).toContain('endoftext')
  expect(program).not.toContain('endoftext')
})

test('a plan that may cost too much ends with 3, for CI', async () => {
  const args = ['plan', soundtrack, '--topic', 'friendship', '--max-cost', '0.001', '--format', 'json']
  const { status, stdout, stderr } = await llmflows(args, { cwd: root })
  expect(status).toBe(3)
  expect(JSON.parse(stdout)).toMatchObject({ flow: 'soundtrack' })
  expect(stderr).toMatch(/^error: the run could cost \$0\.\d{4}, more than the \$0\.001 that it may\n/)
})
