import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Endpoint, resolveEndpoint } from '../../src/llms/endpoint.ts'
import type { LlmConfig } from '../../src/llms/llm.ts'
import type { LlmProblem } from '../../src/llms/problem.ts'
import { presetOf, providerNames } from '../../src/flow/providers.ts'
import { llmConfig } from './world.ts'

const KEY = 'sk-test-not-a-real-key'

interface Given {
  readonly env?: Readonly<Record<string, string>>
  readonly allowHosts?: readonly string[]
  readonly allowEnv?: readonly string[]
}

function resolve(fields: Partial<LlmConfig>, { env = {}, allowHosts = [], allowEnv = [] }: Given = {}) {
  return resolveEndpoint(llmConfig(fields), { env, allowHosts, allowEnv })
}

function endpoint(fields: Partial<LlmConfig>, given?: Given): Endpoint {
  const resolved = resolve(fields, given)
  if ('problem' in resolved) throw new Error(resolved.problem.message)
  return resolved.endpoint
}

function problem(fields: Partial<LlmConfig>, given?: Given): LlmProblem {
  const resolved = resolve(fields, given)
  if ('endpoint' in resolved) throw new Error(`no problem: ${resolved.endpoint.url}`)
  return resolved.problem
}

describe('a key goes only where it is meant to go', () => {
  test('to its own service', () => {
    expect(endpoint({}, { env: { OPENAI_API_KEY: KEY } })).toEqual({
      url: 'https://api.openai.com/v1',
      origin: 'https://api.openai.com',
      key: KEY,
      keyFrom: 'OPENAI_API_KEY',
      headers: {},
      isDefault: true,
    })
  })

  test('to where OPENAI_BASE_URL points, which is outside the flow', () => {
    const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: 'http://gateway.example:8080/openai/' }
    expect(endpoint({}, { env })).toMatchObject({
      url: 'http://gateway.example:8080/openai',
      key: KEY,
      isDefault: false,
    })
  })

  test('OPENAI_BASE_URL redirects no other provider', () => {
    const env = { GROQ_API_KEY: KEY, OPENAI_BASE_URL: 'http://gateway.example' }
    expect(endpoint({ provider: 'groq' }, { env }).url).toBe('https://api.groq.com/openai/v1')
  })

  test('to a host of the flow when both are allowed from outside, and not for the host alone', () => {
    const given = { env: { OPENAI_API_KEY: KEY }, allowHosts: ['gateway.example'] }
    const fields = { baseUrl: 'https://gateway.example/v1' }
    expect(problem(fields, given)).toMatchObject({
      code: 'key-not-for-host',
      help: 'if you trust gateway.example with it, add --allow-env OPENAI_API_KEY',
    })
    expect(endpoint(fields, { ...given, allowEnv: ['OPENAI_API_KEY'] })).toMatchObject({ key: KEY })
  })

  test('a variable that is named after the one of the service goes to the service alone', () => {
    const env = { OPENAI_API_KEY_WORK: KEY }
    expect(endpoint({ apiKeyEnv: 'OPENAI_API_KEY_WORK' }, { env })).toMatchObject({ key: KEY })
    const elsewhere = { apiKeyEnv: 'OPENAI_API_KEY_WORK', baseUrl: 'http://localhost:1/v1' }
    expect(problem(elsewhere, { env }).code).toBe('key-not-for-host')
  })

  test.each(['AWS_SECRET_ACCESS_KEY', 'GITHUB_TOKEN', 'HOME', 'OPENAI_API_KEYS', 'AWS_WEB_IDENTITY_TOKEN'])(
    'a flow cannot send %s anywhere by itself',
    (variable) => {
      const env = { [variable]: KEY, OPENROUTER_API_KEY: KEY }
      const local = { provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1' }
      for (const fields of [{ apiKeyEnv: variable }, { headersEnv: new Map([['x-title', variable]]) }]) {
        expect(problem({ ...local, ...fields }, { env }).code).toBe('key-not-for-host')
        expect(problem({ provider: 'openrouter', ...fields }, { env }).code).toBe('key-not-for-host')
      }
    },
  )

  test('to a host of the flow that OPENAI_BASE_URL names too', () => {
    const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: 'https://gateway.example/v1' }
    expect(endpoint({ baseUrl: 'https://gateway.example/v2' }, { env })).toMatchObject({ key: KEY })
  })

  test('not to this machine, where any program may listen, unless someone outside the flow allows it', () => {
    const env = { OPENAI_API_KEY: KEY }
    expect(endpoint({ baseUrl: 'http://localhost:9999/v1' }, { env }).key).toBe('local')
    const named = { baseUrl: 'http://localhost:9999/v1', apiKeyEnv: 'OPENAI_API_KEY' }
    expect(problem(named, { env }).code).toBe('key-not-for-host')
    expect(endpoint(named, { env, allowEnv: ['OPENAI_API_KEY'] }).key).toBe(KEY)
  })

  test('not to the address of another service', () => {
    const env = { OPENAI_API_KEY: KEY }
    const groq = 'https://api.groq.com/openai/v1'
    expect(problem({ baseUrl: groq }, { env })).toMatchObject({
      code: 'key-not-for-host',
      message:
        'the flow sends what is in OPENAI_API_KEY to api.groq.com, by llm "writer"; nobody outside the flow has allowed that',
    })
    expect(problem({ provider: 'groq', apiKeyEnv: 'OPENAI_API_KEY' }, { env }).code).toBe('key-not-for-host')
    expect(problem({ provider: 'ollama', apiKeyEnv: 'OPENAI_API_KEY' }, { env }).code).toBe(
      'key-not-for-host',
    )
    expect(
      problem(
        { provider: 'openai-compatible', baseUrl: 'http://localhost:1/v1', apiKeyEnv: 'OPENAI_API_KEY' },
        { env },
      ).code,
    ).toBe('key-not-for-host')
  })

  test('not in disguise: a header from a key variable obeys the same rule', () => {
    const headersEnv = new Map([['X-Api-Key', 'OPENAI_API_KEY']])
    const env = { OPENAI_API_KEY: KEY, GROQ_API_KEY: KEY }
    expect(problem({ provider: 'groq', headersEnv }, { env }).code).toBe('key-not-for-host')
    expect(problem({ provider: 'groq', apiKeyEnv: 'OPENAI_API_KEY_FILE' }, { env }).code).toBe(
      'key-not-for-host',
    )
  })

  test('unless the variable is allowed from outside', () => {
    const given = { env: { OPENAI_API_KEY: KEY }, allowEnv: ['OPENAI_API_KEY'] }
    const fields = {
      provider: 'groq',
      baseUrl: 'https://api.groq.com/openai/v1',
      apiKeyEnv: 'OPENAI_API_KEY',
    }
    expect(endpoint(fields, given).key).toBe(KEY)
  })

  test('openai-compatible sends no key that is not named', () => {
    const fields = { provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1' }
    expect(endpoint(fields, { env: { OPENAI_API_KEY: KEY } })).not.toHaveProperty('key')
    const given = { env: { MY_KEY: KEY }, allowEnv: ['MY_KEY'] }
    expect(endpoint({ ...fields, apiKeyEnv: 'MY_KEY' }, given).key).toBe(KEY)
  })
})

describe('a flow chooses no host by itself', () => {
  test('the message holds the flag that allows it', () => {
    expect(problem({ baseUrl: 'https://evil.example:8443/v1' }, { env: { OPENAI_API_KEY: KEY } })).toEqual({
      code: 'host-not-allowed',
      llm: 'writer',
      message:
        'the flow sends llm "writer" to evil.example:8443, a host that nobody outside the flow has allowed',
      help: 'if you trust it with your prompts, add --allow-host evil.example:8443\nand, if it is to get the key in OPENAI_API_KEY, --allow-env OPENAI_API_KEY',
    })
  })

  test.each([
    ['https://gateway.example/v1', ['gateway.example']],
    ['https://gateway.example:8443/v1', ['gateway.example']],
    ['https://gateway.example:8443/v1', ['gateway.example:8443']],
    ['https://GATEWAY.example/v1', ['other.example', 'gateway.EXAMPLE']],
    ['http://gateway.example/v1', ['gateway.example']],
    ['http://[2001:db8::1]:8000/v1', ['[2001:db8::1]']],
  ])('%s is allowed by --allow-host %s', (baseUrl, allowHosts) => {
    const given = { env: { OPENAI_API_KEY: KEY }, allowHosts, allowEnv: ['OPENAI_API_KEY'] }
    expect(endpoint({ baseUrl }, given).origin).toBe(new URL(baseUrl).origin)
  })

  test.each([
    ['https://gateway.example:8443/v1', ['gateway.example:443']],
    ['https://sub.gateway.example/v1', ['gateway.example']],
    ['https://gateway.example.evil.example/v1', ['gateway.example']],
    ['http://api.openai.com/v1', []],
    ['https://api.openai.com:8443/v1', []],
    ['https://localhost.evil.example/v1', []],
    ['https://127.0.0.1.nip.io/v1', []],
    ['http://0.0.0.0:8000/v1', []],
    ['http://10.0.0.1/v1', []],
    // Each of these holds 127.0.0.1 or its name, and leads elsewhere.
    ['http://localhost./v1', []],
    ['http://[64:ff9b::7f00:1]/v1', []],
    ['http://[::ffff:0:7f00:1]/v1', []],
    ['http://[::7f00:1]/v1', []],
  ])('%s is not allowed by --allow-host %s', (baseUrl, allowHosts) => {
    expect(problem({ baseUrl }, { env: { OPENAI_API_KEY: KEY }, allowHosts }).code).toBe('host-not-allowed')
  })

  test.each([
    'http://localhost:1/v1',
    'http://127.1/v1',
    'http://127.8.9.1/v1',
    'http://[::1]/v1',
    'http://[::ffff:127.0.0.1]/v1',
  ])('%s is this machine', (baseUrl) => {
    expect(endpoint({ baseUrl }).key).toBe('local')
  })

  test.each([
    'http://169.254.169.254/latest',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://169.254.43518/',
    'http://[::ffff:169.254.169.254]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[fe80::1]/',
    'http://[febf::1]/',
    'http://[fd00:ec2::254]/',
    'http://metadata.google.internal/v1',
    'http://METADATA.google.internal./v1',
    'http://metadata/v1',
    'http://100.100.100.200/v1',
  ])('%s is refused, whoever allows it', (baseUrl) => {
    const { hostname } = new URL(baseUrl)
    const given = { env: { OPENAI_API_KEY: KEY }, allowHosts: [hostname] }
    expect(problem({ baseUrl }, given).message).toMatch(/link-local or metadata address/)
    expect(problem({}, { env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: baseUrl } }).code).toBe(
      'host-not-allowed',
    )
  })

  test.each([
    ['not a url', 'is not a URL'],
    ['localhost:8000/v1', 'is neither an https nor an http URL'],
    ['file:///etc/passwd', 'is neither an https nor an http URL'],
    [
      'https://user:secret@api.openai.com/v1',
      'holds a user name or password; keys come from the environment',
    ],
    ['https://api.openai.com/v1#x', 'holds a fragment (#…), which means nothing here'],
  ])('%s is no base URL', (baseUrl, complaint) => {
    const found = problem({ baseUrl }, { env: { OPENAI_API_KEY: KEY } })
    expect(found).toMatchObject({
      code: 'bad-base-url',
      message: `the base_url of llm "writer" ${complaint}`,
    })
    expect(JSON.stringify(found)).not.toContain('secret@')
  })
})

describe('keys and headers come from the environment', () => {
  test('a missing key names three ways on', () => {
    expect(problem({})).toEqual({
      code: 'missing-key',
      llm: 'writer',
      message: 'llm "writer" needs a key for openai, and OPENAI_API_KEY is not set',
      help: [
        'set the key: export OPENAI_API_KEY=…',
        'or use a model on this machine: provider: ollama (also lmstudio, vllm, llama-cpp)',
        'or try the flow without any key: --offline',
      ].join('\n'),
    })
    expect(problem({}, { env: { OPENAI_API_KEY: '  ' } }).code).toBe('missing-key')
  })

  test('a server on this machine that OPENAI_BASE_URL names needs no key', () => {
    expect(endpoint({}, { env: { OPENAI_BASE_URL: 'http://localhost:1/v1' } }).key).toBe('local')
  })

  test('a key may be in a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmflows-'))
    try {
      const file = join(folder, 'key')
      writeFileSync(file, `${KEY}\n`)
      expect(endpoint({}, { env: { OPENAI_API_KEY_FILE: file } }).key).toBe(KEY)
      expect(endpoint({}, { env: { OPENAI_API_KEY: 'sk-test-direct', OPENAI_API_KEY_FILE: file } }).key).toBe(
        'sk-test-direct',
      )
      writeFileSync(file, '\n')
      expect(problem({}, { env: { OPENAI_API_KEY_FILE: file } })).toMatchObject({ code: 'missing-key' })
      expect(problem({}, { env: { OPENAI_API_KEY_FILE: join(folder, 'none') } })).toMatchObject({
        code: 'bad-key',
        message: 'the file that OPENAI_API_KEY_FILE names cannot be read',
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test.each(['sk-test\r\nX-Evil: 1', 'sk-test-ключ', 'sk-test\u0000key'])(
    'a key with characters that no header carries is refused without being shown (%#)',
    (key) => {
      const found = problem({}, { env: { OPENAI_API_KEY: key } })
      expect(found.code).toBe('bad-key')
      expect(JSON.stringify(found)).not.toContain('sk-test')
    },
  )

  test('headers_env adds headers', () => {
    const headersEnv = new Map([['X-Team', 'TEAM']])
    const env = { OPENAI_API_KEY: KEY, TEAM: 'blue team' }
    const allowEnv = ['TEAM']
    expect(endpoint({ headersEnv }, { env, allowEnv }).headers).toEqual({ 'x-team': 'blue team' })
    const own = new Map([['OpenAI-Organization', 'OPENAI_ORG_ID']])
    const ownEnv = { ...env, OPENAI_ORG_ID: 'org-1' }
    expect(endpoint({ headersEnv: own }, { env: ownEnv }).headers).toEqual({ 'openai-organization': 'org-1' })
    expect(problem({ headersEnv }, { env: { OPENAI_API_KEY: KEY }, allowEnv })).toMatchObject({
      code: 'missing-header-variable',
      message: 'the header "X-Team" of llm "writer" comes from TEAM, which is not set',
    })
    expect(problem({ headersEnv }, { env: { ...env, TEAM: 'a\nb' }, allowEnv }).code).toBe('bad-header')
  })

  test.each(['Host', 'content-length', 'Transfer-Encoding', 'proxy-authorization', 'bad name', 'x:y', ''])(
    'headers_env may not set "%s"',
    (name) => {
      const env = { OPENAI_API_KEY: KEY, VALUE: 'x' }
      expect(problem({ headersEnv: new Map([[name, 'VALUE']]) }, { env, allowEnv: ['VALUE'] }).code).toBe(
        'bad-header',
      )
    },
  )
})

test('openai-compatible needs a base_url', () => {
  expect(problem({ provider: 'openai-compatible' })).toMatchObject({ code: 'missing-base-url' })
})

test('every provider with an address resolves to it with its own key', () => {
  const addresses = providerNames
    .filter((provider) => presetOf(provider)?.baseUrl !== undefined)
    .map((provider) => {
      const own = provider === 'google' ? 'GEMINI' : provider.toUpperCase().replaceAll('-', '_')
      const variable = `${own}_API_KEY`
      const { url, key, isDefault } = endpoint({ provider }, { env: { [variable]: KEY } })
      expect(isDefault).toBe(true)
      return `${provider} ${url} ${key ?? 'none'}`
    })
  expect(addresses).toMatchInlineSnapshot(`
    [
      "openai https://api.openai.com/v1 sk-test-not-a-real-key",
      "ollama http://localhost:11434/v1 local",
      "lmstudio http://localhost:1234/v1 local",
      "vllm http://localhost:8000/v1 local",
      "llama-cpp http://localhost:8080/v1 local",
      "mistral https://api.mistral.ai/v1 sk-test-not-a-real-key",
      "groq https://api.groq.com/openai/v1 sk-test-not-a-real-key",
      "openrouter https://openrouter.ai/api/v1 sk-test-not-a-real-key",
      "together https://api.together.xyz/v1 sk-test-not-a-real-key",
      "deepseek https://api.deepseek.com/v1 sk-test-not-a-real-key",
      "fireworks https://api.fireworks.ai/inference/v1 sk-test-not-a-real-key",
      "xai https://api.x.ai/v1 sk-test-not-a-real-key",
      "anthropic https://api.anthropic.com/v1 sk-test-not-a-real-key",
      "google https://generativelanguage.googleapis.com/v1beta/openai sk-test-not-a-real-key",
      "cohere https://api.cohere.ai/compatibility/v1 sk-test-not-a-real-key",
    ]
  `)
})

describe('azure-openai, where every customer has a host', () => {
  const own = {
    AZURE_OPENAI_API_KEY: KEY,
    AZURE_OPENAI_ENDPOINT: 'https://resource.openai.azure.com/',
  }
  const azure = { provider: 'azure-openai', model: 'my gpt' }

  test('is where AZURE_OPENAI_ENDPOINT says, at its v1 API', () => {
    expect(endpoint(azure, { env: own })).toEqual({
      url: 'https://resource.openai.azure.com/openai/v1',
      origin: 'https://resource.openai.azure.com',
      key: KEY,
      keyFrom: 'AZURE_OPENAI_API_KEY',
      keyHeader: 'api-key',
      headers: {},
      isDefault: false,
    })
    const whole = { ...own, AZURE_OPENAI_ENDPOINT: 'https://gateway.example/azure/openai/v1' }
    expect(endpoint(azure, { env: whole }).url).toBe('https://gateway.example/azure/openai/v1')
  })

  test('cannot be called when nobody says where it is', () => {
    expect(problem(azure, { env: { AZURE_OPENAI_API_KEY: KEY } })).toEqual({
      code: 'missing-base-url',
      llm: 'writer',
      message: 'llm "writer" needs to know where your azure-openai is, and AZURE_OPENAI_ENDPOINT is not set',
      help: 'say where: export AZURE_OPENAI_ENDPOINT=https://…',
    })
    const env = { ...own, AZURE_OPENAI_ENDPOINT: 'resource' }
    expect(problem(azure, { env }).message).toBe('the AZURE_OPENAI_ENDPOINT of llm "writer" is not a URL')
  })

  test('may be named by the flow, but gets prompts and key only when someone outside the flow says so', () => {
    const named = { ...azure, baseUrl: 'https://other.openai.azure.com' }
    const env = { AZURE_OPENAI_API_KEY: KEY }
    expect(problem(named, { env })).toMatchObject({
      code: 'host-not-allowed',
      help: expect.stringMatching(
        /--allow-host other\.openai\.azure\.com\n.*--allow-env AZURE_OPENAI_API_KEY$/,
      ),
    })
    const allowHosts = ['other.openai.azure.com']
    expect(problem(named, { env, allowHosts }).code).toBe('key-not-for-host')
    const allowed = { env, allowHosts, allowEnv: ['AZURE_OPENAI_API_KEY'] }
    expect(endpoint(named, allowed)).toMatchObject({
      url: 'https://other.openai.azure.com/openai/v1',
      key: KEY,
    })
    // The same place as outside the flow needs no further word.
    expect(endpoint({ ...azure, baseUrl: 'https://resource.openai.azure.com' }, { env: own }).key).toBe(KEY)
    expect(
      problem({ ...azure, apiKeyEnv: 'OPENAI_API_KEY' }, { env: { ...own, OPENAI_API_KEY: KEY } }).code,
    ).toBe('key-not-for-host')
  })

  test.each([
    ['chat', '2024-10-21', '/openai/deployments/my%20gpt?api-version=2024-10-21'],
    ['completions', '2024-10-21', '/openai/deployments/my%20gpt?api-version=2024-10-21'],
    ['responses', '2025-04-01-preview', '/openai?api-version=2025-04-01-preview'],
    ['chat', 'preview', '/openai/v1?api-version=preview'],
  ] as const)('an api_version puts %s of %s at %s', (api, apiVersion, expected) => {
    const { url } = endpoint({ ...azure, api, apiVersion }, { env: own })
    expect(url).toBe(`https://resource.openai.azure.com${expected}`)
  })

  test('a token of Entra ID takes the place of the key', () => {
    const { AZURE_OPENAI_API_KEY: _key, ...env } = { ...own, AZURE_OPENAI_TOKEN: 'Bearer not-a-real-token' }
    const headersEnv = new Map([['Authorization', 'AZURE_OPENAI_TOKEN']])
    const found = endpoint({ ...azure, headersEnv }, { env })
    expect(found.key).toBeUndefined()
    expect(found.headers).toEqual({ authorization: 'Bearer not-a-real-token' })
  })
})
