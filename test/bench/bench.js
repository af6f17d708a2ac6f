// `npm run bench`: figures of this machine, and ratios that hold on others. `npm run bench -- scheduler` runs one part.
import { build } from 'esbuild'
import { mkdirSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const folder = new URL('../../node_modules/.cache/llmflows-bench/', import.meta.url)
mkdirSync(folder, { recursive: true })
await build({
  entryPoints: [new URL('main.ts', import.meta.url).pathname],
  outdir: folder.pathname,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  packages: 'external',
  logLevel: 'error',
})
const { bench } = await import(pathToFileURL(new URL('main.mjs', folder).pathname).href)
await bench(process.argv.slice(2))
process.exit()
