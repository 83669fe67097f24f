import { asciiLowerCase, asciiUpperCase } from './ascii-case.js'
import { sqliteKeywords } from './keywords.js'
import type { Token } from './tokens.js'
import { unquotedName } from './unquoted-name.js'

/** Keywords after which `name(` names a table, view, module or type instead of calling a function. */
const wordsBeforeName = new Set(
  'TABLE VIEW EXISTS INTO REFERENCES USING WITH RECURSIVE AS'.split(' '),
)

/**
 * The functions that a statement calls, table functions included, in lower case and in order. Names
 * of tables, columns and types that stand before a parenthesis don't count.
 *
 * @param tokens the statement's meaningful tokens
 * @param isIndex whether it is a `CREATE INDEX`, in which `ON name(` names a table
 */
export function calledFunctions(
  tokens: readonly Token[],
  { isIndex }: { isIndex: boolean },
): string[] {
  return tokens.flatMap((token, index) =>
    isCall(tokens, index, isIndex) ? asciiLowerCase(unquotedName(token)) : [],
  )
}

function isCall(tokens: readonly Token[], index: number, isIndex: boolean): boolean {
  const kind = tokens[index]?.kind
  if (kind !== 'word' && kind !== 'identifier') return false
  if (tokens[index + 1]?.text !== '(') return false
  let start = index
  while (tokens[start - 1]?.text === '.') start -= 2
  const before = tokens[start - 1]
  if (before === undefined || before.kind === 'operator') return true
  // After a name stands a column's type, as in `embedding vector(3)`.
  if (before.kind !== 'word') return false
  const word = asciiUpperCase(before.text)
  return sqliteKeywords.has(word) && !wordsBeforeName.has(word) && !(isIndex && word === 'ON')
}
