import { expect, test } from 'vitest'
import { unwrapped } from '../../src/reporters/inner-event.ts'
import { createVerbose } from '../../src/reporters/verbose.ts'
import { plainPalette } from '../../src/source/palette.ts'
import { loaded } from '../run/flow-files.ts'
import { told } from '../run/front-door.ts'

const flows = {
  'outer.json': {
    name: 'outer',
    steps: {
      agent: {
        name: 'Agent',
        flow: 'round.json',
        with: { before: '{previous.count ?? ""}' },
        repeat: { until: 'previous.count == "xx"', max: 5 },
      },
      each: { flow: 'leaf.json', with: { word: '{item}' }, for_each: ['good', 'bad'], on_item_error: 'drop' },
    },
    connections: { agent: 'each' },
  },
  'round.json': {
    name: 'round',
    inputs: { before: {} },
    steps: { think: { flow: 'leaf.json', with: { word: 'well' } }, count: { value: '{before}x' } },
  },
  'leaf.json': {
    name: 'leaf',
    llms: {
      writer: {
        provider: 'scripted',
        answers: [
          { match: 'bad', status: 400, delay: '50ms' },
          { answer: 'so', delay: '100ms' },
        ],
      },
    },
    inputs: { word: {} },
    steps: { say: { prompt: 'Say {word}.' }, after: { value: '{say}' } },
  },
}

test('what happens inside a step stands under its name, rounds numbered', async () => {
  let text = ''
  const write = (piece: string): void => void (text += piece)
  const reporter = createVerbose({ write, palette: plainPalette, columns: 80 })
  await told(await loaded(flows), { reporters: [reporter], maxConcurrency: 1 })
  expect(text).toMatchInlineSnapshot(`
    " 0.00s  ▶ Agent              flow round, at most 5 rounds
     0.00s  ▶ Agent 1 › think            flow leaf
            answers are scripted in the flow, no model is called
     0.00s  ▶ Agent 1 › think › say              scripted scripted
     0.10s  ✔ Agent 1 › think › say     0.10s    3 tokens  $0.0000  first token 0.10s
            "so"
     0.10s  ▶ Agent 1 › count                    value
     0.10s  ✔ Agent 1 › count           0.00s
     0.10s  ▶ Agent 1 › think › after            value
     0.10s  ✔ Agent 1 › think › after   0.00s
     0.10s  ✔ Agent 1 › think           0.10s    3 tokens  $0.0000
     0.10s  ▶ Agent 2 › think                    flow leaf
     0.10s  ▶ Agent 2 › think › say              scripted scripted
     0.20s  ✔ Agent 2 › think › say     0.10s    3 tokens  $0.0000  first token 0.10s
            "so"
     0.20s  ▶ Agent 2 › count                    value
     0.20s  ✔ Agent 2 › count           0.00s
     0.20s  ▶ Agent 2 › think › after            value
     0.20s  ✔ Agent 2 › think › after   0.00s
     0.20s  ✔ Agent 2 › think           0.10s    3 tokens  $0.0000
     0.20s  ✔ Agent                     0.20s    2 rounds  6 tokens  $0.0000
     0.20s  ▶ each[0]                            flow leaf
     0.20s  ▶ each[0] › say                      scripted scripted
     0.30s  ✔ each[0] › say             0.10s    3 tokens  $0.0000  first token 0.10s
            "so"
     0.30s  ▶ each[0] › after                    value
     0.30s  ✔ each[0] › after           0.00s
     0.30s  ✔ each[0]                   0.10s    3 tokens  $0.0000
     0.30s  ▶ each[1]                            flow leaf
     0.30s  ▶ each[1] › say                      scripted scripted
     0.35s  ✖ each[1] › say             0.05s    scripted llm "writer" answered 400: a scripted failure
     0.35s  ↷ each[1] › after                    blocked: "each[1] › say" did not succeed
     0.35s  ✖ each[1]                   0.05s    step "say" of flow "leaf" failed: scripted llm "writer" answered 400: a scripted failure

      step     status     start   time  tokens     cost
    ✔ Agent    succeeded  0.00s  0.20s       6  $0.0000
    ✔ each[0]  succeeded  0.20s  0.10s       3  $0.0000
    ✖ each[1]  failed     0.30s  0.05s       0  $0.0000

    ✔ outer  0.35s   3 steps (1 failed), 4 calls, 9 tokens, $0.0000
      critical path  Agent 0.20s 57% → each[1] 0.05s 14%
    "
  `)
})

test('an event is taken out of all that it comes in', () => {
  const ready = { type: 'step-ready', at: 1, step: 'say' } as const
  const inside = { type: 'flow-event', at: 2, step: 'think', run: 1, event: ready } as const
  expect(unwrapped({ type: 'flow-event', at: 7, step: 'agent[0]', run: 3, event: inside })).toEqual({
    event: { type: 'step-ready', at: 7, step: 'agent[0]/3/think/1/say' },
    around: [
      { step: 'agent[0]', run: 3 },
      { step: 'agent[0]/3/think', run: 1 },
    ],
  })
  expect(unwrapped(ready)).toEqual({ event: ready, around: [] })
})
