import type { Command } from 'commander'
import { closest } from '../diagnostics/closest.ts'
import { hasErrors } from '../diagnostics/diagnostic.ts'
import { countLine, renderDiagnostics } from '../diagnostics/render.ts'
import { defaultLimits } from '../document/limits.ts'
import { readFlowFile, sourceOf } from '../document/flow-file.ts'
import { checkSource, type LoadOptions } from '../graph/load.ts'
import { describeSize } from '../graph/size.ts'
import { addCheckOptions, readCheckOptions, type CheckTexts } from './check-options.ts'
import { validationJson } from './diagnostic-json.ts'
import type { Validation } from './validation.ts'
import { annotation, annotationsOf } from './github-annotation.ts'
import type { Io } from './io.ts'
import { say } from './message.ts'
import { UsageError } from './usage-error.ts'
import { sayInvalid, shownPath } from './validity.ts'

const formats = ['text', 'json', 'github', 'sarif'] as const
type Format = (typeof formats)[number]

/** `llmflows validate FLOW…`: all that is wrong with flows. Runs nothing; exit code 2 when one of them cannot run. */
export function registerValidate(program: Command, io: Io): void {
  const command = program
    .command('validate')
    .description('Says all that is wrong with flows and runs nothing.')
    .argument('<FLOW...>', 'files, folders with a flow.yaml, or - for stdin')
    .option('-f, --format <format>', 'text, json, github or sarif', 'text')
    .option('--strict', 'every edge must be written; prints the missing lines as a patch')
  addCheckOptions(command).action(
    async (paths: string[], texts: CheckTexts & { readonly format: string; readonly strict?: boolean }) => {
      const format = readFormat(texts.format)
      const { options: checkOptions, diagnostics } = readCheckOptions(texts, io)
      const options = { ...checkOptions, strict: texts.strict === true }
      const validations: Validation[] = []
      for (const path of paths) {
        const validation = await validate(path, options, io)
        const found = [...diagnostics, ...validation.diagnostics]
        const { compiled } = validation
        validations.push({
          ...validation,
          diagnostics: found,
          compiled: hasErrors(found) ? undefined : compiled,
        })
      }
      await report(validations, format, io)
      if (validations.some(({ compiled }) => compiled === undefined)) io.setExitCode(2)
    },
  )
}

function readFormat(text: string): Format {
  const format = formats.find((known) => known === text)
  if (format !== undefined) return format
  const guess = closest(text, formats)
  const help =
    guess === undefined ? 'the formats are text, json, github and sarif' : `did you mean "${guess}"?`
  throw new UsageError(`there is no format "${text}"`, help)
}

async function validate(path: string, options: LoadOptions, io: Io): Promise<Validation> {
  const maxBytes = options.maxFlowBytes ?? defaultLimits.maxBytes
  const source =
    path === '-' ? sourceOf('<stdin>', await io.stdinBytes()) : await readFlowFile(path, maxBytes)
  if (!source.ok) return { path, compiled: undefined, diagnostics: [], unreadable: source }
  const { compiled, diagnostics } = checkSource(source, options)
  if (!diagnostics.some(({ code }) => code === 'unwritten-connection')) return { path, compiled, diagnostics }
  const { connectionsPatch } = await import('./connections-patch.ts')
  const patch = connectionsPatch(source, options, io.cwd)
  return { path, compiled, diagnostics, ...(patch === undefined ? {} : { patch }) }
}

async function report(validations: readonly Validation[], format: Format, io: Io): Promise<void> {
  if (format === 'json') return io.stdout.writeAll([validationJson(validations)])
  if (format === 'github') return io.stdout.writeAll(validations.flatMap((one) => annotations(one, io)))
  if (format === 'sarif') return io.stdout.writeAll([(await import('./sarif.ts')).sarif(validations)])
  for (const validation of validations) {
    sayAll(validation, io)
    if (validation.patch !== undefined) {
      io.stdout.write(validation.patch)
      say(io, 'note', 'the patch on stdout adds what is missing: pipe it into "git apply" or "patch -p1"')
    }
    if (io.env['GITHUB_ACTIONS'] === 'true')
      for (const line of annotations(validation, io)) io.stderr.write(line)
  }
}

function annotations({ path, diagnostics, unreadable }: Validation, io: Io): readonly string[] {
  const lines = annotationsOf(diagnostics, io)
  return unreadable === undefined ? lines : [annotation({ path, message: unreadable.message }, io), ...lines]
}

function sayAll({ path, compiled, diagnostics, unreadable }: Validation, io: Io): void {
  const { palette } = io.stderr
  if (unreadable !== undefined) return say(io, 'error', unreadable.message, unreadable.help)
  if (compiled === undefined) return sayInvalid(path, diagnostics, io)
  if (diagnostics.length > 0) io.stderr.write(renderDiagnostics(diagnostics, { colour: palette }) + '\n')
  const counts = diagnostics.length === 0 ? '' : ` (${countLine(diagnostics)})`
  io.stderr.write(`${palette.success('✔')} ${shownPath(path)} is valid: ${describeSize(compiled)}${counts}\n`)
}
