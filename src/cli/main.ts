import manifest from '../../package.json' with { type: 'json' }
import { loadProgram } from './code-cache.ts'
import { shortHelp } from './help.ts'

/** Where the command line starts. Every start pays for what is loaded here; the rest is loaded when it is needed. */
export function main(): void {
  const args = process.argv.slice(2)
  const [first = '--help'] = args
  if (first === '--version' || first === '-V') answer(`${manifest.version}\n`)
  else if (first === '--help' || first === '-h' || (first === 'help' && args.length === 1)) answer(shortHelp)
  else void loadProgram().program.runProcess(args)
}

function answer(text: string): void {
  process.stdout.on('error', (error) => {
    // Whoever reads may stop reading; a full disk is another thing.
    if ('code' in error && error.code === 'EPIPE') return
    process.exitCode = 1
    process.stderr.write(`error: standard output cannot be written: ${error.message}\n`)
  })
  process.stdout.write(text)
}

export { loadProgram }
