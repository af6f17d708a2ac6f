import module from 'node:module'
import manifest from '../../package.json' with { type: 'json' }

// The entry. What it imports is paid for by every start, so it imports next to nothing.
const args = process.argv.slice(2)
if (args[0] === '--version' || args[0] === '-V') {
  process.stdout.on('error', () => {})
  process.stdout.write(`${manifest.version}\n`)
} else {
  // Node 22 and later keep compiled code between starts.
  if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function')
    module.enableCompileCache()
  void import('./process.ts').then(({ runProcess }) => runProcess(args))
}
