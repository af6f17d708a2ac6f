import type { ModelConfig, RunError, RunEvent, StepSummary } from '../../src/run/events.ts'

/** Tells a run event by event: `at` is set once and holds for the events that follow. */
export class Story {
  readonly events: RunEvent[] = []
  readonly #steps: readonly StepSummary[]
  readonly #llmSteps: ReadonlySet<string>
  #at = 0

  constructor(
    steps: readonly StepSummary[],
    outputs: Record<string, string | readonly string[]> = {},
    flow = 'soundtrack',
  ) {
    this.#steps = steps
    this.#llmSteps = new Set(steps.filter(({ kind }) => kind === 'llm').map(({ id }) => id))
    this.events.push({
      type: 'run-started',
      at: 0,
      run_id: 'run-1',
      flow,
      time: '2026-11-22T10:00:00.000Z',
      inputs: { topic: 'friendship' },
      steps,
      empty_steps: Object.entries(outputs)
        .filter(([, from]) => from.length === 0)
        .map(([key]) => ({ id: key, output_key: key, needs: [] })),
      outputs,
    })
  }

  summaries(): readonly StepSummary[] {
    return this.#steps
  }

  at(ms: number): this {
    this.#at = ms
    return this
  }

  ready(...steps: string[]): this {
    for (const step of steps) this.events.push({ type: 'step-ready', at: this.#at, step })
    return this
  }

  start(step: string, config: Partial<ModelConfig> = {}): this {
    const isLlm = this.#llmSteps.has(step)
    this.events.push({
      type: 'step-started',
      at: this.#at,
      step,
      prompt_inputs: { topic: 'friendship' },
      prompt_template: isLlm ? 'About {topic}' : null,
      prompt: isLlm ? 'About friendship' : null,
      messages: isLlm ? [] : null,
      model_config: isLlm ? { ...modelConfig, ...config } : null,
    })
    return isLlm ? this.attempt(step, 1) : this
  }

  attempt(step: string, attempt: number): this {
    this.events.push({ type: 'attempt-started', at: this.#at, step, attempt, max_tokens: 500 })
    return this
  }

  firstToken(step: string, attempt = 1): this {
    this.events.push({ type: 'attempt-first-token', at: this.#at, step, attempt })
    return this
  }

  answered(step: string, { tokens = [11, 6], cost = 0.00002, attempt = 1 }: Answered = {}): this {
    this.events.push({
      type: 'attempt-finished',
      at: this.#at,
      step,
      attempt,
      error: null,
      wait: null,
      finish_reason: 'stop',
      request_id: `req-${step}`,
      model: 'gpt-4o-mini-2024-07-18',
      usage: tokens === null ? null : { input_tokens: tokens[0], output_tokens: tokens[1] },
      cost,
      raw: { id: `raw-${step}` },
    })
    return this
  }

  refused(
    step: string,
    error: RunError,
    { attempt = 1, wait = null }: { attempt?: number; wait?: number | null } = {},
  ): this {
    const unknown = { finish_reason: null, request_id: null, model: null, usage: null, cost: null }
    this.events.push({ type: 'attempt-finished', at: this.#at, step, attempt, error, wait, ...unknown })
    return this
  }

  succeed(
    step: string,
    generated: string | null,
    result: Extract<RunEvent, { type: 'step-succeeded' }>['result'] = {},
  ): this {
    this.events.push({ type: 'step-succeeded', at: this.#at, step, generated, result, note: null })
    return this
  }

  succeedWithNote(step: string, generated: string, note: string): this {
    this.events.push({ type: 'step-succeeded', at: this.#at, step, generated, result: {}, note })
    return this
  }

  fail(step: string, error: RunError, generated: string | null = null): this {
    this.events.push({ type: 'step-failed', at: this.#at, step, error, generated })
    return this
  }

  block(step: string, ...by: string[]): this {
    this.events.push({ type: 'step-blocked', at: this.#at, step, by })
    return this
  }

  cancel(step: string, reason: 'interrupted' | 'timeout' | 'fail-fast' = 'interrupted'): this {
    this.events.push({ type: 'step-cancelled', at: this.#at, step, reason })
    return this
  }

  finish(status: 'succeeded' | 'failed' | 'cancelled' = 'succeeded'): this {
    const time = new Date(Date.parse('2026-11-22T10:00:00.000Z') + this.#at).toISOString()
    const reason = status === 'cancelled' ? 'interrupted' : null
    this.events.push({ type: 'run-finished', at: this.#at, time, status, reason })
    return this
  }
}

interface Answered {
  tokens?: readonly [number, number] | null
  cost?: number | null
  attempt?: number
}

export const modelConfig: ModelConfig = {
  llm: 'writer',
  provider: 'openai',
  api: 'chat',
  model: 'gpt-4o-mini',
  endpoint: 'https://api.openai.com/v1',
  max_tokens: 500,
  temperature: 0.7,
}

export function llmStep(id: string, name: string, ...needs: string[]): StepSummary {
  return { id, name, kind: 'llm', needs }
}

/** The flagship flow with three critics. */
export function soundtrack(): Story {
  const critics = [0, 1, 2].map((index) =>
    llmStep(`critic[${index}]`, `Critic Flowstep ${index}`, 'lyrics_step'),
  )
  return new Story(
    [
      llmStep('title_step', 'Movie Title Flowstep'),
      llmStep('song_step', 'Song Title Flowstep', 'title_step'),
      llmStep('characters_step', 'Characters Flowstep', 'title_step'),
      llmStep('lyrics_step', 'Lyrics Flowstep', 'song_step', 'characters_step'),
      ...critics,
    ],
    {
      movie_title: 'title_step',
      song_title: 'song_step',
      main_characters: 'characters_step',
      song_lyrics: 'lyrics_step',
      song_reviews: critics.map(({ id }) => id),
    },
  )
}

const verse = Array.from({ length: 15 }, (_, line) =>
  line === 7 ? '' : `Line ${line + 1} of a song about friends`,
).join('\n')

/** All goes well. */
export function soundtrackSucceeds(): Story {
  const story = soundtrack()
  story.at(0).ready('title_step').at(1).start('title_step')
  story.at(312).firstToken('title_step').at(1204).answered('title_step')
  story.succeed('title_step', 'True Bonds', { movie_title: 'True Bonds' })
  story.ready('song_step', 'characters_step').start('song_step').start('characters_step')
  story
    .at(2404)
    .answered('song_step', { tokens: [21, 9] })
    .succeed('song_step', 'Side by Side', { song_title: 'Side by Side' })
  story.at(3514).answered('characters_step', { tokens: [24, 412], cost: 0.00025 })
  story.succeed('characters_step', 'Mia, a shy violinist.\nLeo, her loud neighbour.', {
    main_characters: 'Mia and Leo',
  })
  story.ready('lyrics_step').start('lyrics_step')
  story
    .at(6320)
    .answered('lyrics_step', { tokens: [440, 380], cost: 0.00029 })
    .succeed('lyrics_step', verse, { song_lyrics: verse })
  for (const index of [0, 1, 2]) story.ready(`critic[${index}]`).start(`critic[${index}]`)
  for (const index of [2, 0, 1]) {
    story
      .at(8000 + 100 * ((index + 1) % 3))
      .answered(`critic[${index}]`, { tokens: [411, 99], cost: 0.00012 })
    story.succeed(`critic[${index}]`, `Review ${index}`, { song_reviews: `Review ${index}` })
  }
  return story.at(8412).finish()
}

/** A retry helps one step, another fails for good, what needs it is blocked. */
export function soundtrackFails(): Story {
  const story = soundtrack()
  const limited: RunError = { code: 'rate-limited', message: 'too many requests (429)', http_status: 429 }
  const unknownModel: RunError = {
    code: 'request-refused',
    message: 'the model "gpt-5-nano-x" does not exist',
    http_status: 404,
    help: 'change "model" in the flow,\nor run with --offline',
  }
  story.at(0).ready('title_step').start('title_step')
  story.at(420).refused('title_step', limited, { wait: 812 }).at(1232).attempt('title_step', 2)
  story.at(2404).firstToken('title_step', 2).at(2900).answered('title_step', { attempt: 2 })
  story.succeed('title_step', 'True Bonds', { movie_title: 'True Bonds' })
  story.ready('song_step', 'characters_step').start('song_step').start('characters_step')
  story
    .at(3100)
    .refused('song_step', unknownModel)
    .fail('song_step', unknownModel)
    .block('lyrics_step', 'song_step')
  for (const index of [0, 1, 2]) story.block(`critic[${index}]`, 'lyrics_step')
  story
    .at(4200)
    .answered('characters_step')
    .succeed('characters_step', 'Mia and Leo', { main_characters: 'Mia and Leo' })
  return story.at(4200).finish('failed')
}

/** Ctrl-C while two steps are in flight. */
export function soundtrackInterrupted(): Story {
  const story = soundtrack()
  story.at(0).ready('title_step').start('title_step')
  story.at(1204).answered('title_step').succeed('title_step', 'True Bonds', { movie_title: 'True Bonds' })
  story.ready('song_step', 'characters_step').start('song_step').start('characters_step')
  story.at(1500)
  for (const { id } of story.summaries().slice(1)) story.cancel(id)
  return story.finish('cancelled')
}
