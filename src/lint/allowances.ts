import { asciiLowerCase } from '../sql/ascii-case.js'
import { tokenize } from '../sql/tokens.js'

const DIRECTIVE = /^(?:--|\/\/|\/\*)\s*dbfleet:\s*(.*?)(?:\*\/)?$/is

/**
 * The codes that a migration's comments allow, as in `-- dbfleet: allow=drops-table`; anywhere in
 * the file, for the whole of it.
 */
export function allowancesIn(text: string, kind: 'sql' | 'module'): Set<string> {
  const comments =
    kind === 'sql'
      ? tokenize(text).flatMap(token => (token.kind === 'comment' ? [token.text] : []))
      : text.split('\n').map(line => line.trim())
  return new Set(
    comments.flatMap(comment => {
      const [, words = ''] = DIRECTIVE.exec(comment) ?? []
      return [...words.matchAll(/\ballow=([\w-]+)/gi)].map(([, code = '']) => asciiLowerCase(code))
    }),
  )
}
