// A flow behind HTTP. A compiled flow keeps nothing of a run, so one serves every request, also at the same time.
//   node flows/python-guide/serve.js --offline
//   curl 'http://127.0.0.1:9000/generate_lyrics/?movie_topic=friendship'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { loadFlow, offline, runFlow, RunRefused } from 'llmflows'

const loaded = await loadFlow(fileURLToPath(new URL('08-complex-flows.yaml', import.meta.url)))
const flow = process.argv.includes('--offline') ? offline(loaded) : loaded

const server = createServer((request, response) => {
  void serve(request, response).catch((error) => {
    // What went wrong here is not for whoever asked.
    console.error(error)
    answer(response, 500, { error: 'the flow could not be run' })
  })
})

async function serve(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  if (request.method !== 'GET' || pathname !== '/generate_lyrics/')
    return answer(response, 404, { error: 'ask for /generate_lyrics/?movie_topic=…' })
  const topic = searchParams.get('movie_topic')
  if (topic === null || topic === '') return answer(response, 422, { error: 'movie_topic is missing' })
  // Whoever goes away stops the run, and what it has not asked is not paid for.
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const limits = { maxCalls: 10, timeoutMs: 120_000 }
  try {
    const { status, outputs, usage } = await runFlow(flow, { inputs: { topic }, signal: gone.signal, ...limits })
    answer(response, status === 'succeeded' ? 200 : 502, { status, outputs, usage })
  } catch (error) {
    if (!(error instanceof RunRefused)) throw error
    answer(response, 422, { error: error.message })
  }
}

function answer(response, status, body) {
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
}

server.listen(Number(process.env.PORT ?? 9000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/generate_lyrics/?movie_topic=friendship`)
})
