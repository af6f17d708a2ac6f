import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './llmflows.ts'

const dist = join(root, 'dist')
const built = readdirSync(dist, { recursive: true, encoding: 'utf8', withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))

test('the program imports nothing dynamically: run from its code cache it could not', () => {
  // One message of openai's quotes such an import; whatever is found is shown, not the whole program.
  expect(/.{0,40}(?<!`)\bimport\(.{0,40}/.exec(readFileSync(join(dist, 'program.cjs'), 'latin1'))).toBeNull()
})

test.each(built.map((path) => [path.slice(dist.length + 1), path] as const))(
  '%s holds no path of the machine that built it',
  (_name, path) => {
    const bytes = readFileSync(path)
    for (const own of [root.replace(/\/$/, ''), `${homedir()}/`]) expect(bytes.includes(own)).toBe(false)
  },
)

test('the library has lines that can be shown when one of them throws', () => {
  const long = built
    .filter((path) => path.endsWith('.js') && !path.endsWith('cli.js'))
    .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
    // The schema of the flow file is data, and throws nothing.
    .filter((line) => line.length > 1000 && !/^var schema\d+ = \{/.test(line))
  expect(long.map((line) => line.slice(0, 80))).toEqual([])
})

test('the package holds what is needed to run, and nothing of the workshop', () => {
  const listing = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ files }] = JSON.parse(listing) as [{ files: readonly { readonly path: string }[] }]
  const paths = files.map(({ path }) => path)
  for (const needed of [
    'bin/llmflows.js',
    'dist/cli.js',
    'dist/program.cjs',
    'dist/index.js',
    'dist/muse.gguf',
  ])
    expect(paths).toContain(needed)
  expect(paths.some((path) => /^dist\/program\.cjs\..*\.cache$/.test(path))).toBe(true)
  const known = /^(?:bin|dist|flows|schemas)\/|^(?:CHANGELOG\.md|LICENSE|README\.md|package\.json)$/
  expect(paths.filter((path) => !known.test(path))).toEqual([])
})
