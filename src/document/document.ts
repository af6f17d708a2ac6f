import { Composer, isScalar, Parser, type Document } from 'yaml'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { SourceFile } from '../source/source-file.ts'
import { boundedLexemes, TooDeep } from './lexemes.ts'
import { defaultLimits, type DocumentLimits } from './limits.ts'
import { explainSyntax } from './syntax.ts'
import { readTree, type ReadDocument } from './tree.ts'

/**
 * Reads YAML 1.2 (and so JSON) into nodes that know their places. Never throws for any text: what is wrong with it
 * comes back as diagnostics. A text that YAML cannot parse gives one diagnostic, the first, since those after it are
 * its echoes.
 */
export function readDocument(file: SourceFile, limits: DocumentLimits = defaultLimits): ReadDocument {
  const refuse = (
    code: Diagnostic['code'],
    message: string,
    start: number,
    end: number,
    help?: string,
    above?: { readonly start: number; readonly end: number },
  ): ReadDocument => ({
    diagnostics: [
      {
        code,
        severity: 'error',
        message,
        // The parser puts what is missing at the end behind the last sign.
        span: { file, start: Math.min(start, file.text.length), end: Math.min(end, file.text.length) },
        ...(above === undefined
          ? {}
          : { related: [{ message: 'it does not line up with this line', span: { file, ...above } }] }),
        ...(help === undefined ? {} : { help }),
      },
    ],
  })
  const { text } = file
  const nul = text.indexOf('\0')
  if (nul !== -1)
    return refuse('not-text', 'this is not a text file', nul, nul + 1, 'a flow is YAML or JSON in UTF-8')
  if (Buffer.byteLength(text) > limits.maxBytes) {
    return refuse(
      'file-too-large',
      `the file is larger than ${limits.maxBytes} bytes`,
      0,
      0,
      'split it, keep long texts in template files, or raise the limit with --max-flow-bytes',
    )
  }
  let documents: readonly Document.Parsed[]
  try {
    documents = compose(text, limits)
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error
    const { offset } = error
    return refuse(
      'too-deep',
      `lists and mappings are nested more than ${limits.maxDepth} deep`,
      offset,
      offset + 1,
    )
  }
  const [document, second] = documents
  const problem = document?.errors[0] ?? document?.warnings[0]
  if (problem !== undefined) {
    const [start, end] = problem.pos
    const { message, help, above, ...place } = explainSyntax(text, {
      code: problem.code,
      message: problem.message,
      start,
      end,
    })
    const code = problem.code === 'TAG_RESOLVE_FAILED' ? 'yaml-tag' : 'yaml-syntax'
    return refuse(code, message, place.start, Math.max(place.start, place.end), help, above)
  }
  if (second !== undefined) {
    const start = text.lastIndexOf('---', second.contents?.range[0] ?? text.length)
    return refuse(
      'yaml-syntax',
      'a flow file holds one document',
      Math.max(start, 0),
      Math.max(start, 0) + 3,
      'put each flow in a file of its own',
    )
  }
  if (
    document !== undefined &&
    document.directives.yaml.explicit === true &&
    document.directives.yaml.version !== '1.2'
  ) {
    const start = text.indexOf('%YAML')
    return refuse('yaml-syntax', 'flow files are YAML 1.2', start, start + 5, 'remove the %YAML line')
  }
  if (document === undefined || document.contents === null || isNothing(document.contents)) {
    return refuse('empty-file', 'the file holds no flow', 0, 0, '"llmflows init" writes one to start from')
  }
  return readTree(document, file, limits)
}

/** An empty document, or one that says null. */
function isNothing(node: unknown): boolean {
  return isScalar(node) && node.value === null
}

function compose(text: string, limits: DocumentLimits): readonly Document.Parsed[] {
  const parser = new Parser()
  // Duplicate keys are ours to find (the package compares every pair of keys); a key that is not text must be an
  // error here, since it could not be named in a message later.
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    strict: true,
    stringKeys: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  })
  function* tokens() {
    for (const lexeme of boundedLexemes(text, limits.maxDepth)) yield* parser.next(lexeme)
    yield* parser.end()
  }
  return [...composer.compose(tokens(), true, text.length)] as Document.Parsed[]
}
