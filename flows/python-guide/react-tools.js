// What the agent can do. A model's text comes in here, so nothing of it is ever run as code.

/** Uses the tool that a model's action names; gives what is observed. */
export function act({ thought_action: text }) {
  const [, tool, given = ''] = /Action:\s*(final answer|wikipedia|calculator):\s*(.*)/.exec(text) ?? []
  switch (tool) {
    case 'final answer':
      return '<final_answer>'
    case 'wikipedia':
      return `\nObservation: ${lookUp(given.trim())}`
    case 'calculator':
      return `\nObservation: ${calculate(given)}`
    default:
      return '<invalid_action>'
  }
}

/** What the model found out; an empty text when it ran out of rounds. */
export function finalAnswer({ thought_action: text }) {
  return /final answer:\s*(.*)/.exec(text)?.[1].trim() ?? ''
}

// Stands in for a lookup in the network, so that the agent can be tried without one. A real one is async and takes
// the signal: async ({ thought_action }, { signal }) => (await fetch(url, { signal })).text()
const articles = new Map([
  ['barack obama', 'Barack Hussein Obama II (born August 4, 1961) was the 44th president of the United States.'],
  ['michelle obama', 'Michelle LaVaughn Robinson Obama (born January 17, 1964) is an American attorney and author.'],
])

function lookUp(title) {
  return articles.get(title.toLowerCase()) ?? "The search didn't return any data"
}

function calculate(text) {
  const tokens = text.match(/\d+(?:\.\d+)?|[-+*/()]|\S/g) ?? []
  let at = 0
  const sum = () => chain(product, ['+', '-'])
  const product = () => chain(factor, ['*', '/'])
  function chain(part, signs) {
    let value = part()
    while (signs.includes(tokens[at])) {
      const sign = tokens[at++]
      const next = part()
      value = { '+': value + next, '-': value - next, '*': value * next, '/': value / next }[sign]
    }
    return value
  }
  function factor() {
    const token = tokens[at++]
    if (token === '-') return -factor()
    if (token !== '(') return token === undefined ? NaN : Number(token)
    const value = sum()
    return tokens[at++] === ')' ? value : NaN
  }
  // No expression of a model is this long; a deep one would only exhaust the stack.
  const value = tokens.length > 200 ? NaN : sum()
  return at === tokens.length && Number.isFinite(value)
    ? `the calculation result is ${value}`
    : 'this is no arithmetic expression'
}
