import { TokenCursor } from '../sql/token-cursor.js'

/** A stored `CREATE` with a semicolon that no comment at its end swallows. */
export function createStatement(sql: string): string {
  let isComment = false
  const cursor = new TokenCursor(sql)
  while (cursor.next()) if (cursor.kind !== 'whitespace') isComment = cursor.kind === 'comment'
  if (!isComment) return `${sql};\n`
  const end = sql.lastIndexOf('*/') === sql.length - 2 ? '' : '\n'
  return `${sql}${end};\n`
}
