import { asciiUpperCase } from './ascii-case.js'
import { calledFunctions } from './called-functions.js'
import { type SqlStatement, splitStatements } from './split-statements.js'
import { meaningfulTokens, type Token } from './tokens.js'

const functions = new Set([
  'libsql_vector_idx',
  'vector',
  'vector32',
  'vector64',
  'vector8',
  'vector16',
  'vectorb16',
  'vector1bit',
  'vector_distance_cos',
  'vector_distance_l2',
  'vector_top_k',
  'vector_extract',
])

/** Each feature contains one of these, so most texts need no closer look. */
const trace = /vector|random|alter/i

const tableStart = /^(EXPLAIN (QUERY PLAN )?)?CREATE (TEMP |TEMPORARY )?TABLE( |$)/
const indexStart = /^(EXPLAIN (QUERY PLAN )?)?CREATE (UNIQUE )?INDEX( |$)/

/**
 * The first feature that a text of any number of statements uses and only libSQL's engine has:
 * `RANDOM ROWID`, `ALTER COLUMN` or the name of a function; `undefined` when there is none. The same
 * words in strings, in comments, and as names of tables, columns and types don't count.
 */
export function needsLibsql(sql: string): string | undefined {
  if (!trace.test(sql)) return undefined
  for (const statement of splitStatements(sql)) {
    const feature = featureOf(statement)
    if (feature !== undefined) return feature
  }
  return undefined
}

function featureOf(statement: SqlStatement): string | undefined {
  const tokens = meaningfulTokens(statement.sql)
  const start = statement.words.join(' ')
  if (altersColumn(tokens)) return 'ALTER COLUMN'
  const isIndex = indexStart.test(start)
  const call = calledFunctions(tokens, { isIndex }).find(name => functions.has(name))
  if (call !== undefined) return call
  return tableStart.test(start) && hasRandomRowid(tokens) ? 'RANDOM ROWID' : undefined
}

/** `ALTER` is never a name, so the sequence has one meaning wherever it stands. */
function altersColumn(tokens: readonly Token[]): boolean {
  return tokens.some(
    (_, index) =>
      wordAt(tokens, index) === 'ALTER' &&
      wordAt(tokens, index + 1) === 'COLUMN' &&
      wordAt(tokens, index + 3) === 'TO',
  )
}

/** Looks only behind the columns: elsewhere `random rowid` is an expression and its alias. */
function hasRandomRowid(tokens: readonly Token[]): boolean {
  let depth = 0
  let isBehindColumns = false
  for (const [index, token] of tokens.entries()) {
    if (token.text === '(') depth += 1
    else if (token.text === ')') depth -= 1
    if (depth > 0) continue
    if (token.text === ')') isBehindColumns = true
    const word = wordAt(tokens, index)
    if (word === 'AS' && !isBehindColumns) return false
    if (isBehindColumns && word === 'RANDOM' && wordAt(tokens, index + 1) === 'ROWID') return true
  }
  return false
}

function wordAt(tokens: readonly Token[], index: number): string | undefined {
  const token = tokens[index]
  return token?.kind === 'word' ? asciiUpperCase(token.text) : undefined
}
