import { type SqlStatement, splitStatements } from '../sql/split-statements.js'
import { TokenCursor } from '../sql/token-cursor.js'
import { badDump } from './bad-dump.js'

/** One statement of a dump. Its text has a character for each byte (`latin1`). */
export type DumpStatement = Pick<SqlStatement, 'sql' | 'line' | 'words'>

/**
 * Splits a dump of any size, which comes in pieces, into its statements.
 *
 * The last statement of a piece may go on in the next one, so it is kept back until another one
 * follows or the dump ends.
 *
 * @throws DbfleetError `bad-dump` when the last statement has no end
 */
export async function* dumpStatements(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<DumpStatement> {
  let rest = ''
  let line = 1
  let wanted = 0
  for await (const piece of pieces) {
    rest += Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('latin1')
    if (rest.length < wanted) continue
    const statements = splitStatements(rest)
    const last = statements.pop()
    for (const { sql, words, line: inRest } of statements) {
      yield { sql, words, line: line + inRest - 1 }
    }
    if (last === undefined) continue
    rest = rest.slice(last.offset)
    line += last.line - 1
    // So that a statement of many pieces is not read from its start for each.
    wanted = statements.length === 0 ? 2 * rest.length : 0
  }
  for (const { sql, words, line: inRest, offset } of splitStatements(rest)) {
    if (!isEnded(rest.slice(offset + sql.length))) {
      throw badDump(line + inRest - 1, 'the dump breaks off inside this statement')
    }
    yield { sql, words, line: line + inRest - 1 }
  }
}

/** Whether a statement's semicolon comes next. */
function isEnded(text: string): boolean {
  const cursor = new TokenCursor(text)
  while (cursor.next()) if (cursor.isMeaningful) return cursor.text === ';'
  return false
}
