import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bin, cleanEnv } from '../e2e/llmflows.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

/** Ends a script that a test runs in a shell. */
const ready = 'ready-to-type'
const ended = '\n(the shell has ended)'

interface Dialect {
  readonly start: string
  /** Makes Control-X Control-P print the line being edited between << and >>. */
  readonly printLine: string
  readonly program: string
  readonly install: string
}

const program = `llmflows() { '${process.execPath}' '${bin}' "$@"; }`

const dialects: Readonly<Record<Shell, Dialect>> = {
  bash: {
    start: 'bash --norc --noprofile -i',
    program,
    install: 'eval "$(llmflows completion bash)"',
    printLine: String.raw`PS1='> '; bind 'set enable-bracketed-paste off'; bind 'set bell-style none'
bind -x '"\C-x\C-p": printf "<<%s>>\n" "$READLINE_LINE"'`,
  },
  zsh: {
    start: 'zsh -f -i',
    program,
    install: 'autoload -Uz compinit; compinit -D; eval "$(llmflows completion zsh)"',
    printLine: String.raw`PS1='> '; unsetopt beep promptsp promptcr; print-line() { print -r -- $'\n'"<<$BUFFER>>" }
zle -N print-line; bindkey '^X^P' print-line`,
  },
  fish: {
    start: 'fish --no-config -i',
    program: `function llmflows; '${process.execPath}' '${bin}' $argv; end`,
    install: 'llmflows completion fish | source',
    printLine: String.raw`function fish_prompt; echo '> '; end; function fish_greeting; end
bind \cx\cp 'printf "\n<<%s>>\n" (commandline | string collect)'`,
  },
}

export function isInstalled(shell: Shell): boolean {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0
}

/** A real shell on a terminal of its own, with the completion of llmflows installed as its script says. */
export class ShellSession {
  readonly #child: ChildProcessWithoutNullStreams
  #shown = ''
  #wake = (): void => {}

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child
    child.stdout.on('data', (bytes: Buffer) => {
      this.#shown += bytes.toString()
      this.#wake()
    })
    child.once('close', () => {
      this.#shown += ended
      this.#wake()
    })
    child.stdin.on('error', () => {})
  }

  static async start(
    shell: Shell,
    cwd: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<ShellSession> {
    const { start, program, install, printLine } = dialects[shell]
    const set = join(cwd, '.setup')
    writeFileSync(set, `${program}\n${install}\n${printLine}\necho ${ready.replace('-', "'-'")}\n`)
    const inner = `stty cols 100 rows 40; exec ${start}`
    const child = spawn('script', ['-qec', inner, '/dev/null'], {
      cwd,
      env: cleanEnv({ TERM: 'xterm', HOME: cwd, XDG_CONFIG_HOME: cwd, XDG_DATA_HOME: cwd, ...env }),
      stdio: 'pipe',
    })
    const session = new ShellSession(child)
    session.type(`. ./.setup\r`)
    await session.until(new RegExp(ready))
    return session
  }

  type(keys: string): void {
    this.#child.stdin.write(keys)
  }

  /** What has been shown since the last wait, as soon as it has all that is wanted. */
  async until(...wanted: readonly (RegExp | string)[]): Promise<string> {
    const isThere = (one: RegExp | string): boolean => this.#shown.search(one) !== -1
    const patterns = wanted.map((one) => (typeof one === 'string' ? escaped(one) : one))
    while (!patterns.every(isThere)) {
      if (this.#shown.endsWith(ended)) throw new Error(`not shown: ${this.#shown}`)
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    const seen = this.#shown
    this.#shown = ''
    return seen
  }

  /** The line after these keys; the line is empty again when it resolves. */
  async lineAfter(keys: string): Promise<string> {
    this.type(`${keys}\u0018\u0010`)
    const seen = await this.until(/<<[^]*?>>/)
    this.type('\u0005\u0015')
    return /<<([^]*)>>/.exec(seen)?.[1] ?? ''
  }

  /** What is shown after the keys, with all the texts, without colours; the line is empty again when it resolves. */
  async shownAfter(keys: string, texts: readonly string[]): Promise<string> {
    this.type(keys)
    const seen = await this.until(...texts)
    this.type('\u0005\u0015')
    return seen.replaceAll(/\u001b\[[\d;?]*[A-Za-z]|\r/g, '')
  }

  end(): void {
    // With its terminal gone a shell hangs up.
    this.#child.kill('SIGKILL')
  }
}

function escaped(text: string): RegExp {
  return new RegExp(text.replaceAll(/[^\w\s]/g, String.raw`\$&`))
}
