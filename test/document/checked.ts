import { expect } from 'vitest'
import { catalogue } from '../../src/diagnostics/catalogue.ts'
import { hasErrors, type Diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { renderDiagnostics } from '../../src/diagnostics/render.ts'
import { compileFlow, type Compilation } from '../../src/graph/compile.ts'
import { sourceOf } from '../../src/document/flow-file.ts'
import { plainPalette } from '../../src/source/palette.ts'
import { SourceFile } from '../../src/source/source-file.ts'

/** Compiles a text as a user would have it compiled; undefined for bytes that are no text. */
export function compile(text: string | Uint8Array): Compilation | undefined {
  const source =
    typeof text === 'string'
      ? { ok: true as const, file: new SourceFile('flow.yaml', text) }
      : sourceOf('flow.yaml', text)
  if (!source.ok) return undefined
  return compileFlow(source.file, { folder: undefined, defaultModel: 'gpt-4o-mini', maxItems: 200 })
}

/** What must hold for whatever is found in any text. */
export function expectSound({ compiled, diagnostics }: Compilation): void {
  expect(compiled === undefined).toBe(hasErrors(diagnostics))
  for (const diagnostic of diagnostics) expectSoundOne(diagnostic)
  expect(renderDiagnostics(diagnostics, { colour: plainPalette }).length).toBeLessThan(
    1000 + diagnostics.length * 100_000,
  )
}

function expectSoundOne({ code, message, span, related = [] }: Diagnostic): void {
  expect(Object.hasOwn(catalogue, code), code).toBe(true)
  expect(message.length).toBeGreaterThan(0)
  for (const { file, start, end } of [span, ...related.map((one) => one.span)]) {
    const isInside = Number.isInteger(start) && 0 <= start && start <= end && end <= file.text.length
    expect(isInside, `${code} at ${start}-${end} of ${file.text.length}`).toBe(true)
  }
}
