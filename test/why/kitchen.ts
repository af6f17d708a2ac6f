import { runFlow, type RunOptions, type RunResult } from '../../src/index.ts'
import { HeldWorld } from '../run/held-world.ts'
import { compiled } from '../run/front-door.ts'

/** Five are chopped by two cooks, what is stirred is tried again, what burns blocks what follows, something is late. */
export const kitchen = `llmflows: 1
name: kitchen
llms:
  cook:
    provider: scripted
    model: cook-1
    max_concurrency: 2
    answers:
      - { match: chop, answer: done, delay: 100ms }
      - { match: stir, status: 429, times: 1 }
      - { match: stir, answer: done, delay: 60ms }
      - { match: burn, status: 400 }
      - { match: dish, answer: ok, delay: 40ms }
  waiter:
    provider: scripted
    model: waiter-1
    requests_per_minute: 60
    answers: [{ answer: served, delay: 20ms }]
steps:
  shop: { value: [1] }
  chop: { llm: cook, for_each: 5, prompt: "chop {shop} {index}" }
  stir: { llm: cook, prompt: "stir {chop}" }
  burn: { llm: cook, prompt: "burn {shop}" }
  dish: { llm: cook, for_each: 2, prompt: "dish {burn} {index}" }
  menu: { llm: cook, prompt: "dish {dish} {shop}" }
  serve: { llm: waiter, for_each: 3, prompt: "serve {shop} {index}" }
outputs: [stir, menu, serve]
`

/** Runs it by the front door, in held time. */
export async function cooked(options: Partial<RunOptions> = {}, text = kitchen): Promise<RunResult> {
  const world = new HeldWorld()
  return world.finish(runFlow(compiled(text), { ...options, world }))
}

/** The same without what burns. */
export const goodKitchen = kitchen.replace(
  '  - { match: burn, status: 400 }\n',
  '  - { match: burn, answer: done, delay: 10ms }\n',
)
