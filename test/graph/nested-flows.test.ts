import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkSource, type Diagnostic } from '../../src/index.ts'
import { readFlowFile } from '../../src/document/flow-file.ts'
import { everyFlow } from '../../src/graph/every-flow.ts'
import { folderOf, loaded } from '../run/flow-files.ts'

type Flows = Parameters<typeof folderOf>[0]

async function check(folder: string, path: string) {
  const source = await readFlowFile(join(folder, path), 1 << 20)
  if (!source.ok) throw new Error(source.message)
  return { ...checkSource(source), source }
}

async function found(flows: Flows): Promise<readonly Diagnostic[]> {
  const folder = folderOf(flows)
  const { diagnostics } = await check(folder, Object.keys(flows)[0] ?? '')
  return diagnostics.map((one) => ({ ...one, message: one.message.replaceAll(folder, '') }))
}

const leaf = { name: 'leaf', steps: { a: { value: 1 } } }

/** Flows f0 … fN, of which each runs the next one so many times. */
function chain(length: number, times: number, step: object = {}): Flows {
  return Object.fromEntries(
    Array.from({ length }, (_, index) => {
      const inner = { flow: `f${index + 1}.json`, ...step }
      const steps =
        index === length - 1
          ? { a: { value: 1 } }
          : Object.fromEntries(Array.from({ length: times }, (__, one) => [`s${one}`, inner]))
      return [`f${index}.json`, { steps }]
    }),
  )
}

describe('flows inside flows', () => {
  test('may be sixteen inside each other, the outermost included', async () => {
    expect(await found(chain(16, 1))).toEqual([])
    expect(await found(chain(17, 1))).toMatchObject([
      {
        code: 'bad-file',
        message: expect.stringMatching(/^flow file "f16.json" is a flow too many .* there may be 16,/),
      },
    ])
    expect(await found(chain(500, 1))).toMatchObject([{ code: 'bad-file' }])
  })

  test('that are too deep only on one of two ways are an error that names the way', async () => {
    const flows = {
      'outer.json': { steps: { a: { flow: 'f8.json' }, b: { flow: 'f0.json' } } },
      ...chain(16, 1),
    }
    expect(await found(flows)).toMatchObject([
      {
        code: 'bad-file',
        message: expect.stringMatching(
          /^flow file "f8.json" is a flow too many .*"\/f0.json" → .* → "\/f8.json"$/,
        ),
      },
    ])
  })

  test('are read and checked once, however many steps run them', async () => {
    const flow = await loaded(chain(5, 10) as Parameters<typeof loaded>[0])
    expect(everyFlow(flow).map(({ source }) => source.path.slice(-7))).toEqual(
      Array.from({ length: 5 }, (_, index) => `f${index}.json`),
    )
    const slip = { ...leaf, inputs: { x: {} } }
    const flows = { 'o.json': { steps: { a: { flow: 'm.json' }, b: { flow: 'l.json', with: { x: '1' } } } } }
    const middle = { steps: { c: { flow: 'l.json', with: { x: '2' } } } }
    expect(await found({ ...flows, 'm.json': middle, 'l.json': slip })).toMatchObject([
      {
        code: 'unused-input',
        severity: 'warning',
        span: { file: { path: expect.stringMatching(/l\.json$/) } },
      },
    ])
  })

  test('that would come to more steps than a run may have are an error, found at once', async () => {
    const diagnostics = await found(chain(16, 10))
    expect(diagnostics).toMatchObject([
      {
        code: 'too-many-items',
        message: 'with the flow inside step "s4" a run has more than 100000 steps',
      },
    ])
    expect(await found(chain(3, 1, { for_each: 200, repeat: { max: 3 } }))).toMatchObject([
      { code: 'too-many-items' },
    ])
    expect(await found(chain(3, 1, { for_each: 200, repeat: { max: 3, until: 'false' } }))).toEqual([])
  })

  test('that run each other in a circle are an error that names the way', async () => {
    expect(
      await found({
        'a.json': { steps: { s: { flow: 'b.json' } } },
        'b.json': { steps: { s: { flow: 'sub/c.json' } } },
        'sub/c.json': { steps: { s: { flow: 'd.json' } } },
        'sub/d.json': { steps: { s: { flow: 'c.json' } } },
      }),
    ).toMatchObject([
      {
        code: 'bad-file',
        message:
          'flow file "c.json" would run inside itself: "/a.json" → "/b.json" → "/sub/c.json" → "/sub/d.json" → "/sub/c.json"',
        span: { file: { path: expect.stringMatching(/sub\/d\.json$/) } },
      },
    ])
  })

  test('are seen to be the same through a symbolic link, and may not be outside the folder', async () => {
    const folder = folderOf({
      'in/a.json': { steps: { s: { flow: 'link.json' } } },
      'in/b.json': { steps: { s: { flow: 'out.json' }, t: { flow: '../leaf.json' } } },
      'leaf.json': leaf,
    })
    symlinkSync(join(folder, 'in/a.json'), join(folder, 'in/link.json'))
    symlinkSync(join(folder, 'leaf.json'), join(folder, 'in/out.json'))
    const circle = await check(folder, 'in/a.json')
    expect(circle.diagnostics[0]?.message).toMatch(/^flow file "link.json" would run inside itself/)
    const outside = await check(folder, 'in/b.json')
    expect(outside.diagnostics.map(({ message }) => message)).toEqual([
      'flow file "out.json" is outside the flow\'s folder',
      'flow file "../leaf.json" is outside the flow\'s folder',
    ])
  })

  test('that are no text, no flow or not there are said to be so', async () => {
    const folder = folderOf({
      'a.json': {
        steps: {
          s: { flow: 'none.json' },
          t: { flow: 'dir' },
          u: { flow: 'bad.json' },
          v: { flow: 'list.json' },
        },
      },
      'bad.json': '\0',
      'list.json': '[]',
    })
    mkdirSync(join(folder, 'dir'))
    const { diagnostics, compiled } = await check(folder, 'a.json')
    expect(compiled).toBeUndefined()
    expect(diagnostics.map(({ code, span }) => [code, span.file.path.slice(folder.length + 1)])).toEqual([
      ['bad-file', 'a.json'],
      ['bad-file', 'a.json'],
      ['not-text', 'bad.json'],
      ['wrong-type', 'list.json'],
    ])
  })

  test('have their own folders, of which every file counts as read', async () => {
    const folder = folderOf({
      'a.json': { steps: { s: { flow: 'sub/b.json' } } },
      'sub/b.json': { templates: { t: { file: 'deep/t.md' } }, steps: { s: { template: 't' } } },
      'sub/deep/t.md': 'Say something.',
    })
    const { compiled, source } = await check(folder, 'a.json')
    expect(compiled).toBeDefined()
    expect(source.folder?.filesRead.map((path) => path.slice(folder.length + 1))).toEqual([
      'sub/b.json',
      'sub/deep/t.md',
    ])
    expect(dirname(source.folder?.flowPath ?? '')).toBe(folder)
  })

  test('give what a skipped step would give only perhaps, also where that is skipped for another', async () => {
    const diagnostics = await found({
      'a.json': {
        inputs: { b: { type: 'boolean' } },
        steps: {
          s: { flow: 'in.json', with: { b: '{b}' } },
          t: { value: '{s.always} {s.extra} {s.after} {s.list[0]}' },
        },
      },
      'in.json': {
        inputs: { b: { type: 'boolean' } },
        steps: {
          extra: { value: 1, when: 'b' },
          after: { value: '{extra}' },
          always: { value: '{extra ?? "none"}' },
          list: { value: [1] },
        },
      },
    })
    expect(diagnostics.map(({ code, message }) => [code, message.split(':')[0]])).toEqual([
      ['missing-value', '{s.extra} may have no value'],
      ['missing-value', '{s.after} may have no value'],
    ])
  })
})
