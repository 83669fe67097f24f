import type { Token } from './tokens.js'

/**
 * The name that a token stands for, without its quotes. SQLite takes a 'string' for a name too where
 * only a name can stand.
 */
export function unquotedName({ kind, text }: Token): string {
  if (kind !== 'identifier' && kind !== 'string') return text
  const inside = text.slice(1, -1)
  const quote = text.charAt(0)
  return quote === '[' ? inside : inside.replaceAll(quote + quote, quote)
}
