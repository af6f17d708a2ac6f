import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atMost, inTurns, row, shown, timed } from './figures.ts'
import { withModelServer } from './model-server.ts'

const ROUNDS = 15

/** Whole processes, from their start to their exit. */
export async function startUp(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'llmflows-bench-'))
  try {
    await withModelServer(0, async (url) => {
      const scripted = write(folder, 'scripted.yaml', 'provider: scripted, answers: [{ answer: ok }]')
      const http = write(folder, 'http.yaml', `provider: openai-compatible, model: m, base_url: "${url}"`)
      const tool = (...args: readonly string[]) => node('bin/llmflows.js', ...args)
      const figures = await inTurns(ROUNDS, {
        node: () => node('-e', '0'),
        version: () => tool('--version'),
        help: () => tool('--help'),
        validate: () => tool('validate', 'flows/soundtrack.yaml'),
        scripted: () => tool('run', scripted, '--topic', 'rain'),
        http: () => tool('run', http, '--topic', 'rain'),
      })
      const { node: floor } = figures
      const show = (name: string, key: Exclude<keyof typeof figures, 'node'>, goal: number): void =>
        row(name, shown(figures[key]), atMost(figures[key].median / floor.median, goal))
      row('node -e 0', shown(floor))
      show('--version', 'version', 1.25)
      show('--help', 'help', 1.25)
      show('validate the soundtrack flow', 'validate', 1.4)
      show('run nine scripted steps', 'scripted', 1.5)
      show('run nine steps over HTTP on loopback', 'http', 2)
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The soundtrack flow's shape, with an LLM of one's own. */
function write(folder: string, name: string, llm: string): string {
  const path = join(folder, name)
  writeFileSync(
    path,
    `llmflows: 1
name: soundtrack
llms:
  writer: { ${llm} }
steps:
  title: { prompt: "A title about {topic}" }
  song: { prompt: "A song for {title}" }
  characters: { prompt: "Two characters for {title}" }
  lyrics: { prompt: "Lyrics of {song} with {characters}" }
  critic: { prompt: "Review {lyrics}", for_each: 5, output_key: "review_{index}" }
`,
  )
  return path
}

function node(...args: readonly string[]): Promise<number> {
  return timed(async () => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let complaint = ''
    child.stderr.on('data', (text: Buffer) => void (complaint += text.toString()))
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${complaint}`)
  })
}
