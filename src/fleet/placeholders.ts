import { UsageError } from '../errors/usage-error.js'

/** A piece of a text with placeholders: text as it stands, or what is between `{` and `}`. */
export type Piece = { text: string } | { placeholder: string }

/**
 * Takes apart a text such as `{2}` or `users/{hash:2}/{name}`.
 *
 * @param what names the text in an error: `name`, `create`
 * @throws UsageError `bad-pattern` when a brace stands alone
 */
export function parsePlaceholders(text: string, what: string): Piece[] {
  const pieces = text.split(/(\{[^{}]*\})/).filter(piece => piece !== '')
  return pieces.map(piece => {
    if (piece.startsWith('{') && piece.endsWith('}')) return { placeholder: piece.slice(1, -1) }
    if (/[{}]/.test(piece)) {
      throw new UsageError('bad-pattern', `${what} "${text}" has a brace that stands alone`)
    }
    return { text: piece }
  })
}
