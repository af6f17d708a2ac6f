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
  const path = join(folder, 'flow.yaml')
  writeFileSync(path, flowText(port))
  const commands = [
    ['validate', path],
    ['run', path, '--help'],
    ['run', path, '--verbose', '--topic=snow'],
  ]
  const { program, script, cachePath } = loadProgram()
  const exit = process.exit.bind(process)
  // The program ends the process when it is done; here that begins the next command.
  process.exit = (code) => {
    const command = code === 0 ? commands.shift() : undefined
    if (command !== undefined) return void program.runProcess(command)
    if (code === 0) writeFileSync(cachePath, script.createCachedData())
    rmSync(folder, { recursive: true })
    exit(code)
  }
  process.exit(0)
})

/** Written as people write flows, so that what reads them is used. */
function flowText(port) {
  return `# A flow that uses most of the program.
llmflows: 1
name: warm-up
description: Uses most of the program.

inputs:
  topic: { description: "What it is about", default: 'rain' }

llms:
  here:
    provider: openai-compatible
    base_url: http://127.0.0.1:${port}/v1
    model: m
  scripted: { provider: scripted, answers: [{ answer: hello }] }

templates:
  title: What is a good title for {topic}?
  review: |
    Review this title:
    {title}

steps:
  first: { name: First, template: title, output_key: title }
  each:
    name: Each {index}
    for_each: 2
    llm: scripted
    template: review
    output_key: review_{index}
  last: { value: { title: "{title}" } }

connections:
  first: [each, last]

outputs: [title, "review_*"]
`
}
