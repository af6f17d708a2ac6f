// Makes dist/: the library (index.js, ES modules), the command line (program.cjs, one file, with its code cache) and the
// few lines that start it (cli.js). Flat, so that files beside a module stay beside it.
import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import standalone from 'ajv/dist/standalone/index.js'
import { build } from 'esbuild'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))

/** `src/flow/validator.ts` as ajv compiles it, so that ajv compiles nothing at run time and is not in the bundle. */
const validator = (async () => {
  // The module itself is run, so that what the tests see and what is shipped cannot differ.
  const file = join('node_modules', `.validator-${process.pid}.mjs`)
  const entryPoints = ['src/flow/validator.ts']
  await build({ entryPoints, bundle: true, packages: 'external', format: 'esm', outfile: file })
  const { ajv, validateShape } = await import(pathToFileURL(file).href)
  await rm(file)
  return standalone(ajv, validateShape).replace('export const validate =', 'export const validateShape =')
})()

const compiledValidator = {
  name: 'compiled-validator',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]flow[\\/]validator\.ts$/ }, async () => ({
      contents: await validator,
      loader: 'js',
      resolveDir: process.cwd(),
    }))
  },
}

/** commander can start other programs as commands. None of ours is one, and what that needs takes 5 ms to load. */
const noChildProcess = {
  name: 'no-child-process',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]node_modules[\\/]commander[\\/]/.test(importer) ? { path: 'none', namespace: 'none' } : undefined,
    )
    onLoad({ filter: /^none$/, namespace: 'none' }, () => ({ contents: 'module.exports = {}' }))
  },
}

/** The tokenizer is two megabytes that only `plan` needs: a file of its own, loaded when something is counted. */
const tokenizerApart = {
  name: 'tokenizer-apart',
  setup({ onResolve }) {
    onResolve({ filter: /[\\/]o200k\.ts$/ }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: './o200k.cjs', external: true },
    )
  },
}

/** A package that is an ES module can only be imported, which the code cache cannot do: what imports is a file of its own. */
const importerApart = {
  name: 'importer-apart',
  setup({ onResolve }) {
    onResolve({ filter: /[\\/]import-module\.ts$/ }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: './import-module.cjs', external: true },
    )
  },
}

/** Functions run in a thread of their own, which starts from a file of its own, beside whatever starts it. */
const functionThread = {
  name: 'function-thread',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /[\\/]functions[\\/]thread-file\.ts$/ }, () => ({
      contents: "export const threadFile = new URL('./function-thread.cjs', import.meta.url)",
    }))
    // Two megabytes that only TypeScript needs.
    onResolve({ filter: /[\\/]typescript\.ts$/ }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: './typescript.cjs', external: true },
    )
  },
}

/** Optional packages of vector stores and embeddings: a user installs those that a flow needs. */
const optional = [
  '@energetic-ai/*',
  '@photostructure/sqlite',
  '@pinecone-database/pinecone',
  '@qdrant/js-client-rest',
  'pg',
  'sqlite-vec',
]

const shared = {
  outdir: 'dist',
  external: optional,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'linked',
  metafile: true,
  write: false,
  plugins: [compiledValidator, noChildProcess, functionThread],
  // yaml for browsers is made of ES modules, of which only what is used is taken.
  alias: { yaml: './node_modules/yaml/browser/index.js' },
}

const ownUrl = {
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl=require('node:url').pathToFileURL(__filename).href;" },
}

const built = await Promise.all([
  // Node shows the line that throws when nobody catches: the library has lines that can be shown.
  build({
    ...shared,
    entryPoints: { index: 'src/index.ts' },
    format: 'esm',
    splitting: true,
    minify: false,
  }),
  build({ ...shared, entryPoints: { cli: 'src/cli/main.ts' }, format: 'esm' }),
  build({
    ...shared,
    entryPoints: { program: 'src/cli/process.ts' },
    format: 'cjs',
    // The program is run from its code cache, where nothing could resolve a dynamic import: they become calls of require.
    supported: { 'dynamic-import': false },
    outExtension: { '.js': '.cjs' },
    plugins: [...shared.plugins, tokenizerApart, importerApart],
    ...ownUrl,
  }),
  build({
    ...shared,
    entryPoints: { 'function-thread': 'src/steps/functions/thread.ts' },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    ...ownUrl,
  }),
  build({
    ...shared,
    entryPoints: { typescript: 'src/steps/functions/typescript.ts' },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    alias: { jiti: './node_modules/jiti/lib/jiti.cjs' },
  }),
  build({
    ...shared,
    entryPoints: { 'import-module': 'src/source/import-module.ts' },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
  }),
  build({
    ...shared,
    entryPoints: { o200k: 'src/plan/o200k.ts' },
    format: 'cjs',
    charset: 'utf8',
    outExtension: { '.js': '.cjs' },
  }),
])
// Only a build that succeeds takes the place of the one before.
await rm('dist', { recursive: true, force: true })
await mkdir('dist')
for (const { path, contents } of built.flatMap(({ outputFiles }) => outputFiles))
  await writeFile(path, contents)
await copyFile('src/llms/embedded/muse.gguf', 'dist/muse.gguf')
await writeFile('dist/THIRD-PARTY-LICENSES.txt', await licences(built.map(({ metafile }) => metafile)))
const cached = spawnSync(process.execPath, ['.config/code-cache.js'], { encoding: 'utf8' })
if (cached.status !== 0) throw new Error(`the program does not run:\n${cached.stderr}`)

/** The licence of every package that has code in the bundles. */
async function licences(metafiles) {
  const folders = new Set()
  for (const { inputs } of metafiles.flatMap(({ outputs }) => Object.values(outputs))) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)
      if (match !== null && bytesInOutput > 0) folders.add(match[1])
    }
  }
  const texts = []
  for (const folder of [...folders].sort((a, b) => a.localeCompare(b, 'en'))) {
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    texts.push(`${name} ${version} (${license})\n\n${(await licenceText(folder)).trim()}\n`)
  }
  return texts.join(`\n${'-'.repeat(78)}\n\n`)
}

async function licenceText(folder) {
  for (const name of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'license.md']) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => undefined)
    if (text !== undefined) return text
  }
  throw new Error(`there is no licence text in ${folder}`)
}
