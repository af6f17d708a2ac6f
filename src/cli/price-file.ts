import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { hasErrors } from '../diagnostics/diagnostic.ts'
import { renderDiagnostics } from '../diagnostics/render.ts'
import type { UserPrices } from '../llms/user-prices.ts'
import { SourceFile } from '../source/source-file.ts'
import { decode, readBytes } from './input-text.ts'
import type { Io } from './io.ts'

/**
 * The user's own prices: of the file that LLMFLOWS_PRICES names, which has to be there, or else of
 * `llmflows/prices.yaml` in the folder for configuration, which need not. Undefined, and said why, when it is wrong: a
 * price that is silently left out would be a wrong bill.
 */
export async function loadUserPrices(env: Io['env'], io: Io): Promise<UserPrices | undefined> {
  const named = env['LLMFLOWS_PRICES']
  const isNamed = named !== undefined && named !== ''
  const path = isNamed ? named : defaultPath(env)
  if (path === undefined || (!isNamed && !existsSync(path))) return new Map()
  const what = `price file "${path}"`
  const help = isNamed ? 'LLMFLOWS_PRICES names it; correct or unset that variable' : undefined
  const text = decode(await readBytes(path, what, help), what)
  const { readUserPrices } = await import('../llms/user-prices.ts')
  const { prices, diagnostics } = readUserPrices(new SourceFile(path, text))
  if (!hasErrors(diagnostics)) return prices
  io.stderr.write(renderDiagnostics(diagnostics, { colour: io.stderr.palette }))
  return undefined
}

function defaultPath(env: Io['env']): string | undefined {
  const [folder, home] = [env['XDG_CONFIG_HOME'], env['HOME']]
  if (folder !== undefined && isAbsolute(folder)) return join(folder, 'llmflows', 'prices.yaml')
  return home === undefined || home === '' ? undefined : join(home, '.config', 'llmflows', 'prices.yaml')
}
