import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { renderDiagnostics } from '../diagnostics/render.ts'
import { defaultLimits } from '../document/limits.ts'
import type { Override } from '../document/override.ts'
import { DEFAULT_MAX_ITEMS } from '../flow/for-each.ts'
import { readFlowFile, type FlowSource } from '../document/flow-file.ts'
import { compileFlow, type Compilation, type CompiledFlow } from './compile.ts'

export interface LoadOptions {
  /** The most items of one `for_each`. Default 200. */
  readonly maxItems?: number
  /** The largest flow file, in bytes. Default 1 MiB. */
  readonly maxFlowBytes?: number
  /** Model of the openai provider when a flow names none. Default `gpt-4o-mini`. */
  readonly defaultModel?: string
  /** Values that replace those of the file. */
  readonly overrides?: readonly Override[]
  /** Values of LLMs in the flows inside, where there is one of that name. */
  readonly innerOverrides?: readonly Override[]
  /** Whether every edge must be written in `connections`. Default false. */
  readonly strict?: boolean
}

const DEFAULT_MODEL = 'gpt-4o-mini'

/** Thrown for a flow that cannot run. The message is the rendered diagnostics, or why the file cannot be read. */
export class FlowError extends Error {
  override readonly name = 'FlowError'
  /** Empty when the file could not be read. */
  readonly diagnostics: readonly Diagnostic[]

  constructor(message: string, diagnostics: readonly Diagnostic[]) {
    super(message)
    this.diagnostics = diagnostics
  }
}

/**
 * Reads a flow file, checks it whole and makes it ready to run. Rejects with `FlowError` when there is a mistake in it;
 * warnings are not mistakes.
 *
 * @example
 * const flow = await loadFlow('flows/haiku.yaml')
 */
export async function loadFlow(path: string, options: LoadOptions = {}): Promise<CompiledFlow> {
  const source = await readFlowFile(path, options.maxFlowBytes ?? defaultLimits.maxBytes)
  if (!source.ok)
    throw new FlowError(
      source.help === undefined ? source.message : `${source.message}\n  help: ${source.help}`,
      [],
    )
  const { compiled, diagnostics } = checkSource(source, options)
  if (compiled !== undefined) return compiled
  throw new FlowError(renderDiagnostics(diagnostics), diagnostics)
}

/** Checks the text of a flow. Never throws for any text. */
export function checkSource(
  { file, folder }: Extract<FlowSource, { ok: true }>,
  options: LoadOptions = {},
): Compilation {
  return compileFlow(file, {
    folder,
    defaultModel: options.defaultModel ?? DEFAULT_MODEL,
    maxItems: options.maxItems ?? DEFAULT_MAX_ITEMS,
    limits: { ...defaultLimits, maxBytes: options.maxFlowBytes ?? defaultLimits.maxBytes },
    overrides: options.overrides ?? [],
    innerOverrides: options.innerOverrides ?? [],
    strict: options.strict ?? false,
  })
}
