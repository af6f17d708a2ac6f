import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { looksLikeFlow } from './looks-like-flow.ts'
import { UsageError } from './usage-error.ts'

const MOST_SHOWN = 8

/** What to say when a command is not told which flow: the flows that are here. */
export async function noFlow(
  verb: string,
  usage = `llmflows ${verb} FLOW [--INPUT VALUE]…`,
): Promise<UsageError> {
  const flows = [...(await flowsIn('.')), ...(await flowsIn('flows'))]
  if (flows.length === 0)
    return new UsageError('which flow?', `${usage}\n"llmflows init" writes a flow to start from`)
  const shown = flows.slice(0, MOST_SHOWN).map((path) => `  llmflows ${verb} ${path}`)
  const more = flows.length > MOST_SHOWN ? [`  and ${flows.length - MOST_SHOWN} more`] : []
  return new UsageError('which flow?', [usage, 'flows found here:', ...shown, ...more].join('\n'))
}

async function flowsIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.ya?ml$/.test(name)).sort()
  return names
    .slice(0, 100)
    .map((name) => join(folder, name))
    .filter(looksLikeFlow)
}
