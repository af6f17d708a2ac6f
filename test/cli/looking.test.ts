import { mkdtempSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { catalogue } from '../../src/diagnostics/catalogue.ts'
import { llmflows } from './plain-io.ts'

const wrong = 'llmflows: 1\nname: haiku\nsteps:\n  haiku: { promt: "About {topic}" }\n'
const right = wrong.replace('promt', 'prompt')
const soundtrack = new URL('../../flows/soundtrack.yaml', import.meta.url).pathname

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'llmflows-'))
}

describe('validate', () => {
  test('says that a flow is valid and how large it is, and leaves stdout alone', async () => {
    const { stdout, stderr, exitCode } = await llmflows(['validate', '-'], { stdin: right })
    expect(stderr).toBe('✔ <stdin> is valid: 1 step, 0 edges, critical path 1\n')
    expect([stdout, exitCode]).toEqual(['', 0])
  })

  test('says all about every flow, also when one cannot be read', async () => {
    const { stdout, stderr, exitCode } = await llmflows(['validate', 'no-such.yaml', '-', soundtrack], {
      stdin: wrong,
    })
    expect(stderr).toContain('error: flow file "no-such.yaml" does not exist\n')
    expect(stderr).toContain('<stdin>:4:12 error[unknown-key]: step "haiku" has no "promt"\n')
    expect(stderr).toContain('✖ <stdin> is not valid (1 error)\n')
    expect(stderr).toContain('is valid: 5 steps (9 with items), 6 edges, critical path 4 (1 note)\n')
    expect([stdout, exitCode]).toEqual(['', 2])
  })

  test('answers as JSON', async () => {
    const { stdout, stderr, exitCode } = await llmflows(['validate', '-', '--format', 'json'], {
      stdin: wrong,
    })
    expect(JSON.parse(stdout)).toEqual({
      flows: [
        {
          path: '-',
          valid: false,
          diagnostic_count: 1,
          diagnostics: [
            {
              code: 'unknown-key',
              severity: 'error',
              message: 'step "haiku" has no "promt"',
              file: '<stdin>',
              line: 4,
              column: 12,
              end_line: 4,
              end_column: 17,
              help: 'did you mean "prompt"?',
              related: [],
            },
          ],
        },
      ],
    })
    expect([stderr, exitCode]).toEqual(['', 2])
  })

  test('annotates on GitHub, where no text can give a command', async () => {
    const { stdout } = await llmflows(['validate', '-', '--format=github'], {
      stdin: `${right}"100% x\\n::set-env name=A::b": 1\n`,
    })
    expect(stdout.split('\n')).toHaveLength(2)
    expect(stdout).toMatch(
      /^::error file=<stdin>,line=5,col=1,endLine=5,endColumn=\d+,title=unknown-key::.*100%25 x%0A::set-env/,
    )
    const path = 'a:b,c%\n::x.yaml'
    const missing = await llmflows(['validate', path, '-f', 'github'])
    expect(missing.stdout).toMatch(/^::error file=a%3Ab%2Cc%25%0A%3A%3Ax.yaml::/)
    const inActions = await llmflows(['validate', '-'], { stdin: wrong, env: { GITHUB_ACTIONS: 'true' } })
    expect(inActions.stderr).toContain('\n::error file=<stdin>,line=4,')
  })

  test('says the worst hundred of forty thousand mistakes, and how many more there are', async () => {
    const stdin = `${right}${'name: x\n'.repeat(40_000)}`
    const text = await llmflows(['validate', '-'], { stdin })
    expect(text.stderr).toContain('\n<stdin>: … and 39,900 more\n')
    expect(text.stderr).toContain('✖ <stdin> is not valid (40000 errors)\n')
    expect(text.stderr.length).toBeLessThan(50_000)
    const github = await llmflows(['validate', '-', '-f', 'github'], { stdin })
    expect(github.stdout.split('\n')).toHaveLength(102)
    expect(github.stdout).toContain('\n::notice file=<stdin>::… and 39,900 more\n')
    const json = await llmflows(['validate', '-', '-f', 'json'], { stdin })
    const { flows } = JSON.parse(json.stdout) as { flows: { diagnostics: unknown[] }[] }
    expect(flows[0]).toMatchObject({ valid: false, diagnostic_count: 40_000 })
    expect(flows[0]?.diagnostics).toHaveLength(1000)
  })

  test('prints nothing in JSON that acts on a terminal', async () => {
    const unseen = String.raw`\u009b31m\u202e\u2028`
    const stdin = right.replace('prompt:', `"${unseen}": 1, prompt:`)
    for (const format of ['json', 'sarif']) {
      const { stdout } = await llmflows(['validate', '-', '-f', format], { stdin })
      expect(stdout).toMatch(/^[ -~…\n]*$/)
      expect(stdout).toMatch(/has no \\"(\\u009b31m\\u202e\\u2028|<U\+009B>)/)
    }
    const drawn = await llmflows(['graph', '-', '-f', 'json'], {
      stdin: right.replace('prompt:', `name: "${unseen}", prompt:`),
    })
    expect(drawn.stdout).toMatch(/^[ -~\n]*$/)
    expect(drawn.stdout).toContain(`"name": "${unseen}"`)
  })

  test('looks at the flow as a run with the same options would', async () => {
    const overridden = await llmflows(['validate', soundtrack, '--set', 'steps.critc.for_each=2'])
    expect(overridden.stderr).toContain('--set:1:7 error[bad-override]: the flow has no "steps.critc"')
    expect((await llmflows(['validate', soundtrack, '--max-items', '4'])).exitCode).toBe(2)
    expect((await llmflows(['validate', soundtrack, '--set', 'steps.critic.for_each=2'])).stderr).toContain(
      '(6 with items)',
    )
  })

  test('knows its formats', async () => {
    const { stderr, exitCode } = await llmflows(['validate', soundtrack, '--format', 'jsn'])
    expect([stderr, exitCode]).toEqual(['error: there is no format "jsn"\n  help: did you mean "json"?\n', 2])
  })
})

describe('graph', () => {
  test('draws on stdout', async () => {
    const { stdout, stderr, exitCode } = await llmflows(['graph', soundtrack])
    expect(stdout).toContain(' 3 ● lyrics_step       ← song_step, characters_step ⇠ title_step\n')
    expect([stderr, exitCode]).toEqual(['', 0])
    expect((await llmflows(['graph', soundtrack, '-f', 'dot'])).stdout).toMatch(/^digraph "soundtrack" \{/)
  })

  test('says what keeps it from drawing', async () => {
    const { stdout, stderr, exitCode } = await llmflows(['graph', '-'], { stdin: wrong })
    expect([stdout, exitCode]).toEqual(['', 2])
    expect(stderr).toContain('error[unknown-key]')
    expect((await llmflows(['graph', '-', '--format', 'pdf'])).stderr).toContain(
      'ascii, mermaid, dot, svg and json',
    )
  })
})

describe('explain', () => {
  test.each(Object.keys(catalogue))('explains %s', async (code) => {
    const { stdout, exitCode } = await llmflows(['explain', code])
    expect(stdout).toMatch(new RegExp(`^${code}\\n\\n`))
    expect(stdout).toContain(`[${code}]: `)
    expect(stdout).toContain('\nright\n')
    expect(exitCode).toBe(0)
  })

  test('lists the codes, and takes one as it stands in a message', async () => {
    const { stdout } = await llmflows(['explain'])
    for (const code of Object.keys(catalogue)) expect(stdout).toMatch(new RegExp(`^${code}$`, 'm'))
    expect((await llmflows(['explain', 'error[unknown-key]'])).stdout).toMatch(/^unknown-key\n/)
  })

  test('guesses a code', async () => {
    const { stderr, exitCode } = await llmflows(['explain', 'unknown-varable'])
    expect([stderr, exitCode]).toEqual([
      'error: there is no code "unknown-varable"\n  help: did you mean "unknown-variable"?\n',
      2,
    ])
    expect((await llmflows(['explain', 'constructor'])).exitCode).toBe(2)
  })
})

describe('init', () => {
  test('writes a flow that is valid without a remark, and says what to do with it', async () => {
    const cwd = folder()
    const { stdout, stderr, exitCode } = await llmflows(['init', 'song'], { cwd })
    expect(stderr).toContain(
      'wrote song.yaml; run it with\n  llmflows run song.yaml --topic friendship --verbose\n',
    )
    expect([stdout, exitCode]).toEqual(['', 0])
    const text = readFileSync(join(cwd, 'song.yaml'), 'utf8')
    expect(text).toMatch(/^# A flow/)
    expect(text).toContain('\nname: song\n')
    const checked = await llmflows(['validate', '-'], { stdin: text })
    expect(checked.stderr).toBe('✔ <stdin> is valid: 5 steps (6 with items), 5 edges, critical path 4\n')
  })

  test('is valid with the parts that wait in its comments', async () => {
    const cwd = folder()
    await llmflows(['init'], { cwd })
    const text = readFileSync(join(cwd, 'flow.yaml'), 'utf8').replaceAll(
      /^# (?=llms:|outputs:|  (?:writer|local):)/gm,
      '',
    )
    expect(text).toMatch(/^llms:\n {2}writer: /m)
    expect((await llmflows(['validate', '-'], { stdin: text })).exitCode).toBe(0)
  })

  test('replaces nothing, not even a link that leads nowhere', async () => {
    const cwd = folder()
    writeFileSync(join(cwd, 'flow.yaml'), 'mine')
    symlinkSync('elsewhere', join(cwd, 'link.yaml'))
    const { stderr, exitCode } = await llmflows(['init'], { cwd })
    expect([stderr, exitCode]).toEqual([
      'error: "flow.yaml" is already there\n  help: give another name: llmflows init NAME\n',
      2,
    ])
    expect(readFileSync(join(cwd, 'flow.yaml'), 'utf8')).toBe('mine')
    expect((await llmflows(['init', 'link'], { cwd })).exitCode).toBe(2)
  })

  test.each([
    ['My Flow', 'such as my_flow'],
    ['../up', 'change into the folder first'],
    ['a\\b', 'change into the folder first'],
    ['', 'a name is lower-case letters'],
    ['...', 'a name is lower-case letters'],
  ])('refuses the name %j', async (name, help) => {
    const { stderr, exitCode } = await llmflows(['init', name], { cwd: folder() })
    expect(stderr).toContain(help)
    expect(exitCode).toBe(2)
  })

  test('points editors to the schema of an installed llmflows', async () => {
    const cwd = join(folder(), 'inner')
    mkdirSync(join(cwd, '../node_modules/llmflows/schemas'), { recursive: true })
    mkdirSync(cwd)
    writeFileSync(join(cwd, '../node_modules/llmflows/schemas/flow.schema.json'), '{}')
    await llmflows(['init', 'song.yaml'], { cwd })
    expect(readFileSync(join(cwd, 'song.yaml'), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/node_modules\/llmflows\/schemas\/flow\.schema\.json\n/,
    )
  })
})

describe('schema', () => {
  test.each(['flow', 'result', 'event', 'plan'])('prints the schema of a %s', async (name) => {
    const { stdout } = await llmflows(['schema', name])
    const published = readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8')
    expect(JSON.parse(stdout)).toEqual(JSON.parse(published))
  })

  test('prints that of a flow where none is named, and guesses a name', async () => {
    expect(JSON.parse((await llmflows(['schema'])).stdout).title).toContain('llmflows flow')
    expect((await llmflows(['schema', 'evnt'])).stderr).toContain('did you mean "event"?')
  })
})
