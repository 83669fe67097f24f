import { isAscii, isUtf8 } from 'node:buffer'
import { TokenCursor } from '../sql/token-cursor.js'
import { badDump } from './bad-dump.js'

/**
 * Makes a statement, which has a character for each byte, an ordinary string. The shell's dumps may
 * hold strings that are no valid UTF-8; they become casts of their bytes.
 *
 * @throws DbfleetError `bad-dump` for invalid text elsewhere than in a string
 */
export function executableSql(latin1: string, line: number): string {
  const bytes = Buffer.from(latin1, 'latin1')
  if (isAscii(bytes)) return latin1
  if (isUtf8(bytes)) return bytes.toString('utf8')
  let sql = ''
  const cursor = new TokenCursor(latin1)
  while (cursor.next()) {
    const token = Buffer.from(cursor.text, 'latin1')
    if (isUtf8(token)) sql += token.toString('utf8')
    else if (cursor.kind === 'string') sql += castOf(cursor.text)
    else throw badDump(line, 'the statement is no valid UTF-8')
  }
  return sql
}

function castOf(literal: string): string {
  const text = literal.slice(1, -1).replaceAll("''", "'")
  return `CAST(X'${Buffer.from(text, 'latin1').toString('hex')}' AS TEXT)`
}
