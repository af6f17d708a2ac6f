import { access, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import type { Command } from 'commander'
import type { Io } from './io.ts'
import { starterFlow } from './starter-flow.ts'
import { UsageError } from './usage-error.ts'

/** `llmflows init [NAME]`: writes a flow to start from into the current folder. */
export function registerInit(program: Command, io: Io): void {
  program
    .command('init')
    .description('Writes a flow to start from, NAME.yaml, into the current folder.')
    .argument('[NAME]', 'lower-case letters, digits, - and _', 'flow')
    .action(async (written: string) => {
      const name = written.replace(/\.ya?ml$/, '')
      if (!/^[a-z0-9_-]{1,100}$/.test(name)) throw badName(name)
      const file = `${name}.yaml`
      const path = join(io.cwd, file)
      const text = starterFlow({
        name: name === 'flow' ? 'my_flow' : name,
        file,
        schema: await nearestSchema(io.cwd),
      })
      try {
        // Fails when anything is there already, a link that leads elsewhere included.
        await writeFile(path, text, { flag: 'wx' })
      } catch (error) {
        throw explain(error, file)
      }
      io.stderr.write(`wrote ${file}; run it with\n  llmflows run ${file} --topic friendship --verbose\n`)
      io.stderr.write('or, without a key, on the tiny model inside llmflows,\n')
      io.stderr.write(`  llmflows run ${file} --topic friendship --verbose --offline\n`)
    })
}

function badName(name: string): UsageError {
  const better = name.toLowerCase().replaceAll(/[^a-z0-9_-]+/g, '_')
  if (/[/\\]/.test(name))
    return new UsageError(`"${name}" is not a name`, 'change into the folder first, and give a name alone')
  const help = 'a name is lower-case letters, digits, - and _'
  return new UsageError(
    `"${name}" is not a name for a flow`,
    /[a-z0-9]/.test(better) ? `${help}, such as ${better.slice(0, 100)}` : help,
  )
}

function explain(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EEXIST')
    return new UsageError(`"${file}" is already there`, 'give another name: llmflows init NAME')
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new UsageError(`"${file}" cannot be written: the folder may not be written to`)
  if (code === 'ENOSPC') return new UsageError(`"${file}" cannot be written: the disk is full`)
  return error
}

/**
 * The way from a folder to the schema of an installed llmflows, for editors; undefined when there is none that a
 * relative path reaches, or one with signs that end a path in a comment.
 */
async function nearestSchema(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', 'llmflows', 'schemas', 'flow.schema.json')
    const exists = await access(candidate).then(
      () => true,
      () => false,
    )
    if (exists) {
      const way = relative(folder, candidate).split(sep).join('/')
      return /^[\w./@-]+$/.test(way) ? way : undefined
    }
    if (dirname(at) === at) return undefined
  }
}
