import type { Command } from 'commander'
import { closest } from '../diagnostics/closest.ts'
import { shortList } from '../diagnostics/short-list.ts'
import type { CompiledFlow } from '../graph/compile.ts'
import { checkSource } from '../graph/load.ts'
import { offline } from '../graph/offline.ts'
import { LlmError } from '../llms/llm.ts'
import { secretsIn } from '../llms/redaction.ts'
import { type FileProblem, type Filling, indexDocuments } from '../run/index-documents.ts'
import { RunRefused } from '../run/refusal.ts'
import { readEnvFile } from './env-file.ts'
import { readFlow } from './flow-source.ts'
import { indexProgress } from './index-progress.ts'
import { indexSummary } from './index-summary.ts'
import type { Io } from './io.ts'
import { say } from './message.ts'
import { readLimits } from './run-settings.ts'
import { catchSignals } from './signals.ts'
import { UsageError } from './usage-error.ts'
import { sayInvalid } from './validity.ts'

/** The options as they were written; nothing is checked yet. */
interface IndexTexts {
  readonly store?: string
  readonly prune?: true
  readonly offline?: true
  readonly chunkSize?: string
  readonly overlap?: string
  readonly envFrom?: string
  readonly allowHost?: readonly string[]
  readonly allowEnv?: readonly string[]
  readonly quiet?: true
  readonly color?: string
}

const DEFAULT_SIZE = 500
const DEFAULT_OVERLAP = 0

/** `llmflows index DOCS… --store FLOW#NAME`: fills a vector store of a flow from files. What it did goes to stdout as JSON. */
export function registerIndex(program: Command, io: Io): void {
  program
    .command('index')
    .description('Fills a vector store of a flow with documents. Only what has changed is embedded.')
    .argument('<file...>', 'text, Markdown or JSON Lines files, and folders of them')
    .option('--store <store>', 'a vector store of a flow, such as flow.yaml#wiki')
    .option('--prune', 'remove what comes from none of these files')
    .option('--chunk-size <n>', 'characters of a chunk at most (500)')
    .option('--overlap <n>', 'characters that a chunk repeats of the one before at most (0)')
    .option('--offline', 'fill the store that "run --offline" searches: no key, no network')
    .option('--env-from <file>', 'read variables from a file; those that are set win')
    .option('--allow-host <host>', 'let the flow send documents to a host', collect)
    .option('--allow-env <name>', 'let the flow send what is in a variable where it says', collect)
    .option('-q, --quiet', 'no progress')
    .option('--color <when>', 'auto, always or never')
    .action(async (paths: readonly string[], texts: IndexTexts) => performIndex(paths, texts, io))
}

async function performIndex(paths: readonly string[], texts: IndexTexts, io: Io): Promise<void> {
  readLimits({
    ...(texts.color === undefined ? {} : { color: texts.color }),
    allowHost: texts.allowHost ?? [],
  })
  const chunkSize = count('--chunk-size', texts.chunkSize, {
    otherwise: DEFAULT_SIZE,
    least: 100,
    most: 100_000,
  })
  const overlap = count('--overlap', texts.overlap, {
    otherwise: DEFAULT_OVERLAP,
    least: 0,
    most: chunkSize / 2,
  })
  const env = texts.envFrom === undefined ? io.env : { ...(await readEnvFile(texts.envFrom)), ...io.env }
  const found = await storeNamed(texts.store, env, io)
  if (found === undefined) return io.setExitCode(2)
  const compiled = texts.offline === true ? offline(found.compiled) : found.compiled
  const config = compiled.flow.vectorStores.get(found.store)
  if (config === undefined) throw new Error('the store was there a moment ago')
  io.addSecrets(secretsIn(env))
  const interruption = catchSignals(() => {})
  const progress = indexProgress(io, texts.quiet === true)
  const problems: FileProblem[] = []
  let filling: Filling | undefined
  let failure: LlmError | undefined
  try {
    filling = await indexDocuments(compiled, {
      store: config.name,
      paths,
      chunkSize,
      overlap,
      prune: texts.prune === true,
      env,
      allowHosts: texts.allowHost ?? [],
      allowEnv: texts.allowEnv ?? [],
      signal: interruption.signal,
      onProgress(soFar, file) {
        filling = soFar
        progress.show(soFar, file)
      },
      onProblem(problem) {
        problems.push(problem)
        progress.clear()
        say(io, 'error', `${problem.place}: ${problem.problem}`)
      },
    })
    if (problems.length > 0) io.setExitCode(1)
  } catch (error) {
    progress.clear()
    if (error instanceof RunRefused) {
      for (const { message, help } of error.problems) say(io, 'error', message, help)
      return io.setExitCode(2)
    }
    if (interruption.exitCode !== undefined) io.setExitCode(interruption.exitCode)
    else if (error instanceof LlmError) {
      failure = error
      say(io, 'error', error.message, error.help)
      io.setExitCode(1)
    } else throw error
  } finally {
    progress.clear()
    interruption.release()
  }
  const redact = (text: string): string => io.redact(text)
  const summary = { flow: compiled.flow.name, config, filling, problems, failure, redact }
  await io.stdout.writeAll([indexSummary(summary)])
}

/** The store that `--store` names; undefined when the flow cannot run, which has been said. */
async function storeNamed(
  text: string | undefined,
  env: Io['env'],
  io: Io,
): Promise<{ readonly compiled: CompiledFlow; readonly store: string } | undefined> {
  if (text === undefined) throw new UsageError('--store is missing', 'such as --store flow.yaml#wiki')
  const hash = text.lastIndexOf('#')
  const path = hash === -1 ? text : text.slice(0, hash)
  const source = await readFlow(path, io)
  const defaultModel = env['LLMFLOWS_MODEL']
  const { compiled, diagnostics } = checkSource(source, {
    ...(defaultModel === undefined || defaultModel === '' ? {} : { defaultModel }),
  })
  if (compiled === undefined) {
    sayInvalid(path, diagnostics, io)
    return undefined
  }
  const { vectorStores } = compiled.flow
  const [only, another] = vectorStores.values()
  if (only === undefined)
    throw new UsageError(`${path} has no vector stores`, 'declare one under "vector_stores:"')
  // A flow with one store need not be asked which.
  if (hash === -1 && another === undefined) return { compiled, store: only.name }
  const name = hash === -1 ? '' : text.slice(hash + 1)
  if (vectorStores.has(name)) return { compiled, store: name }
  if (name === '')
    throw new UsageError(`${path} has several vector stores`, `say which: --store ${path}#${only.name}`)
  const guess = closest(name, vectorStores.keys())
  throw new UsageError(
    `${path} has no vector store "${name}"`,
    guess === undefined
      ? `the vector stores there are ${shortList(vectorStores)}`
      : `did you mean "${guess}"?`,
  )
}

function count(
  option: string,
  text: string | undefined,
  { otherwise, least, most }: { readonly otherwise: number; readonly least: number; readonly most: number },
): number {
  if (text === undefined) return otherwise
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new UsageError(`option "${option}" must be a whole number from ${least} to ${most}, not "${text}"`)
}

function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text]
}
