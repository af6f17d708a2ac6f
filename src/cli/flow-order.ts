import { Command } from 'commander'
import { hasErrors } from '../diagnostics/diagnostic.ts'
import { renderDiagnostics } from '../diagnostics/render.ts'
import type { CompiledFlow } from '../graph/compile.ts'
import { everyFlow } from '../graph/every-flow.ts'
import { checkSource } from '../graph/load.ts'
import { offline } from '../graph/offline.ts'
import { secretsIn } from '../llms/redaction.ts'
import type { Json } from '../source/json.ts'
import { readKnownOptions } from './commander.ts'
import { readEnvFile } from './env-file.ts'
import { flowCommand, parseFlowArgs } from './flow-command.ts'
import { readFlow } from './flow-source.ts'
import type { WrittenInputs } from './input-options.ts'
import type { Io } from './io.ts'
import { fitLlms, readOverrides } from './overrides.ts'
import { loadUserPrices } from './price-file.ts'
import { addNamedInputs, readInputs } from './run-inputs.ts'
import type { FlowVerb, RunTexts } from './run-options.ts'
import { readLimits, type Limits } from './run-settings.ts'
import { refuseUnknownPath } from './select.ts'
import { sayInvalid } from './validity.ts'

/** What the command line says after the command. */
export interface FlowRequest {
  /** The flow as it was named. */
  readonly path: string
  /** Everything else. */
  readonly args: readonly string[]
}

/** A flow as the command line wants it, and its inputs as far as they were given. */
export interface FlowOrder<Texts extends RunTexts> {
  readonly compiled: CompiledFlow
  /** The flow as it was named. */
  readonly path: string
  readonly inputs: Map<string, Json>
  /** Every file that was read for it. */
  readonly files: readonly string[]
  readonly texts: Texts
  readonly limits: Limits
  readonly env: Io['env']
}

/**
 * Reads the flow, then the command line in its light. Undefined when that is all there is to do: help was asked for, or
 * the flow cannot run and it was said why.
 */
export async function readFlowOrder<Texts extends RunTexts>(
  verb: FlowVerb,
  { path, args }: FlowRequest,
  io: Io,
): Promise<FlowOrder<Texts> | undefined> {
  const known = verb.addOptions(new Command()).helpOption(false).option('-h, --help')
  readKnownOptions(known, args)
  const texts = known.opts<Texts>()
  const limits = readLimits(texts)
  const env = texts.envFrom === undefined ? io.env : { ...(await readEnvFile(texts.envFrom)), ...io.env }
  const loaded = await loadFlow(path, { texts, limits, env }, io)
  if (loaded === undefined) {
    io.setExitCode(2)
    return undefined
  }
  const { compiled } = loaded
  const { flow } = compiled
  io.addSecrets(
    secretsIn(
      env,
      everyFlow(compiled).flatMap(({ llms }) => [...llms.values()]),
    ),
  )
  const written: WrittenInputs = new Map()
  const command = flowCommand(flow, path, written, io, verb)
  if (texts.help === true) {
    command.outputHelp()
    return undefined
  }
  await parseFlowArgs(command, args, flow)
  if (texts.select !== undefined) refuseUnknownPath(flow, texts.select)
  addNamedInputs(texts.input ?? [], flow, written)
  const inputs = await readInputs(written, flow, texts, io)
  const files = [...loaded.files, ...filesNamed(written, texts, env)]
  return { compiled, path, inputs, files, texts, limits, env }
}

function filesNamed(written: WrittenInputs, texts: RunTexts, env: Io['env']): readonly string[] {
  const ofInputs = [...written.values()].flat().filter((text) => /^@[^@]/.test(text))
  const others = [texts.inputs, texts.envFrom, env['LLMFLOWS_PRICES']]
  return [...ofInputs.map((text) => text.slice(1)), ...others.filter((path) => path !== undefined)]
}

interface Loaded {
  readonly compiled: CompiledFlow
  readonly files: readonly string[]
}

interface Setting {
  readonly texts: RunTexts
  readonly limits: Limits
  readonly env: Io['env']
}

/** The flow with what the command line changes in it; undefined, and said why, when it cannot run. */
async function loadFlow(path: string, { texts, limits, env }: Setting, io: Io): Promise<Loaded | undefined> {
  const { overrides, diagnostics: ofOverrides } = readOverrides(texts.llm ?? [], texts.set ?? [])
  const source = await readFlow(path, io, limits.maxFlowBytes)
  const defaultModel = env['LLMFLOWS_MODEL']
  const options = {
    ...limits,
    ...(defaultModel === undefined || defaultModel === '' ? {} : { defaultModel }),
  }
  // What --llm may name is what the flow has without it.
  const plain = texts.llm === undefined ? undefined : checkSource(source, options).compiled
  const fitting = plain === undefined ? { overrides } : fitLlms(plain, overrides)
  const { compiled, diagnostics } = checkSource(source, { ...options, ...fitting })
  const found = [...ofOverrides, ...diagnostics]
  const isBroken = compiled === undefined || hasErrors(found)
  const shown = isBroken || texts.verbose === true ? found.filter(({ severity }) => severity !== 'note') : []
  if (isBroken) {
    sayInvalid(path, shown, io)
    return undefined
  }
  if (shown.length > 0) io.stderr.write(renderDiagnostics(shown, { colour: io.stderr.palette }))
  const changed = texts.offline === true ? offline(compiled) : await withUserPrices(compiled, env, io)
  if (changed === undefined) return undefined
  const { file, folder } = source
  return { compiled: changed, files: folder === undefined ? [] : [file.path, ...folder.filesRead] }
}

async function withUserPrices(
  compiled: CompiledFlow,
  env: Io['env'],
  io: Io,
): Promise<CompiledFlow | undefined> {
  const prices = await loadUserPrices(env, io)
  if (prices === undefined || prices.size === 0) return prices === undefined ? undefined : compiled
  const { withPrices } = await import('../llms/user-prices.ts')
  return withPrices(compiled, prices)
}
