import { asciiUpperCase } from './ascii-case.js'
import { sqliteKeywords } from './keywords.js'

const plainName = /^[a-z_][a-z0-9_]*$/

/** Not keywords, but unquoted they mean 1 and 0 where no column has that name. */
const booleanNames = new Set(['true', 'false'])

/**
 * A name as an SQL identifier, always in double quotes.
 *
 * @throws Error when the name contains NUL, which no identifier can hold.
 */
export function quoteIdentifier(name: string): string {
  if (name.includes('\0')) {
    throw new Error(`An SQL identifier cannot contain NUL: ${JSON.stringify(name)}`)
  }
  return `"${name.replaceAll('"', '""')}"`
}

/**
 * A name as an SQL identifier, in double quotes unless it is made of lower-case letters, digits and
 * `_` and is no keyword. For text that people read.
 *
 * @throws Error when the name contains NUL, which no identifier can hold.
 */
export function quoteIdentifierIfNeeded(name: string): string {
  const isPlain =
    plainName.test(name) && !sqliteKeywords.has(asciiUpperCase(name)) && !booleanNames.has(name)
  return isPlain ? name : quoteIdentifier(name)
}

/**
 * A text as an SQL expression that has it as its value. It is a string literal, unless the text
 * contains NUL, which a literal cannot hold: then it is a cast of the UTF-8 bytes, which gives the
 * text back in a database with `PRAGMA encoding` UTF-8 (the default) only.
 */
export function quoteText(text: string): string {
  if (text.includes('\0')) {
    return `CAST(X'${Buffer.from(text, 'utf8').toString('hex').toUpperCase()}' AS TEXT)`
  }
  return `'${text.replaceAll("'", "''")}'`
}
