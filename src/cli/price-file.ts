import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { hasErrors } from '../diagnostics/diagnostic.ts'
import { renderDiagnostics } from '../diagnostics/render.ts'
import type { UserPrices } from '../llms/user-prices.ts'
import { SourceFile } from '../source/source-file.ts'
import type { Io } from './io.ts'
import { UsageError } from './usage-error.ts'

/**
 * The user's own prices: of the file that LLMFLOWS_PRICES names, which has to be there, or else of
 * `llmflows/prices.yaml` in the folder for configuration, which need not. Undefined, and said why, when it is wrong: a
 * price that is silently left out would be a wrong bill.
 */
export async function loadUserPrices(env: Io['env'], io: Io): Promise<UserPrices | undefined> {
  const named = env['LLMFLOWS_PRICES']
  const path = named === undefined || named === '' ? defaultPath(env) : named
  if (path === undefined) return new Map()
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
    if (isMissing && path !== named) return new Map()
    const problem = isMissing ? 'does not exist' : `cannot be read (${code})`
    throw new UsageError(`price file "${path}" ${problem}`, whereItIsNamed(path === named))
  }
  const { readUserPrices } = await import('../llms/user-prices.ts')
  const { prices, diagnostics } = readUserPrices(new SourceFile(path, text))
  if (!hasErrors(diagnostics)) return prices
  io.stderr.write(renderDiagnostics(diagnostics, { colour: io.stderr.palette }))
  return undefined
}

function whereItIsNamed(isNamed: boolean): string | undefined {
  return isNamed ? 'LLMFLOWS_PRICES names it; correct or unset that variable' : undefined
}

function defaultPath(env: Io['env']): string | undefined {
  const [folder, home] = [env['XDG_CONFIG_HOME'], env['HOME']]
  if (folder !== undefined && isAbsolute(folder)) return join(folder, 'llmflows', 'prices.yaml')
  return home === undefined || home === '' ? undefined : join(home, '.config', 'llmflows', 'prices.yaml')
}
