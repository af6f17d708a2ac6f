import type { Command } from 'commander'
import { closest } from '../diagnostics/closest.ts'
import { hasErrors } from '../diagnostics/diagnostic.ts'
import type { CompiledFlow } from '../graph/compile.ts'
import { drawAscii } from '../graph/draw/ascii.ts'
import { drawDot } from '../graph/draw/dot.ts'
import type { Happened } from '../graph/draw/happened.ts'
import { drawJson } from '../graph/draw/json.ts'
import { drawMermaid } from '../graph/draw/mermaid.ts'
import { checkSource } from '../graph/load.ts'
import { addCheckOptions, readCheckOptions, type CheckTexts } from './check-options.ts'
import { readFlow } from './flow-source.ts'
import type { Io } from './io.ts'
import { UsageError } from './usage-error.ts'
import { sayInvalid } from './validity.ts'

type Draw = (compiled: CompiledFlow, happened: Happened | undefined, io: Io) => string | Promise<string>

const drawings: ReadonlyMap<string, Draw> = new Map<string, Draw>([
  [
    'ascii',
    (compiled, happened, { stdout: { columns, palette } }) =>
      drawAscii(compiled, { columns, palette, happened }),
  ],
  ['mermaid', drawMermaid],
  ['dot', drawDot],
  ['svg', async (compiled, happened) => (await import('../graph/draw/svg.ts')).drawSvg(compiled, happened)],
  ['json', drawJson],
])

interface GraphTexts extends CheckTexts {
  readonly format: string
  readonly result?: string
}

/** `llmflows graph FLOW`: the steps and what they wait for, on stdout; with `--result` what became of them in a run. */
export function registerGraph(program: Command, io: Io): void {
  const command = program
    .command('graph')
    .description('Draws the steps of a flow and what they wait for.')
    .argument('<FLOW>', 'a file, a folder with a flow.yaml, or - for stdin')
    .option('-f, --format <format>', 'ascii, mermaid, dot, svg or json', 'ascii')
    .option('--result <file>', 'colour it by the status and time that a result tells of')
  addCheckOptions(command).action(async (path: string, texts: GraphTexts) => {
    const draw = drawings.get(texts.format)
    if (draw === undefined) {
      const guess = closest(texts.format, drawings.keys())
      throw new UsageError(
        `there is no format "${texts.format}"`,
        guess === undefined
          ? 'the formats are ascii, mermaid, dot, svg and json'
          : `did you mean "${guess}"?`,
      )
    }
    const { options, diagnostics: ofOptions } = readCheckOptions(texts, io)
    const source = await readFlow(path, io, options.maxFlowBytes)
    const { compiled, diagnostics } = checkSource(source, options)
    const found = [...ofOptions, ...diagnostics]
    if (compiled === undefined || hasErrors(found)) {
      sayInvalid(path, found, io)
      io.setExitCode(2)
      return
    }
    const happened = texts.result === undefined ? undefined : await runOf(compiled, texts.result, io)
    await io.stdout.writeAll([await draw(compiled, happened, io)])
  })
}

async function runOf(compiled: CompiledFlow, path: string, io: Io): Promise<Happened> {
  const [{ readResultFile }, { drawnRun }] = await Promise.all([
    import('./result-source.ts'),
    import('../reporters/drawn-run.ts'),
  ])
  const drawn = drawnRun(compiled, await readResultFile(path, io))
  if (drawn.ok) return drawn.happened
  throw new UsageError(
    `the result "${path}" cannot be drawn: ${drawn.message}`,
    'draw the flow that the result is of, with the options of its run',
  )
}
