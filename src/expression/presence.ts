import { isPath, pathText, type Expression, type Path, type Variable } from './expression.ts'

/** The paths that are there for certain when an expression has turned out so; each with all that it leads through. */
export function presentWhen(expression: Expression, value: boolean): readonly string[] {
  switch (expression.kind) {
    case 'has':
      return value ? stages(expression.of) : []
    case 'not':
      return presentWhen(expression.of, !value)
    case 'and':
    case 'or':
      // All parts of what is joined have turned out so, or else nobody knows which.
      return value === (expression.kind === 'and')
        ? expression.parts.flatMap((part) => presentWhen(part, value))
        : []
    default:
      return []
  }
}

/** A path and the shorter ones that it begins with. */
function stages(path: Path): readonly string[] {
  const before = path.kind !== 'variable' && isPath(path.of) ? stages(path.of) : []
  const text = pathText(path)
  return text === undefined ? before : [...before, text]
}

/** A place where an expression names a variable. */
export interface VariableUse {
  readonly variable: Variable
  /** Whether there is no answer without it; not where `has` asks for it, here or before. */
  readonly isNeeded: boolean
}

/** The variables of an expression, at every place where it names one, in the order of the text. */
export function* usesIn(
  expression: Expression,
  present: ReadonlySet<string> = new Set(),
): Generator<VariableUse, void, undefined> {
  switch (expression.kind) {
    case 'literal':
      break
    case 'variable':
      if (!expression.isItem) yield { variable: expression, isNeeded: !present.has(expression.name) }
      break
    case 'has':
      for (const { variable } of usesIn(expression.of, present)) yield { variable, isNeeded: false }
      break
    case 'and':
    case 'or': {
      const known = new Set(present)
      for (const part of expression.parts) {
        yield* usesIn(part, known)
        for (const path of presentWhen(part, expression.kind === 'and')) known.add(path)
      }
      break
    }
    case 'choice': {
      const { condition, yes, no } = expression
      yield* usesIn(condition, present)
      yield* usesIn(yes, new Set([...present, ...presentWhen(condition, true)]))
      yield* usesIn(no, new Set([...present, ...presentWhen(condition, false)]))
      break
    }
    default:
      for (const part of partsOf(expression)) yield* usesIn(part, present)
  }
}

function partsOf(
  expression: Exclude<Expression, { kind: 'literal' | 'variable' | 'has' | 'and' | 'or' | 'choice' }>,
): readonly Expression[] {
  switch (expression.kind) {
    case 'member':
    case 'not':
    case 'minus':
      return [expression.of]
    case 'index':
      return [expression.of, expression.at]
    case 'binary':
      return [expression.left, expression.right]
    case 'list':
      return expression.items
    case 'call':
      return expression.argument === undefined ? [expression.of] : [expression.of, expression.argument]
    case 'each':
      return [
        expression.list,
        ...(expression.condition === undefined ? [] : [expression.condition]),
        expression.body,
      ]
  }
}
