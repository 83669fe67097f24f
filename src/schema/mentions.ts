import { asciiLowerCase } from '../sql/ascii-case.js'
import { meaningfulTokens } from '../sql/tokens.js'
import { unquotedName } from '../sql/unquoted-name.js'

/** Whether one of the names, in lower case, occurs in a text as a word, quoted or not. */
export function mentions(sql: string, names: ReadonlySet<string>): boolean {
  return meaningfulTokens(sql).some(token => names.has(asciiLowerCase(unquotedName(token))))
}
