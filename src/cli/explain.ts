import type { Command } from 'commander'
import { catalogue, type Code } from '../diagnostics/catalogue.ts'
import { closest } from '../diagnostics/closest.ts'
import { renderDiagnostics } from '../diagnostics/render.ts'
import { visible } from '../source/visible.ts'
import { width } from '../source/width.ts'
import type { Io } from './io.ts'
import { UsageError } from './usage-error.ts'

/** `llmflows explain [CODE]`: what a diagnostic means, with an example; without a code what codes there are. */
export function registerExplain(program: Command, io: Io): void {
  program
    .command('explain')
    .description('Says what a code such as unknown-variable means, with a wrong and a right example.')
    .argument('[CODE]', 'as it stands in brackets behind "error" or "warning"')
    .option('--color <when>', 'auto, always or never')
    .action(async (written: string | undefined) => {
      if (written === undefined) return io.stdout.write(listing(io))
      const code = codeOf(written)
      const { diagnoseExample, notShown } = await import('./explained-example.ts')
      const { examples } = await import('../diagnostics/examples.ts')
      const { wrong, right } = examples[code]
      const { palette } = io.stdout
      const parts = [
        `${palette.bold(code)}\n\n${wrapped(catalogue[code], 80)}`,
        `${palette.error('wrong')}${notShown(code)}\n\n${indented(wrong)}`,
        renderDiagnostics(diagnoseExample(code, wrong), { colour: palette }),
        `${palette.success('right')}\n\n${indented(right)}`,
      ]
      io.stdout.write(parts.join('\n'))
    })
}

function codeOf(written: string): Code {
  const codes = Object.keys(catalogue)
  // As it is copied from a message: error[unknown-key].
  const name = /\[([a-z-]+)\]?/.exec(written)?.[1] ?? written
  if (isCode(name)) return name
  const guess = closest(name, codes)
  throw new UsageError(
    `there is no code "${name}"`,
    guess === undefined ? '"llmflows explain" lists the codes' : `did you mean "${guess}"?`,
  )
}

function isCode(name: string): name is Code {
  return Object.hasOwn(catalogue, name)
}

function listing({ stdout: { palette } }: Io): string {
  return Object.entries(catalogue)
    .map(([code, meaning]) => `${palette.bold(code)}\n${indented(wrapped(meaning, 76), 4)}`)
    .join('\n')
}

function indented(text: string, by = 2): string {
  return visible(text).replaceAll(/^(?=.)/gm, ' '.repeat(by))
}

function wrapped(text: string, columns: number): string {
  let lines = ''
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && width(line) + 1 + width(word) > columns) {
      lines += `${line}\n`
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return `${lines}${line}\n`
}
