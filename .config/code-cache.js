// Runs the built program once on flows that use most of it, and keeps the code that V8 compiled for that beside it.
// The next start on the same Node then compiles next to nothing. Takes the place of Node 22's compile cache on Node 20.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadProgram } from '../dist/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'llmflows-build-'))
const server = createServer((request, response) => {
  request.resume()
  const chunk = { id: '1', object: 'chat.completion.chunk', created: 1, model: 'm' }
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
  const choices = [{ index: 0, delta: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }]
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.end(`data: ${JSON.stringify({ ...chunk, choices, usage })}\n\ndata: [DONE]\n\n`)
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address()
  const flow = {
    llmflows: 1,
    name: 'warm-up',
    inputs: { topic: { default: 'rain' } },
    llms: {
      here: {
        provider: 'openai-compatible',
        base_url: `http://127.0.0.1:${port}/v1`,
        model: 'm',
        max_retries: 0,
      },
      scripted: { provider: 'scripted', answers: [{ answer: 'hello' }] },
    },
    templates: { title: 'a title for {topic}' },
    steps: {
      first: { template: 'title', output_key: 'title' },
      each: { for_each: 2, prompt: '{title} {index}', llm: 'scripted', output_key: 'each_{index}' },
      last: { value: { title: '{title}' } },
    },
    connections: { first: 'each' },
  }
  const path = join(folder, 'flow.yaml')
  writeFileSync(path, JSON.stringify(flow, null, 2))
  const { program, script, cachePath } = loadProgram()
  process.on('exit', (code) => {
    if (code === 0) writeFileSync(cachePath, script.createCachedData())
    rmSync(folder, { recursive: true })
  })
  void program.runProcess(['run', path, '--verbose', '--topic=snow'])
})
