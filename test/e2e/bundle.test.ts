import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import type * as Library from '../../src/index.ts'
import { FlowFolder } from '../../src/source/flow-folder.ts'
import { expectedText, goldenCases } from '../diagnostics/golden.ts'

// The bundle checks shapes with code that was compiled when it was built; what it says must be what the sources say.
const bundle: string = '../../dist/index.js'
const library: typeof Library = await import(bundle)

const plainCases = goldenCases.filter(
  ({ folder, name }) => folder !== 'bad-override' && name !== 'over-the-limit',
)

test.each(plainCases.map((golden) => [`${golden.folder}/${golden.name}`, golden] as const))(
  'the bundle says of %s what the sources say',
  async (_, golden) => {
    const source = library.sourceOf(
      golden.flowPath,
      readFileSync(golden.flowPath),
      new FlowFolder(golden.flowPath),
    )
    if (!source.ok) throw new Error(source.message)
    // Their code is one that only --strict gives.
    const strict = golden.folder === 'unwritten-connection'
    const text = library.renderDiagnostics(library.checkSource(source, { strict }).diagnostics)
    expect(text.replaceAll(`${dirname(golden.flowPath)}/`, '')).toBe(expectedText(golden))
  },
)
