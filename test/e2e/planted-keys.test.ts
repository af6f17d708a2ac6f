import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startFaultServer, type Exchange, type FaultServer } from '../servers/fault-server.ts'
import { answer, errorBody, http, LAST_PIECE, piece, STREAM_HEAD } from '../servers/openai-wire.ts'
import { llmflows } from './llmflows.ts'

/** Five credentials, none of them real: the service's own, one of another, two for headers and one of a proxy. */
const planted = {
  OPENAI_API_KEY: 'sk-test-not-a-real-key-planted-one',
  MISTRAL_API_KEY: 'planted-two-not-a-real-key',
  GATEWAY_TOKEN: 'planted/three+not=a&real key',
  TENANT: 'planted-four-not-a-real-tenant',
  OTHER_SECRET_KEY: 'planted-five-"not a real" key',
} as const

let server: FaultServer

beforeAll(async () => void (server = await startFaultServer(() => {})))
afterAll(() => server.close())

/** All that the server was told in secret, in every form in which it might come back. */
function told({ request }: Exchange): string {
  const { authorization = '', 'x-gateway': gateway = '', 'x-tenant': tenant = '' } = request.headers
  const values = [authorization, gateway, tenant]
  return values
    .flatMap((value) => [
      value,
      encodeURIComponent(value),
      Buffer.from(value).toString('base64'),
      JSON.stringify(value),
    ])
    .join(' | ')
}

function stream(exchange: Exchange, text: string): void {
  exchange.write(STREAM_HEAD)
  exchange.write(piece(answer(exchange, [text])))
  exchange.write(LAST_PIECE)
}

const behaviours: Readonly<Record<string, (exchange: Exchange) => void>> = {
  'answers with it': (exchange) => stream(exchange, `you are ${told(exchange)}`),
  'refuses it': (exchange) =>
    exchange.write(http({ status: 401, body: errorBody(`wrong key ${told(exchange)}`) })),
  'refuses the request': (exchange) =>
    exchange.write(
      http({ status: 400, headers: { 'x-request-id': told(exchange) }, body: errorBody(told(exchange)) }),
    ),
  'fails': (exchange) => exchange.write(http({ status: 500, body: `<html>${told(exchange)}</html>` })),
  'wants less': (exchange) =>
    exchange.write(http({ status: 429, headers: { 'retry-after': '0' }, body: errorBody(told(exchange)) })),
  'is no API': (exchange) => exchange.write(http({ body: `{"you": ${JSON.stringify(told(exchange))}` })),
  'breaks off': (exchange) => {
    exchange.write(STREAM_HEAD)
    exchange.write(piece(answer(exchange, [told(exchange)]).slice(0, 200)))
    exchange.socket.destroy()
  },
  'redirects': (exchange) =>
    exchange.write(
      http({
        status: 302,
        headers: { location: `http://127.0.0.1:1/${encodeURIComponent(told(exchange))}` },
        body: '',
      }),
    ),
}

function* filesIn(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* filesIn(path)
    else yield path
  }
}

/** The planted values and what is made of them where they are written down. */
const forms = Object.entries(planted).flatMap(([name, value]) => [
  [name, value],
  [`${name}, in a URL`, encodeURIComponent(value)],
  [`${name}, in base64`, Buffer.from(value).toString('base64')],
  [`${name}, in JSON`, JSON.stringify(value).slice(1, -1)],
  [`${name}, as a bearer in base64`, Buffer.from(`Bearer ${value}`).toString('base64').slice(8, -4)],
])

describe.each(Object.entries(behaviours))('a server that %s', (_, behaviour) => {
  test('cannot bring a key into anything that is written', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'llmflows-planted-'))
    onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
    server.behave(behaviour)
    const flow = {
      llmflows: 1,
      name: 'planted',
      llms: {
        one: {
          provider: 'openai',
          base_url: server.baseUrl,
          model: 'm',
          temperature: 0,
          max_retries: 1,
          headers_env: { 'X-Gateway': 'GATEWAY_TOKEN', 'X-Tenant': 'TENANT' },
        },
        two: {
          provider: 'openai-compatible',
          base_url: server.baseUrl,
          model: 'm',
          max_retries: 0,
          api_key_env: 'OTHER_SECRET_KEY',
        },
      },
      steps: { a: { llm: 'one', prompt: 'who am I?' }, b: { llm: 'two', prompt: 'and I? {a?}' } },
      connections: { a: 'b' },
    }
    writeFileSync(join(cwd, 'flow.yaml'), JSON.stringify(flow))
    const allow = ['GATEWAY_TOKEN', 'TENANT', 'OTHER_SECRET_KEY', 'OPENAI_API_KEY'].flatMap((name) => [
      '--allow-env',
      name,
    ])
    const run = [
      'run',
      'flow.yaml',
      '-v',
      '--events',
      'events.jsonl',
      '--record',
      'tape',
      '-o',
      'result.json',
      ...allow,
    ]
    const first = await llmflows(run, { cwd, env: planted })
    const others = [
      await llmflows(['runs'], { cwd, env: planted }),
      await llmflows(['why', 'a'], { cwd, env: planted }),
      await llmflows(
        ['run', 'flow.yaml', '--resume', readdirSync(join(cwd, '.llmflows', 'runs'))[0] ?? '', ...allow],
        { cwd, env: planted },
      ),
      await llmflows(['run', 'flow.yaml', '--replay', 'tape'], { cwd, env: planted }),
    ]
    expect(server.requests.at(-1)?.headers['authorization']).toBeDefined()
    expect(readdirSync(cwd).sort()).toEqual(['.llmflows', 'events.jsonl', 'flow.yaml', 'result.json', 'tape'])
    const written = [first, ...others].flatMap(({ stdout, stderr }, index) => [
      [`stdout ${index}`, stdout],
      [`stderr ${index}`, stderr],
    ])
    const files = [...filesIn(cwd)].map((path) => [path.slice(cwd.length), readFileSync(path, 'latin1')])
    expect(files.length).toBeGreaterThan(4)
    const found = [...written, ...files].flatMap(([where, text = '']) =>
      forms.flatMap(([what = '', form = '']) => (text.includes(form) ? [`${what} in ${where}`] : [])),
    )
    expect(found).toEqual([])
  })
})
