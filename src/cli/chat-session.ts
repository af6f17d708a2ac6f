import { closest } from '../diagnostics/closest.ts'
import { countText, dollarsText, tokensOf } from '../reporters/amounts.ts'
import type { Reporter } from '../reporters/reporter.ts'
import type { Histories } from '../run/conversations.ts'
import { RunRefused } from '../run/refusal.ts'
import { runTurn, type Turn } from '../run/run-flow.ts'
import type { RunUsage } from '../run/usage.ts'
import { visible } from '../source/visible.ts'
import { tellAftermath } from './aftermath.ts'
import type { Line, Lines } from './chat-lines.ts'
import type { ChatTexts } from './chat-options.ts'
import type { FlowOrder } from './flow-order.ts'
import type { ExitCode, Io } from './io.ts'
import { say } from './message.ts'
import { explainRefusal } from './refused-run.ts'
import { select } from './select.ts'
import { catchSignals, type Interruption } from './signals.ts'

interface Talk {
  readonly order: FlowOrder<ChatTexts>
  /** The input that takes what is said. */
  readonly said: string
  /** The path in a result of what is shown. */
  readonly shown: string
}

const commands = ['/help', '/reset', '/exit'] as const

const helpText = `/reset  forget what was said
/exit   end the talk; so does Ctrl-D
`

/**
 * A talk with a flow. Knows what was said so far and what it has cost, and forgets it when it ends. A turn without an
 * answer is forgotten whole, so that the next one goes on as if it had not been tried.
 */
export class ChatSession {
  readonly #talk: Talk
  readonly #io: Io
  #histories: Histories = {}
  #answers = 0
  #hasFailed = false
  #isUnheard = false
  #isAnswering = false
  /** Listened for through the whole talk: a signal that comes between two listeners may be lost. */
  #interruption: Interruption
  readonly #used = { calls: 0, input_tokens: 0, output_tokens: 0, cost: 0, unpriced_calls: 0 }

  constructor(talk: Talk, io: Io) {
    this.#talk = talk
    this.#io = io
    this.#interruption = this.#listen()
  }

  /** Answers line after line until there are no more; resolves with what the process should exit with. */
  async talk(lines: Lines): Promise<ExitCode> {
    // Whoever reads the answers may have read enough; what nobody reads need not be paid for.
    process.stdout.once('error', () => {
      this.#isUnheard = true
    })
    let code: ExitCode | undefined
    try {
      while (code === undefined && !this.#isUnheard) {
        const line = await this.#next(lines)
        if ('ended' in line) code = line.ended
        else if (line.text.trim() !== '') code = await this.#hear(line.text)
      }
    } finally {
      this.#interruption.release()
    }
    this.#tellCost()
    return code !== undefined && code !== 0 ? code : this.#hasFailed && !this.#io.isInteractive ? 1 : 0
  }

  #listen(): Interruption {
    return catchSignals(() => {
      if (this.#isAnswering && this.#talk.order.texts.quiet !== true)
        this.#io.stderr.write('\nstopping this answer; interrupt again to exit at once\n')
    })
  }

  /** The next line, or the signal that comes before it. */
  async #next(lines: Lines): Promise<Line> {
    const interruption = this.#interruption
    const { signal } = interruption
    const released = new AbortController()
    const interrupted = new Promise<Line>((resolve) => {
      const end = (): void => resolve({ ended: interruption.exitCode ?? 130 })
      signal.addEventListener('abort', end, { signal: released.signal })
      if (signal.aborted) end()
    })
    try {
      return await Promise.race([lines.next(), interrupted])
    } finally {
      released.abort()
    }
  }

  /** What is said is a command, or a turn; the exit code where that ends the talk. */
  async #hear(text: string): Promise<ExitCode | undefined> {
    const word = text.trim()
    const command = commands.find((one) => one === word)
    switch (command) {
      case '/exit':
        return 0
      case '/reset':
        this.#histories = {}
        if (this.#talk.order.texts.quiet !== true) this.#io.stderr.write('what was said is forgotten\n')
        return undefined
      case '/help':
        this.#io.stderr.write(helpText)
        return undefined
      case undefined: {
        const guess = /^\/[a-z]+$/.test(word) ? closest(word, commands) : undefined
        if (guess === undefined) return this.#answer(text)
        say(this.#io, 'error', `there is no command "${word}"`, `did you mean "${guess}"?`)
        return undefined
      }
    }
  }

  async #answer(text: string): Promise<ExitCode | undefined> {
    this.#isAnswering = true
    const turn = await this.#turn(text)
    this.#isAnswering = false
    if (typeof turn === 'number') return turn
    if (turn !== undefined) await this.#tell(turn)
    if (turn?.result.status === 'over_budget') return 3
    const { exitCode } = this.#interruption
    // On a terminal Ctrl-C is for the answer; whoever stops a pipe means all of it.
    if (exitCode !== 130 || !this.#io.isInteractive) return exitCode
    const next = this.#listen()
    this.#interruption.release()
    this.#interruption = next
    return undefined
  }

  async #tell({ result, histories }: Turn): Promise<void> {
    const { shown, order } = this.#talk
    this.#count(result.usage)
    const { verbose, quiet } = order.texts
    if (verbose !== true && quiet !== true) tellAftermath(result, order.texts, this.#io)
    const answer = select(result, shown)
    if (!answer.found) {
      if (result.status === 'succeeded')
        say(this.#io, 'error', `there is no answer: the result has no "${shown}"`, 'its step was skipped')
      this.#hasFailed = true
      return
    }
    this.#histories = histories
    this.#answers++
    const text = typeof answer.value === 'string' ? answer.value : JSON.stringify(answer.value, null, 2)
    const end = this.#io.isInteractive ? '\n\n' : '\n'
    await this.#io.stdout.writeAll([visible(text).replace(/\n+$/, ''), end])
  }

  /** Undefined, and said why, when the flow does not take what is said; the exit code when it cannot run at all. */
  async #turn(text: string): Promise<Turn | 2 | undefined> {
    const { order, said } = this.#talk
    const { compiled, inputs, texts, limits, env, path } = order
    const { maxCost } = limits
    const reporters = await this.#reporters()
    try {
      return await runTurn(compiled, {
        ...limits,
        // What was spent before counts against the talk.
        ...(maxCost === undefined ? {} : { maxCost: Math.max(0, maxCost - this.#used.cost) }),
        allowUnpriced: texts.allowUnpriced === true,
        noCode: texts.code === false,
        // stdout is for the answers.
        onOutput: (text) => {
          if (texts.quiet !== true) this.#io.stderr.write(visible(text))
        },
        inputs: new Map([...inputs, [said, text]]),
        histories: this.#histories,
        env,
        signal: this.#interruption.signal,
        allowHosts: texts.allowHost ?? [],
        allowEnv: texts.allowEnv ?? [],
        keepRaw: false,
        reporters,
        onReporterError: (error) =>
          say(this.#io, 'warning', error instanceof Error ? error.message : String(error)),
      })
    } catch (error) {
      if (!(error instanceof RunRefused)) throw error
      for (const problem of error.problems) {
        const { message, help } = explainRefusal(problem, compiled.flow, path)
        say(this.#io, 'error', message, help)
      }
      // What is wrong with this line may be right with the next one; anything else stays wrong.
      if (error.problems.some(({ input }) => input !== said)) return 2
      this.#hasFailed = true
      return undefined
    } finally {
      for (const reporter of reporters) reporter.end?.()
    }
  }

  async #reporters(): Promise<readonly Reporter[]> {
    const { stderr, animated } = this.#io
    const { texts, compiled } = this.#talk.order
    if (texts.verbose === true) {
      const { createVerbose } = await import('../reporters/verbose.ts')
      const { palette, columns } = stderr
      const write = (text: string): void => stderr.write(text)
      return [createVerbose({ write, palette, columns, flow: compiled.flow })]
    }
    if (texts.quiet === true || animated === undefined) return []
    const { createSpinner } = await import('../reporters/spinner.ts')
    return [createSpinner({ stream: animated, palette: stderr.palette })]
  }

  #count({ calls, input_tokens, output_tokens, cost, unpriced_calls }: RunUsage): void {
    this.#used.calls += calls
    this.#used.input_tokens += input_tokens
    this.#used.output_tokens += output_tokens
    this.#used.cost += cost ?? 0
    this.#used.unpriced_calls += unpriced_calls
  }

  #tellCost(): void {
    const { calls, cost, unpriced_calls } = this.#used
    if (calls === 0 || this.#talk.order.texts.quiet === true) return
    const parts = [countText(this.#answers, 'answer'), countText(calls, 'call')]
    const tokens = tokensOf(this.#used)
    if (tokens > 0) parts.push(countText(tokens, 'token'))
    if (unpriced_calls < calls) parts.push(dollarsText(cost))
    if (unpriced_calls > 0) parts.push(`${countText(unpriced_calls, 'call')} of unknown price`)
    this.#io.stderr.write(`${parts.join(', ')}\n`)
  }
}
