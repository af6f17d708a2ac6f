import type { Node } from '../../document/node.ts'
import { parseTemplate } from '../../template/parse.ts'
import { references } from '../../template/template.ts'
import { commandWords } from '../command-words.ts'
import type { CommandStep } from '../flow.ts'
import type { StepReading } from '../kinds.ts'
import { child, itemsOf, numberAt, textAt, textNode } from '../reader.ts'
import { writtenTemplate, type WrittenTemplate } from '../texts.ts'
import { readValue } from '../values.ts'

/** A step that runs a program. */
export function readCommandStep({ entry, node, base, templates, surroundings }: StepReading): CommandStep {
  const { diagnosis, folder } = surroundings
  const command = child(node, 'command')
  const written = itemsOf(command).map(readArgument)
  const [program] = written
  for (const argument of written) if (argument !== undefined) templates.push(argument)
  if (command !== undefined && folder === undefined) {
    diagnosis.error('bad-command', command.span, 'a flow that is not a file has no folder to run programs in')
  }
  if (program !== undefined) {
    const [variable] = references(program.template)
    if (variable !== undefined) {
      const message = `which program step "${entry.key}" runs must not depend on {${variable.variable}}`
      diagnosis.error('bad-command', program.place(variable.start, variable.end), message, {
        help: 'write the name of the program; variables may stand in its arguments and in "stdin"',
      })
    } else if (written.length === 1 && /\s/.test(program.template.text)) {
      diagnosis.warning(
        'bad-command',
        program.span,
        `there is hardly a program called "${program.template.text}"`,
        {
          help: `no shell reads it; write each word as an item: ${commandWords(program.template.text)}`,
        },
      )
    }
  }
  const stdin = child(node, 'stdin')
  const output = textAt(node, 'output')
  return {
    ...base,
    kind: 'command',
    argv: written.map((argument) => argument?.template ?? parseTemplate('')),
    stdin: stdin === undefined ? undefined : readValue(stdin, templates),
    output: output === 'json' || output === 'lines' ? output : 'text',
    env: itemsOf(child(node, 'env')).flatMap((name) => textNode(name)?.value ?? []),
    maxRetries: numberAt(node, 'max_retries') ?? 0,
  }
}

/** An argument, as it is written: `007` and `1.10` are no numbers to a program. */
function readArgument(node: Node): WrittenTemplate | undefined {
  if (node.kind !== 'scalar' || node.value === null) return undefined
  const text = textNode(node)
  if (text !== undefined) return writtenTemplate(text)
  const { file, start, end } = node.span
  return writtenTemplate({ ...node, value: file.text.slice(start, end) })
}
