// Bundles the command line and the library into dist/, flat, so that files beside a module stay beside it.
import { build } from 'esbuild'
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)

/** Code in the place of `src/flow/validator.ts`, so that ajv compiles nothing at run time and is not in the bundle. */
const compiledValidator = {
  name: 'compiled-validator',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]flow[\\/]validator\.ts$/ }, async () => {
      const schema = JSON.parse(await readFile('schemas/flow.schema.json', 'utf8'))
      const ajv = new Ajv({
        allErrors: true,
        strict: true,
        strictTypes: false,
        strictRequired: false,
        code: { source: true, esm: true, lines: false },
      })
      ajv.addSchema(schema, 'flow')
      const contents = standalone(ajv, { validateShape: 'flow' })
      return { contents, loader: 'js', resolveDir: root }
    })
  },
}

await rm('dist', { recursive: true, force: true })
const { metafile } = await build({
  entryPoints: { index: 'src/index.ts', cli: 'src/cli/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minify: true,
  keepNames: false,
  legalComments: 'linked',
  chunkNames: '[name]-[hash]',
  metafile: true,
  plugins: [compiledValidator],
  // Packages written for require() ask for Node's own modules that way.
  banner: {
    js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);",
  },
})
await copyFile('src/llms/embedded/muse.gguf', 'dist/muse.gguf')
await writeFile('dist/THIRD-PARTY-LICENSES.txt', await licences(metafile))

/** The licence of every package that has code in the bundle. */
async function licences({ outputs }) {
  const folders = new Set()
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)
      if (match !== null && bytesInOutput > 0) folders.add(match[1])
    }
  }
  const texts = []
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    const text = await licenceText(folder)
    if (text === undefined) throw new Error(`no licence text in ${folder}`)
    texts.push(`${name} ${version} (${license})\n\n${text.trim()}\n`)
  }
  return texts.join(`\n${'-'.repeat(78)}\n\n`)
}

async function licenceText(folder) {
  for (const name of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'license.md', 'LICENCE']) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => undefined)
    if (text !== undefined) return text
  }
  return undefined
}
