import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { renderDiagnostics } from '../../src/diagnostics/render.ts'
import { defaultLimits } from '../../src/document/limits.ts'
import type { Override } from '../../src/document/override.ts'
import { compileFlow, type CompileOptions } from '../../src/graph/compile.ts'
import { sourceOf } from '../../src/document/flow-file.ts'
import { FlowFolder } from '../../src/source/flow-folder.ts'
import { plainPalette } from '../../src/source/palette.ts'
import { SourceFile } from '../../src/source/source-file.ts'

/**
 * A flow with a mistake in it, `<folder>/<name>.yaml`, what llmflows must say, `<folder>/<name>.txt`, and the flow
 * with what the help says done to it, `<folder>/<name>.fixed.yaml`.
 */
export interface GoldenCase {
  /** The code that the mistake must get. */
  readonly folder: string
  readonly name: string
  readonly flowPath: string
  readonly textPath: string
  readonly fixedPath: string
}

const root = new URL('.', import.meta.url).pathname

export const goldenCases: readonly GoldenCase[] = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: folder }) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.yaml') && !file.endsWith('.fixed.yaml'))
      .map((file) => {
        const name = file.slice(0, -'.yaml'.length)
        return {
          folder,
          name,
          flowPath: join(root, folder, file),
          textPath: join(root, folder, `${name}.txt`),
          fixedPath: join(root, folder, `${name}.fixed.yaml`),
        }
      }),
  )

/** What some cases need beside their text, by folder and name. */
const settings: ReadonlyMap<string, Partial<CompileOptions>> = new Map([
  ['file-too-large/over-the-limit', { limits: { ...defaultLimits, maxBytes: 64 } }],
  ['unwritten-connection/no-connections', { strict: true }],
  ['unwritten-connection/one-is-missing', { strict: true }],
  ['bad-override/no-such-step', { overrides: [override('steps.critc.for_each=2', 2)] }],
  ['bad-override/inside-a-value', { overrides: [override('steps.critic.for_each.first=2', 2)] }],
])

/** Mistakes that lie outside the flow, with the settings that mend them; the flow itself stays as it is. */
export const mendedSettings: ReadonlyMap<string, Partial<CompileOptions>> = new Map([
  ['file-too-large/over-the-limit', { limits: { ...defaultLimits, maxBytes: 128 } }],
  ['too-many-items/count', { maxItems: 5000 }],
  ['bad-override/no-such-step', { overrides: [override('steps.critic.for_each=2', 2)] }],
  ['bad-override/inside-a-value', { overrides: [override('steps.critic.for_each=2', 2)] }],
])

/** What llmflows finds in a case. */
export function diagnose(golden: GoldenCase): readonly Diagnostic[] {
  return find(golden.flowPath, golden.name, settings.get(keyOf(golden)))
}

/** What llmflows finds once the help of a case is followed. */
export function diagnoseFixed(golden: GoldenCase): readonly Diagnostic[] {
  const key = keyOf(golden)
  return find(golden.fixedPath, golden.name, mendedSettings.get(key) ?? settings.get(key))
}

export function keyOf({ folder, name }: GoldenCase): string {
  return `${folder}/${name}`
}

function find(path: string, name: string, options: Partial<CompileOptions> = {}): readonly Diagnostic[] {
  const source = sourceOf(`${name}.yaml`, readFileSync(path))
  if (!source.ok) throw new Error(source.message)
  return compileFlow(source.file, {
    folder: new FlowFolder(path),
    defaultModel: 'gpt-4o-mini',
    maxItems: 200,
    ...options,
  }).diagnostics
}

/** As a user sees it, with this folder's own path left out. */
export function rendered(golden: GoldenCase): string {
  return renderDiagnostics(diagnose(golden), { colour: plainPalette }).replaceAll(
    `${dirname(golden.flowPath)}/`,
    '',
  )
}

/** The text that a case must give; undefined when nobody has written it yet. */
export function expectedText({ textPath }: GoldenCase): string | undefined {
  return existsSync(textPath) ? readFileSync(textPath, 'utf8') : undefined
}

function override(text: string, value: number): Override {
  const file = new SourceFile('--set', text)
  const start = text.indexOf('=') + 1
  const span = { file, start, end: text.length }
  return { path: text.slice(0, start - 1).split('.'), value: { kind: 'scalar', value, span }, file }
}
