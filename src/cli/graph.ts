import type { Command } from 'commander'
import { closest } from '../diagnostics/closest.ts'
import { hasErrors } from '../diagnostics/diagnostic.ts'
import { renderDiagnostics } from '../diagnostics/render.ts'
import type { CompiledFlow } from '../graph/compile.ts'
import { drawAscii } from '../graph/draw/ascii.ts'
import { drawDot } from '../graph/draw/dot.ts'
import { drawJson } from '../graph/draw/json.ts'
import { drawMermaid } from '../graph/draw/mermaid.ts'
import { checkSource } from '../graph/load.ts'
import { addCheckOptions, readCheckOptions, type CheckTexts } from './check-options.ts'
import { readFlow } from './flow-source.ts'
import type { Io } from './io.ts'
import { UsageError } from './usage-error.ts'

const drawings: ReadonlyMap<string, (compiled: CompiledFlow) => string> = new Map([
  ['ascii', drawAscii],
  ['mermaid', drawMermaid],
  ['dot', drawDot],
  ['json', drawJson],
])

/** `llmflows graph FLOW`: the steps and what they wait for, on stdout. */
export function registerGraph(program: Command, io: Io): void {
  const command = program
    .command('graph')
    .description('Draws the steps of a flow and what they wait for.')
    .argument('<FLOW>', 'a file, a folder with a flow.yaml, or - for stdin')
    .option('-f, --format <format>', 'ascii, mermaid, dot or json', 'ascii')
  addCheckOptions(command).action(async (path: string, texts: CheckTexts & { readonly format: string }) => {
    const draw = drawings.get(texts.format)
    if (draw === undefined) {
      const guess = closest(texts.format, drawings.keys())
      throw new UsageError(
        `there is no format "${texts.format}"`,
        guess === undefined ? 'the formats are ascii, mermaid, dot and json' : `did you mean "${guess}"?`,
      )
    }
    const { options, diagnostics: ofOptions } = readCheckOptions(texts, io)
    const source = await readFlow(path, io, options.maxFlowBytes)
    const { compiled, diagnostics } = checkSource(source, options)
    const found = [...ofOptions, ...diagnostics]
    if (compiled === undefined || hasErrors(found)) {
      io.stderr.write(renderDiagnostics(found, { colour: io.stderr.palette }))
      io.setExitCode(2)
      return
    }
    await io.stdout.writeAll([draw(compiled)])
  })
}
