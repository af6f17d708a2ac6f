import manifest from '../../package.json' with { type: 'json' }
import { catalogue, type Code } from '../diagnostics/catalogue.ts'
import type { Diagnostic, Related, Severity } from '../diagnostics/diagnostic.ts'
import { examples } from '../diagnostics/examples.ts'
import { select } from '../diagnostics/selection.ts'
import { jsonText } from '../source/json-text.ts'
import type { Span } from '../source/span.ts'
import { visible } from '../source/visible.ts'
import { MOST_SHOWN } from './diagnostic-json.ts'
import type { Validation } from './validation.ts'

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'note' }

/**
 * What `validate --format sarif` prints: a log of SARIF 2.1.0 with one run. Every code that occurs is a rule, with its
 * meaning and its example; lines and columns count from 1, columns in UTF-16 units. A flow that cannot be read is a
 * notification of the tool and no result. Of a file there are at most 1000 results, errors before all others.
 */
export function sarif(validations: readonly Validation[]): string {
  const diagnostics = validations.flatMap((validation) => select(validation.diagnostics, MOST_SHOWN).shown)
  const codes = [...new Set(diagnostics.map(({ code }) => code))].toSorted()
  const unreadable = validations.filter((validation) => validation.unreadable !== undefined)
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'llmflows', version: manifest.version, rules: codes.map(rule) } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: unreadable.length === 0,
            toolExecutionNotifications: unreadable.map((validation) => ({
              level: 'error',
              message: { text: visible(validation.unreadable?.message ?? '') },
              locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(validation.path) } } }],
            })),
          },
        ],
        results: diagnostics.map((diagnostic) => result(diagnostic, codes.indexOf(diagnostic.code))),
      },
    ],
  }
  return jsonText(log, { compact: false }) + '\n'
}

function rule(code: Code): object {
  const { wrong, right } = examples[code]
  const text = `${catalogue[code]}\n\nWrong:\n\n${visible(wrong)}\nRight:\n\n${visible(right)}`
  const fenced = (flow: string): string => `\`\`\`yaml\n${visible(flow)}\`\`\``
  return {
    id: code,
    shortDescription: { text: catalogue[code] },
    help: {
      text,
      markdown: `${catalogue[code]}\n\nWrong:\n\n${fenced(wrong)}\n\nRight:\n\n${fenced(right)}\n`,
    },
  }
}

function result(
  { code, severity, message, help, span, related = [] }: Diagnostic,
  ruleIndex: number,
): object {
  const text = help === undefined ? message : `${message}\nhelp: ${help}`
  return {
    ruleId: code,
    ruleIndex,
    level: levels[severity],
    message: { text: visible(text) },
    locations: [{ physicalLocation: place(span) }],
    ...(related.length === 0 ? {} : { relatedLocations: related.map(relatedLocation) }),
  }
}

function relatedLocation({ message, span }: Related, id: number): object {
  return { id, message: { text: visible(message) }, physicalLocation: place(span) }
}

function place({ file, start, end }: Span): object {
  const from = file.position(start)
  const to = file.position(end)
  return {
    artifactLocation: { uri: uriOf(file.path) },
    region: { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column },
  }
}

/** A path as a URI: relative to where the command ran, as it was written. */
function uriOf(path: string): string {
  const uri = path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')
  return uri.startsWith('/') ? `file://${uri}` : uri
}
