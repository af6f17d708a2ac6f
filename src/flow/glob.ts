/** Whether a name matches a pattern in which `*` stands for any run of characters.. */
export function matchesGlob(pattern: string, name: string): boolean {
  let at = 0
  let star = -1
  let retry = 0
  for (let i = 0; i < name.length;) {
    if (at < pattern.length && pattern[at] === name[i] && pattern[at] !== '*') {
      at++
      i++
    } else if (pattern[at] === '*') {
      star = at++
      retry = i
    } else if (star !== -1) {
      at = star + 1
      i = ++retry
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}

export function isGlob(pattern: string): boolean {
  return pattern.includes('*')
}
