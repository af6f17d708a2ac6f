import { plainPalette, type Palette } from '../source/palette.ts'

type Level = 0 | 1 | 2 | 3

export interface ColourStream {
  readonly isTTY?: boolean
  getColorDepth?(env?: object): number
}

interface Wishes {
  /** What `--color` says: `auto`, `always` or `never`. */
  readonly choice: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The last `--color` of a command line; undefined when there is none. Read early, since errors have colours too. */
export function colourChoice(args: readonly string[]): string | undefined {
  let choice: string | undefined
  for (const [index, arg] of args.entries()) {
    if (arg === '--') break
    if (arg === '--color') choice = args[index + 1]
    else if (arg.startsWith('--color=')) choice = arg.slice('--color='.length)
  }
  return choice
}

/** How many colours to use on a stream. The first that says something decides: option, NO_COLOR, FORCE_COLOR, terminal. */
export function colourLevel(stream: ColourStream, { choice, env }: Wishes): Level {
  if (choice === 'never') return 0
  if (choice === 'always') return terminalLevel(stream, env) || 1
  if ((env['NO_COLOR'] ?? '') !== '') return 0
  const force = env['FORCE_COLOR']
  if (force === '0' || force === 'false') return 0
  if (force === '2' || force === '3') return force === '2' ? 2 : 3
  if (force !== undefined) return 1
  if (stream.isTTY !== true || env['TERM'] === 'dumb') return 0
  return terminalLevel(stream, env)
}

function terminalLevel(stream: ColourStream, env: Wishes['env']): Level {
  // Node would let an empty NO_COLOR decide; here it has been heard already.
  const { NO_COLOR: _no, FORCE_COLOR: _force, NODE_DISABLE_COLORS: _disable, ...rest } = env
  const depth = stream.getColorDepth?.(rest) ?? 1
  if (depth >= 24) return 3
  if (depth >= 8) return 2
  return depth >= 4 ? 1 : 0
}

/** Colours for a level. chalk decides nothing here, and is not loaded where there are no colours. */
export async function paletteOf(level: Level): Promise<Palette> {
  if (level === 0) return plainPalette
  const { Chalk } = await import('chalk')
  const chalk = new Chalk({ level })
  return {
    error: chalk.red,
    warning: chalk.yellow,
    note: chalk.cyan,
    help: chalk.cyan,
    success: chalk.green,
    dim: chalk.dim,
    bold: chalk.bold,
  }
}
