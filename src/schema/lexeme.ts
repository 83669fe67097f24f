import { asciiLowerCase, asciiUpperCase } from '../sql/ascii-case.js'
import { quoteIdentifier } from '../sql/quote.js'
import type { Token } from '../sql/tokens.js'
import { unquotedName } from '../sql/unquoted-name.js'
import { reservedWords } from './reserved-words.js'

/** A token in the one spelling that stands for all its spellings. */
export interface Lexeme {
  text: string
  /** The word in upper case, where it was written without quotes. */
  word?: string
}

const PLAIN_NAME = /^[a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*$/

/** Unquoted they mean 1 and 0. */
const BOOLEANS = new Set(['true', 'false'])

/** The canonical spelling: names in lower case and quoted only where they must be. */
export function lexemeOf(token: Token): Lexeme {
  const { kind, text } = token
  switch (kind) {
    case 'word': {
      const word = asciiUpperCase(text)
      return { text: reservedWords.has(word) ? word : asciiLowerCase(text), word }
    }
    case 'identifier':
      return { text: canonicalName(unquotedName(token)) }
    case 'number':
      return { text: asciiLowerCase(text).replaceAll('_', '') }
    case 'blob':
      return { text: asciiUpperCase(text) }
    case 'operator':
      return { text: text === '==' ? '=' : text === '<>' ? '!=' : text }
    default:
      return { text }
  }
}

/** A name as it stands in canonical text, whatever its spelling was. */
export function canonicalName(name: string): string {
  const lower = asciiLowerCase(name)
  const isPlain =
    PLAIN_NAME.test(lower) && !reservedWords.has(asciiUpperCase(name)) && !BOOLEANS.has(lower)
  return isPlain ? lower : quoteIdentifier(lower)
}
