import { asciiLowerCase } from '../sql/ascii-case.js'
import type { SqlStatement } from '../sql/split-statements.js'

const REFUSED = new Set(['VACUUM', 'ANALYZE', 'ATTACH', 'DETACH'])

const PRAGMAS = new Set(
  'optimize writable_schema wal_checkpoint case_sensitive_like ignore_check_constraints'.split(' '),
)
/** Readable, but not to be set. */
const SETTINGS = new Set(
  'application_id schema_version legacy_alter_table journal_mode synchronous busy_timeout recursive_triggers cache_size temp_store'.split(
    ' ',
  ),
)

/** What of a statement sqld does not run, in words; undefined when it runs it. */
export function serverRefuses({ sql, words }: SqlStatement): string | undefined {
  const [verb = '', second = '', third = ''] = words
  if (REFUSED.has(verb)) return verb
  const isTemporary = second === 'TEMP' || second === 'TEMPORARY'
  if (verb === 'CREATE' && isTemporary) return `CREATE ${second} ${third}`.trim()
  const pragma = /^\s*pragma\s+(?:\w+\s*\.\s*)?(\w+)\s*(=|\()?/i.exec(sql)
  if (verb !== 'PRAGMA' || pragma === null) return undefined
  const name = asciiLowerCase(pragma[1] ?? '')
  const isRefused = PRAGMAS.has(name) || (SETTINGS.has(name) && pragma[2] !== undefined)
  return isRefused ? `PRAGMA ${name}` : undefined
}
