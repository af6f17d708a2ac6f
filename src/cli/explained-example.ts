import type { Code } from '../diagnostics/catalogue.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { defaultLimits } from '../document/limits.ts'
import { compileFlow } from '../graph/compile.ts'
import { FlowFolder } from '../source/flow-folder.ts'
import { SourceFile } from '../source/source-file.ts'
import { readOverrides } from './overrides.ts'

/** What the example's own option would be, for the one code that is about the command line. */
const option = 'steps.haikus.for_each=2'
/** A limit that a short example can pass. */
const smallLimit = 100

/** What llmflows finds in the example of a code; small limits stand in for large files, a missing folder for files. */
export function diagnoseExample(code: Code, text: string): readonly Diagnostic[] {
  const { overrides } = readOverrides([], code === 'bad-override' ? [option] : [])
  return compileFlow(new SourceFile('flow.yaml', text), {
    folder: new FlowFolder('no-such-folder/flow.yaml'),
    defaultModel: 'gpt-4o-mini',
    maxItems: 200,
    limits: code === 'file-too-large' ? { ...defaultLimits, maxBytes: smallLimit } : defaultLimits,
    overrides,
    strict: code === 'unwritten-connection',
  }).diagnostics
}

/** What belongs to the example of a code and is not in its text. */
export function notShown(code: Code): string {
  if (code === 'bad-override') return `, when run with --set ${option}`
  if (code === 'unwritten-connection') return ', when checked with --strict'
  if (code === 'file-too-large') return `, if a flow could have ${smallLimit} bytes only`
  return code === 'bad-file' || code === 'bad-function' ? ', when there is no such file' : ''
}
