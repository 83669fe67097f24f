import { asciiLowerCase } from './ascii-case.js'
import type { SqlStatement } from './split-statements.js'
import { meaningfulTokens } from './tokens.js'
import { unquotedName } from './unquoted-name.js'

/**
 * The pragma of a PRAGMA statement: its name in lower case, without the schema, and whether it is
 * given a value, by `= v`, `== v` or `(v)`.
 */
export function pragmaOf(statement: SqlStatement): { name: string; isAssigned: boolean } {
  const tokens = meaningfulTokens(statement.sql)
  const position = tokens[2]?.text === '.' ? 3 : 1
  const name = tokens[position]
  const after = tokens[position + 1]?.text
  return {
    name: name === undefined ? '' : asciiLowerCase(unquotedName(name)),
    isAssigned: after === '=' || after === '==' || after === '(',
  }
}
