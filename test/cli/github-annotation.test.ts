import fc from 'fast-check'
import { expect, test } from 'vitest'
import { annotation as annotationIn } from '../../src/cli/github-annotation.ts'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { SourceFile } from '../../src/source/source-file.ts'
import { visible } from '../../src/source/visible.ts'
import { folderWith } from '../e2e/llmflows.ts'
import { llmflows } from './plain-io.ts'

const anywhere = { cwd: '/home/me', env: {} }

function annotation(about: Parameters<typeof annotationIn>[0], where = anywhere): string {
  return annotationIn(about, where)
}

interface Command {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

/** Reads a line as the runner of GitHub Actions documents it; undefined for a line that gives no command. */
function read(line: string): Command | undefined {
  const match = /^::(\w+) ([^]*?)::([^]*)$/.exec(line.trimStart())
  if (match === null) return undefined
  const [, name = '', properties = '', data = ''] = match
  const unescaped = (text: string): string =>
    text
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',')
      .replaceAll('%25', '%')
  const pairs = properties.split(',').map((pair) => {
    const equals = pair.indexOf('=')
    return [pair.slice(0, equals), unescaped(pair.slice(equals + 1))] as const
  })
  return { name, properties: Object.fromEntries(pairs), data: unescaped(data) }
}

function diagnosed(path: string, text: string, start: number, end: number): Diagnostic {
  const span = { file: new SourceFile(path, text), start, end }
  return { code: 'unknown-key', severity: 'error', message: 'm', span }
}

test('an annotation names file, lines, columns and code as the runner reads them', () => {
  expect(annotation({ ...diagnosed('flows/a.yaml', 'a: b\nc: d\n', 5, 6), help: 'did you mean "e"?' })).toBe(
    '::error file=flows/a.yaml,line=2,col=1,endLine=2,endColumn=2,title=unknown-key::m%0Ahelp: did you mean "e"?\n',
  )
})

test('an annotation over several lines has no columns, which GitHub would refuse', () => {
  expect(annotation(diagnosed('a.yaml', 'a: b\nc: d\n', 0, 9))).toBe(
    '::error file=a.yaml,line=1,endLine=2,title=unknown-key::m\n',
  )
})

test('a path is told from the folder of the repository, where GitHub looks for it', () => {
  const env = { GITHUB_WORKSPACE: '/srv/repo' }
  const told = (path: string, cwd: string): string | undefined =>
    read(annotation(diagnosed(path, 'a', 0, 1), { cwd, env }))?.properties['file']
  expect(told('a.yaml', '/srv/repo/flows')).toBe('flows/a.yaml')
  expect(told('../a.yaml', '/srv/repo/flows')).toBe('a.yaml')
  expect(told('/srv/repo/a.yaml', '/')).toBe('a.yaml')
  expect(told('../../other/a.yaml', '/srv/repo/flows')).toBe('../../other/a.yaml')
  expect(told('<stdin>', '/srv/repo/flows')).toBe('<stdin>')
})

test('errors, warnings and notes are what the runner calls error, warning and notice', () => {
  const names = (['error', 'warning', 'note'] as const).map(
    (severity) => read(annotation({ ...diagnosed('a', 'b', 0, 1), severity }))?.name,
  )
  expect(names).toEqual(['error', 'warning', 'notice'])
})

test('whatever a path and a message hold, it is one line with one command, and the runner reads them back', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom(
          '\n',
          '\r',
          '\r\n',
          '%',
          '%0A',
          '%3A',
          ':',
          '::',
          ',',
          '=',
          '::error::',
          '::stop-commands::x',
          '##[error]',
          'a',
        ),
      )
      .map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(hostile, hostile, (path, message) => {
      const line = annotation({ path, message })
      expect(line.indexOf('\n')).toBe(line.length - 1)
      expect(line).not.toMatch(/\r/)
      const command = read(line.slice(0, -1))
      expect(command?.name).toBe('error')
      expect(command?.properties).toEqual({ file: visible(path) })
      expect(command?.data).toBe(visible(message))
    }),
  )
})

test('a flow cannot give commands to the runner', async () => {
  const folder = folderWith({
    'flow.yaml': `llmflows: 1\nname: x\n"::error::, %0A\\n::stop-commands::token\\r": 1\nsteps: { a: { prompt: x, "b,title=c:": 1 } }\n`,
  })
  const { stdout, exitCode } = await llmflows(['validate', '--format', 'github', `${folder}/flow.yaml`])
  expect(exitCode).toBe(2)
  const lines = stdout.trimEnd().split('\n')
  expect(lines.map((line) => read(line)?.properties['title'])).toEqual(['unknown-key', 'unknown-key'])
  expect(lines.every((line) => line.startsWith('::error file='))).toBe(true)
  expect(stdout.split('\n').some((line) => line.startsWith('::stop-commands'))).toBe(false)
})
