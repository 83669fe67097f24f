import { asciiLowerCase } from './ascii-case.js'
import { pragmaOf } from './pragma.js'
import type { SqlStatement } from './split-statements.js'
import { meaningfulTokens } from './tokens.js'

// What sqld 0.24.32 refuses to parse, found by trying each; Turso Cloud runs the same parser.

/** Pragmas that may be read and set. */
const settable = new Set(['user_version', 'foreign_keys', 'defer_foreign_keys', 'encoding'])

/** Pragmas whose argument is what they tell about, not a value to set. */
const asking = new Set([
  'table_list',
  'table_info',
  'table_xinfo',
  'index_list',
  'index_info',
  'index_xinfo',
  'foreign_key_list',
  'foreign_key_check',
  'integrity_check',
  'quick_check',
  'data_version',
])

/** Pragmas that may only be read. */
const readable = new Set([
  'schema_version',
  'application_id',
  'legacy_alter_table',
  'page_count',
  'freelist_count',
])

/**
 * The name of what a libSQL server does not let its users run, such as `VACUUM` or
 * `PRAGMA journal_mode`; `undefined` for any other statement.
 */
export function refusedByServer(statement: SqlStatement): string | undefined {
  const [verb, second] = statement.words
  if (verb === 'VACUUM' || verb === 'ANALYZE' || verb === 'ATTACH') return verb
  if (verb === 'CREATE' && (second === 'TEMP' || second === 'TEMPORARY')) return `CREATE ${second}`
  if (verb === 'PRAGMA') return refusedPragma(statement)
  return callsLoadExtension(statement) ? 'load_extension()' : undefined
}

function refusedPragma(statement: SqlStatement): string | undefined {
  const { name, isAssigned } = pragmaOf(statement)
  const isFine = settable.has(name) || asking.has(name) || (readable.has(name) && !isAssigned)
  return isFine ? undefined : `PRAGMA ${name}${isAssigned ? ' = …' : ''}`
}

function callsLoadExtension({ sql }: SqlStatement): boolean {
  if (!/load_extension/i.test(sql)) return false
  const tokens = meaningfulTokens(sql)
  return tokens.some(
    ({ kind, text }, index) =>
      kind === 'word' &&
      asciiLowerCase(text) === 'load_extension' &&
      tokens[index + 1]?.text === '(',
  )
}
