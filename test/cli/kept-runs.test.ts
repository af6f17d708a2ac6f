import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { llmflows } from './plain-io.ts'

const flow = (second: string): string => `llmflows: 1
name: pair
llms: { fake: { provider: scripted, answers: [{ match: fail, status: 400 }, { answer: "<{prompt}>" }] } }
steps:
  first: { prompt: "first {topic}" }
  second: { prompt: "${second} {first}" }
`

/** A folder with a flow of two steps, the second of which fails if it is told so. */
function folder(second = 'second'): string {
  const cwd = mkdtempSync(join(tmpdir(), 'llmflows-kept-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(join(cwd, 'flow.yaml'), flow(second))
  return cwd
}

const runsIn = (cwd: string): readonly string[] => readdirSync(join(cwd, '.llmflows', 'runs'))

describe('a run is kept', () => {
  test('and resumed by its id, with the inputs it had', async () => {
    const cwd = folder('fail')
    const first = await llmflows(['run', join(cwd, 'flow.yaml'), '--topic', 'rain', '-q'], { cwd })
    expect(first.exitCode).toBe(1)
    const [id = ''] = runsIn(cwd)
    writeFileSync(join(cwd, 'flow.yaml'), flow('second'))
    const second = await llmflows(
      ['run', join(cwd, 'flow.yaml'), '--resume', id, '--select', 'outputs.second', '--raw'],
      { cwd },
    )
    expect(second).toEqual({ stdout: '<second <first rain>>\n', stderr: '', exitCode: 0 })
    expect(runsIn(cwd)).toEqual([id])
  })

  test('and tells, when it is resumed, what was not asked again', async () => {
    const cwd = folder('fail')
    await llmflows(['run', join(cwd, 'flow.yaml'), '--topic', 'rain', '-q'], { cwd })
    writeFileSync(join(cwd, 'flow.yaml'), flow('second'))
    const { stderr } = await llmflows(['run', join(cwd, 'flow.yaml'), '--resume', '-v'], { cwd })
    expect(stderr).toMatch(/✔ first .* answered before, in this run\n/)
    expect(stderr).not.toMatch(/✔ second .* answered before/)
  })

  test('and the latest that did not succeed is resumed without an id', async () => {
    const cwd = folder('fail')
    await llmflows(['run', join(cwd, 'flow.yaml'), '--topic', 'rain', '-q'], { cwd })
    writeFileSync(join(cwd, 'flow.yaml'), flow('second'))
    await llmflows(['run', join(cwd, 'flow.yaml'), '--topic', 'snow', '-q'], { cwd })
    const { stdout } = await llmflows(['run', join(cwd, 'flow.yaml'), '--resume', '--compact'], { cwd })
    expect(JSON.parse(stdout)).toMatchObject({ inputs: { topic: 'rain' }, status: 'succeeded' })
    const again = await llmflows(['run', join(cwd, 'flow.yaml'), '--resume'], { cwd })
    expect(again.exitCode).toBe(2)
    expect(again.stderr).toContain('there is no run of flow "pair" to resume')
  })

  test('but not one that never began, and so would stand before the one to resume', async () => {
    const cwd = folder('fail')
    await llmflows(['run', join(cwd, 'flow.yaml'), '--topic', 'rain', '-q'], { cwd })
    const ids = runsIn(cwd)
    const refused = await llmflows(['run', join(cwd, 'flow.yaml')], { cwd })
    expect(refused.exitCode).toBe(2)
    expect(runsIn(cwd)).toEqual(ids)
  })

  test('unless it is not to be', async () => {
    const cwd = folder()
    const { exitCode } = await llmflows(
      ['run', join(cwd, 'flow.yaml'), '--topic', 'x', '-q', '--no-journal'],
      { cwd },
    )
    expect(exitCode).toBe(0)
    expect(readdirSync(cwd)).toEqual(['flow.yaml'])
  })

  test('or cannot be: then it runs all the same, and says so', async () => {
    const cwd = folder()
    writeFileSync(join(cwd, '.llmflows'), 'a file')
    const { exitCode, stderr } = await llmflows(
      ['run', join(cwd, 'flow.yaml'), '--topic', 'x', '--compact'],
      { cwd },
    )
    expect(exitCode).toBe(0)
    expect(stderr).toBe(
      `warning: "${join(cwd, '.llmflows')}" is not a folder; this run cannot be resumed\n  help: remove it, or rename it\n`,
    )
  })

  test.each([
    ['../../etc', 'is no id of a run'],
    ['2020-01-01-000000-aaaaaa', 'there is no run'],
  ])('and what is no run is not resumed: %s', async (id, said) => {
    const cwd = folder()
    const { exitCode, stderr } = await llmflows(
      ['run', join(cwd, 'flow.yaml'), '--topic', 'x', '--resume', id],
      { cwd },
    )
    expect(exitCode).toBe(2)
    expect(stderr).toContain(said)
  })
})

describe('llmflows runs', () => {
  test('lists what is kept, the latest first, and prints a result again', async () => {
    const cwd = folder('fail')
    expect((await llmflows(['runs'], { cwd })).stdout).toBe('no runs are kept here\n')
    const { stdout: printed } = await llmflows(
      ['run', join(cwd, 'flow.yaml'), '--topic', 'rain', '-q', '--no-raw'],
      {
        cwd,
      },
    )
    const [id = ''] = runsIn(cwd)
    const list = await llmflows(['runs'], { cwd })
    expect(list.stdout).toMatch(new RegExp(`^✖  ${id}  pair  failed      \\d\\.\\d\\ds\\n$`))
    const rows = JSON.parse((await llmflows(['runs', 'list', '--json'], { cwd })).stdout) as unknown
    expect(rows).toEqual([
      {
        run_id: id,
        flow: 'pair',
        path: join(cwd, 'flow.yaml'),
        status: 'failed',
        execution_time: expect.any(Number),
      },
    ])
    const shown = await llmflows(['runs', 'show', id], { cwd })
    expect(JSON.parse(shown.stdout)).toEqual(JSON.parse(printed))
    expect((await llmflows(['runs', 'show', 'x'], { cwd })).exitCode).toBe(2)
  })

  test('removes runs by age and by number, and asks which', async () => {
    const cwd = folder()
    for (const topic of ['a', 'b', 'c'])
      await llmflows(['run', join(cwd, 'flow.yaml'), '--topic', topic, '-q'], { cwd })
    expect((await llmflows(['runs', 'prune'], { cwd })).exitCode).toBe(2)
    expect((await llmflows(['runs', 'prune', '--older-than', '1d'], { cwd })).stdout).toBe(
      'nothing to remove\n',
    )
    expect((await llmflows(['runs', 'prune', '--keep', '1'], { cwd })).stdout).toBe('removed 2 runs\n')
    expect(runsIn(cwd)).toHaveLength(1)
  })
})

describe('llmflows cache', () => {
  test('says what is kept, and clears it', async () => {
    const cwd = folder()
    const text = flow('second').replaceAll('prompt:', 'cache: true, prompt:')
    writeFileSync(join(cwd, 'flow.yaml'), text)
    expect((await llmflows(['cache'], { cwd })).stdout).toBe('the cache is empty\n')
    await llmflows(['run', join(cwd, 'flow.yaml'), '--topic', 'rain', '-q'], { cwd })
    const hit = await llmflows(['run', join(cwd, 'flow.yaml'), '--topic', 'rain', '--compact'], { cwd })
    expect(JSON.parse(hit.stdout)).toMatchObject({ usage: { calls: 0 } })
    const missed = await llmflows(
      ['run', join(cwd, 'flow.yaml'), '--topic', 'rain', '--no-cache', '--compact'],
      { cwd },
    )
    expect(JSON.parse(missed.stdout)).toMatchObject({ usage: { calls: 2 } })
    const today = new Date().toISOString().slice(0, 4)
    expect((await llmflows(['cache', 'stats'], { cwd })).stdout).toMatch(
      new RegExp(`^2 answers, \\d+ bytes; the oldest was last used on ${today}-\\d\\d-\\d\\d\\n$`),
    )
    expect((await llmflows(['cache', 'prune'], { cwd })).exitCode).toBe(2)
    expect((await llmflows(['cache', 'prune', '--older-than', '30x'], { cwd })).exitCode).toBe(2)
    expect((await llmflows(['cache', 'prune', '--larger-than', '1GB'], { cwd })).stdout).toBe(
      'nothing to remove\n',
    )
    expect((await llmflows(['cache', 'clear'], { cwd })).stdout).toMatch(/^removed 2 answers, \d+ bytes\n$/)
    expect((await llmflows(['cache'], { cwd })).stdout).toBe('the cache is empty\n')
  })
})

describe('two runs side by side', () => {
  async function twoRuns(): Promise<{ readonly cwd: string; readonly ids: readonly string[] }> {
    const cwd = folder()
    await llmflows(['run', join(cwd, 'flow.yaml'), '--topic', 'rain', '-q'], { cwd })
    writeFileSync(join(cwd, 'flow.yaml'), flow('then').replace('first {topic}', 'first of all {topic}'))
    await llmflows(['run', join(cwd, 'flow.yaml'), '--topic', 'rain', '-q', '--llm', 'fake.seed=7'], { cwd })
    return { cwd, ids: runsIn(cwd).toSorted() }
  }

  test('show what came out otherwise, and what was asked otherwise', async () => {
    const { cwd, ids } = await twoRuns()
    const { stdout } = await llmflows(['diff', ...ids], { cwd })
    expect(
      stdout
        .replaceAll(/\d\.\d\ds/g, 'TIME')
        .replace(ids[0]!, 'A')
        .replace(ids[1]!, 'B'),
    ).toBe(
      `before  ✔ A  pair  TIME  2 calls  $0.0000
after   ✔ B  pair  TIME  2 calls  $0.0000

first
  <first rain> → <first of all rain>

second
  <second <first rain>> → <then <first of all rain>>

first  TIME → TIME  $0.0000 → $0.0000
  parameter seed  nothing → 7
  template  first {topic} → first of all {topic}

second  TIME → TIME  $0.0000 → $0.0000
  parameter seed  nothing → 7
  template  second {first} → then {first}
  input first  <first rain> → <first of all rain>
`,
    )
    const json = JSON.parse((await llmflows(['diff', ...ids, '--json'], { cwd })).stdout) as unknown
    expect(json).toMatchObject({
      before: { run_id: ids[0] },
      outputs: [{ key: 'first', before: '<first rain>', after: '<first of all rain>' }, { key: 'second' }],
      steps: [{ id: 'first', changes: [{ name: 'seed' }, { kind: 'template' }] }, { id: 'second' }],
    })
    const same = await llmflows(['diff', ids[0]!, ids[0]!], { cwd })
    expect(same.stdout.split('\n').slice(2)).toEqual(['', 'the outputs are the same', ''])
    expect((await llmflows(['diff', ids[0]!, 'x'], { cwd })).exitCode).toBe(2)
  })

  test('say why a step was asked anew', async () => {
    const { cwd, ids } = await twoRuns()
    const { stdout } = await llmflows(['why', 'second'], { cwd })
    expect(stdout).toMatch(/^✔ second\n\n {2}It succeeded/)
    expect(stdout.slice(stdout.indexOf('  second was')))
      .toBe(`  second was asked otherwise than in run ${ids[0]}:
    parameter seed  nothing → 7
    template  second {first} → then {first}
    input first  <first rain> → <first of all rain>
`)
    const first = await llmflows(['why', 'second', '--run', ids[0]!], { cwd })
    expect(first.stdout).toContain('There is no earlier run of this flow')
    const same = await llmflows(['why', 'second', '--run', ids[1]!, '--against', ids[1]!], { cwd })
    expect(same.stdout).toContain(`second was asked the same as in run ${ids[1]}.`)
    expect((await llmflows(['why', 'third'], { cwd })).stderr).toContain('the result has no step "third"')
  })
})
