import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { selfSigned } from '../servers/certificate.ts'
import { folderWith, llmflows } from './llmflows.ts'

test('the command line reaches a provider over TLS', async () => {
  const { key, cert } = selfSigned()
  const server = createServer({ key, cert }, (request, response) => {
    request.resume()
    const choices = [{ index: 0, delta: { role: 'assistant', content: 'by TLS' }, finish_reason: 'stop' }]
    const chunk = { id: '1', object: 'chat.completion.chunk', created: 1, model: 'm', choices }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    const cwd = folderWith({
      'cert.pem': cert,
      'secure.yaml': `llmflows: 1
name: secure
llms:
  w: { provider: openai-compatible, base_url: "https://127.0.0.1:${port}/v1", model: m }
steps:
  a: { prompt: hello }
`,
    })
    const args = ['run', 'secure.yaml', '--select', 'outputs.a', '--raw', '-q']
    const ended = await llmflows(args, { cwd, env: { NODE_EXTRA_CA_CERTS: join(cwd, 'cert.pem') } })
    expect(ended).toEqual({ status: 0, stdout: 'by TLS\n', stderr: '' })
  } finally {
    server.close()
  }
})
