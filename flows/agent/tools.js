// The tools of the agent. What goes wrong in one is said as what it shows, so that the agent can try something else.

/** The last line that names a tool. What names none is an answer. */
export function readMove({ thought }) {
  const moves = [...thought.matchAll(/^(almanac|calculator|answer):[ \t]*(.+)$/gm)]
  const [, tool, input] = moves.at(-1) ?? [undefined, 'answer', thought]
  return { tool, input: input.trim() }
}

const almanac = new Map([
  ['mount everest', '8849 metres'],
  ['matterhorn', '4478 metres'],
  ['amazon', '6400 kilometres'],
  ['danube', '2850 kilometres'],
  ['mars', '6779 kilometres'],
])

export function lookUp({ name }) {
  return almanac.get(name.toLowerCase()) ?? `no entry "${name}"; there are ${[...almanac.keys()].join(', ')}`
}

/** Nothing that a model writes is run: the expression is read number by number. */
export function calculate({ expression }) {
  const tokens = expression.match(/\d+(?:\.\d+)?|\S/g) ?? []
  try {
    const value = sum(tokens)
    return tokens.length === 0 ? String(value) : `an error at "${tokens[0]}"`
  } catch (error) {
    return `an error: ${error.message}`
  }
}

function sum(tokens) {
  let value = product(tokens)
  while (tokens[0] === '+' || tokens[0] === '-') {
    value = tokens.shift() === '+' ? value + product(tokens) : value - product(tokens)
  }
  return value
}

function product(tokens) {
  let value = factor(tokens)
  while (tokens[0] === '*' || tokens[0] === '/') {
    value = tokens.shift() === '*' ? value * factor(tokens) : value / factor(tokens)
  }
  return value
}

function factor(tokens) {
  const token = tokens.shift()
  if (token === '-') return -factor(tokens)
  if (token === '(') {
    const value = sum(tokens)
    if (tokens.shift() !== ')') throw new Error('a parenthesis is not closed')
    return value
  }
  const value = Number(token)
  if (token === undefined || Number.isNaN(value)) throw new Error(`"${token ?? 'the end'}" is no number`)
  return value
}
