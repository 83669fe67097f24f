import { asciiLowerCase } from '../sql/ascii-case.js'
import { quoteText } from '../sql/quote.js'
import type { Token } from '../sql/tokens.js'
import { unquotedName } from '../sql/unquoted-name.js'
import { lexemeOf } from './lexeme.js'
import { readNodes } from './nodes.js'
import { withoutParentheses } from './parentheses.js'

/**
 * Puts SQL in one spelling: letter case, quotes, white space, comments, operators of two spellings
 * and parentheses that change nothing are gone. Texts that mean different things stay different.
 *
 * @param columns names in lower case that double quotes may mean; another name in double quotes is
 *   taken for a string, as SQLite does. Without it every quoted name is a name.
 */
export function normalizeSql(tokens: readonly Token[], columns?: ReadonlySet<string>): string {
  const lexemes = tokens.map((token, index) =>
    columns !== undefined && isString(token, tokens[index + 1], columns)
      ? { text: quoteText(unquotedName(token)) }
      : lexemeOf(token),
  )
  return withoutParentheses(readNodes(lexemes))
    .map(({ text }) => text)
    .join(' ')
}

function isString(token: Token, next: Token | undefined, columns: ReadonlySet<string>): boolean {
  if (token.kind !== 'identifier' || !token.text.startsWith('"')) return false
  if (next?.text === '.' || next?.text === '(') return false
  return !columns.has(asciiLowerCase(unquotedName(token)))
}
