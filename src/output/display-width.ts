import { stripVTControlCharacters } from 'node:util'

/** Printable ASCII and our own signs, the space that does not break among them: one column each. */
const PLAIN = /^[\x20-\x7e\u00a0…→]*$/

/**
 * How many columns a text takes on a terminal: wide characters take two, combining ones and
 * colours none.
 */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  const bare = stripVTControlCharacters(text)
  return PLAIN.test(bare) ? bare.length : exactWidth(bare)
}

/** Adds spaces on the right until the text takes `width` columns. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

/**
 * Loads its tables when they are first needed: that takes half as long as starting Node. The bundler
 * sees this `require` and takes the package in; one that was made would be looked for at run time.
 */
function exactWidth(text: string): number {
  const { default: stringWidth } = require('string-width') as typeof import('string-width')
  return stringWidth(text)
}
