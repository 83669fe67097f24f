import { TokenCursor, type TokenKind } from './token-cursor.js'

export type { TokenKind } from './token-cursor.js'

export interface Token {
  readonly kind: TokenKind
  /** As written, quotes included. */
  readonly text: string
  /** Where it starts in the whole text, in UTF-16 code units from 0. */
  readonly offset: number
}

/**
 * The tokens of a text by SQLite's own lexical grammar. Joined, their texts are `sql` again, whatever
 * it holds. Never throws.
 */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  const cursor = new TokenCursor(sql)
  while (cursor.next()) tokens.push(tokenUnder(cursor))
  return tokens
}

/** The tokens that mean something to SQLite: all but white space and comments. */
export function meaningfulTokens(sql: string): Token[] {
  const tokens: Token[] = []
  const cursor = new TokenCursor(sql)
  while (cursor.next()) if (cursor.isMeaningful) tokens.push(tokenUnder(cursor))
  return tokens
}

function tokenUnder({ kind, text, start }: TokenCursor): Token {
  return { kind, text, offset: start }
}
