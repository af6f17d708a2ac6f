import { Argument, type Command } from 'commander'
import { closest } from '../diagnostics/closest.ts'
import type { Io } from './io.ts'
import { UsageError } from './usage-error.ts'

/** Loaded one by one, since each is wanted alone. */
const schemas = new Map<string, () => Promise<{ readonly default: object }>>([
  ['flow', () => import('../../schemas/flow.schema.json', { with: { type: 'json' } })],
  ['result', () => import('../../schemas/result.schema.json', { with: { type: 'json' } })],
  ['event', () => import('../../schemas/event.schema.json', { with: { type: 'json' } })],
  ['diagnostics', () => import('../../schemas/diagnostics.schema.json', { with: { type: 'json' } })],
  ['plan', () => import('../../schemas/plan.schema.json', { with: { type: 'json' } })],
])

/** `llmflows schema [flow|result|event|plan|diagnostics]`: a JSON Schema on stdout. */
export function registerSchema(program: Command, io: Io): void {
  program
    .command('schema')
    .description('Prints a JSON Schema: of the flow file, or of what a command prints as JSON.')
    .addArgument(new Argument('[name]', 'flow, result, event, plan or diagnostics').default('flow'))
    .action(async (name: string) => {
      const load = schemas.get(name)
      if (load === undefined) {
        const guess = closest(name, schemas.keys())
        throw new UsageError(
          `there is no schema "${name}"`,
          guess === undefined
            ? 'the schemas are flow, result, event, plan and diagnostics'
            : `did you mean "${guess}"?`,
        )
      }
      io.stdout.write(JSON.stringify((await load()).default, null, 2) + '\n')
    })
}
