import { asciiLowerCase } from '../sql/ascii-case.js'
import { quoteText } from '../sql/quote.js'
import type { Token } from '../sql/tokens.js'
import { unquotedName } from '../sql/unquoted-name.js'
import type { VirtualTable } from './schema.js'
import { splitAtCommas, type TokenReader } from './token-reader.js'

/**
 * Reads a CREATE VIRTUAL TABLE. A module gets its arguments as raw text and says itself what they
 * mean; those known take every kind of quotes for the same.
 *
 * @param reader behind the table's name
 */
export function parseVirtualTable(name: string, sql: string, reader: TokenReader): VirtualTable {
  reader.accept('USING')
  const module = asciiLowerCase(reader.name())
  const inside = reader.peek()?.text === '(' ? reader.parenthesized() : []
  return { name, module, arguments: splitAtCommas(inside).map(argumentText), sql }
}

function argumentText(tokens: readonly Token[]): string {
  return tokens
    .map(token => {
      if (token.kind === 'word') return asciiLowerCase(token.text)
      const isQuoted = token.kind === 'string' || token.kind === 'identifier'
      return isQuoted ? quoteText(unquotedName(token)) : token.text
    })
    .join(' ')
}
