/** What a look at the text of a module finds, without running it. */
export interface WrittenExports {
  readonly names: ReadonlySet<string>
  /** False where more may be exported than can be seen: CommonJS, `export *`, patterns. */
  readonly isWhole: boolean
}

const comments = /\/\*[^]*?\*\/|(?<=^|[\s;{}(),])\/\/[^\n]*/g
const declared =
  /\bexport\s+(?:declare\s+)?(?:async\s+)?(?:abstract\s+)?(?:function\s*\*?|class|const|let|var|enum|const\s+enum)\s+([A-Za-z_$][\w$]*)/g
const listed = /\bexport\s*\{([^}]*)\}/g
/** What can hide names. A type is no value, and hides none. */
const unseen =
  /\bexport\s*\*|\bexport\s+(?:const|let|var)\s*[[{]|\bexport\s+(?:const|let|var)\s[^;\n=]*=[^;\n]*,\s*[A-Za-z_$][\w$]*\s*=|\bexport\s*=|\bmodule\s*\.\s*exports|\bexports\s*[.[]|\bexport\s+import\b|\bexport\s+(?:namespace|module)\b/

/**
 * The names that a module exports, as far as its text says so. It is a look, not a parser: where something could be missed
 * it says so, and what it takes for an export need not be one.
 */
export function writtenExports(text: string): WrittenExports {
  const code = text.replace(comments, ' ')
  const names = new Set<string>()
  for (const [, name = ''] of code.matchAll(declared)) names.add(name)
  for (const [, list = ''] of code.matchAll(listed)) {
    for (const entry of list.split(',')) {
      const name = /(?:\bas\s+)?([A-Za-z_$][\w$]*|"[^"]*"|'[^']*')\s*$/.exec(entry)?.[1]
      if (name !== undefined && !/^\s*type\s/.test(entry)) names.add(name.replaceAll(/["']/g, ''))
    }
  }
  if (/\bexport\s+default\b/.test(code)) names.add('default')
  return { names, isWhole: names.size > 0 && !unseen.test(code) }
}
