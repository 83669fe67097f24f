import { beforeEach, describe, expect, it } from 'vitest'
import { refusedByServer } from '../../src/sql/refused-by-server.js'
import { splitStatements } from '../../src/sql/split-statements.js'
import { createNamespace, execute } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'

const server = useSqld()

let made = false
beforeEach(async () => {
  if (made) return
  made = true
  await createNamespace(server(), 'refusals')
  await execute(server(), 'refusals', 'CREATE TABLE t (a INTEGER PRIMARY KEY, b)')
})

const REFUSED: [sql: string, name: string][] = [
  ['VACUUM', 'VACUUM'],
  ["VACUUM INTO '/tmp/x'", 'VACUUM'],
  ['ANALYZE', 'ANALYZE'],
  ['ANALYZE t', 'ANALYZE'],
  ["ATTACH '/tmp/x' AS x", 'ATTACH'],
  ['CREATE TEMP TABLE x (a)', 'CREATE TEMP'],
  ['create temporary view x as select 1', 'CREATE TEMPORARY'],
  ['PRAGMA optimize', 'PRAGMA optimize'],
  ['PRAGMA writable_schema = 1', 'PRAGMA writable_schema = …'],
  ['PRAGMA wal_checkpoint(TRUNCATE)', 'PRAGMA wal_checkpoint = …'],
  ['PRAGMA case_sensitive_like = 1', 'PRAGMA case_sensitive_like = …'],
  ['PRAGMA ignore_check_constraints = 1', 'PRAGMA ignore_check_constraints = …'],
  ['PRAGMA application_id = 7', 'PRAGMA application_id = …'],
  ['PRAGMA schema_version = 7', 'PRAGMA schema_version = …'],
  ['PRAGMA legacy_alter_table = on', 'PRAGMA legacy_alter_table = …'],
  ['PRAGMA main.journal_mode = wal', 'PRAGMA journal_mode = …'],
  ['PRAGMA synchronous = 1', 'PRAGMA synchronous = …'],
  ['PRAGMA busy_timeout = 1', 'PRAGMA busy_timeout = …'],
  ['PRAGMA recursive_triggers = on', 'PRAGMA recursive_triggers = …'],
  ['PRAGMA cache_size = 1', 'PRAGMA cache_size = …'],
  ['PRAGMA query_only = on', 'PRAGMA query_only = …'],
]

const TAKEN: string[] = [
  'PRAGMA user_version = 3',
  'PRAGMA user_version',
  'PRAGMA foreign_keys = off',
  'PRAGMA defer_foreign_keys = on',
  'PRAGMA encoding',
  'PRAGMA table_info(t)',
  'PRAGMA table_xinfo(t)',
  'PRAGMA table_list',
  'PRAGMA index_list(t)',
  'PRAGMA foreign_key_list(t)',
  'PRAGMA foreign_key_check',
  'PRAGMA integrity_check',
  'PRAGMA quick_check',
  'PRAGMA schema_version',
  'PRAGMA application_id',
  'PRAGMA page_count',
  'PRAGMA freelist_count',
  'PRAGMA data_version',
  'REINDEX',
  'EXPLAIN SELECT 1',
  'CREATE VIRTUAL TABLE f USING fts5 (x)',
  'CREATE VIRTUAL TABLE r USING rtree (id, a, b)',
  'CREATE TABLE s (a INTEGER) STRICT',
  'CREATE TABLE rr (a) RANDOM ROWID',
  'CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET b = 1; END',
  'CREATE VIEW v AS SELECT a FROM t',
  "INSERT INTO t (b) VALUES ('load_extension(1)')",
]

async function errorOf(sql: string): Promise<string> {
  return (await execute(server(), 'refusals', sql)).error
}

function refusal(sql: string): string | undefined {
  const [statement] = splitStatements(sql)
  if (statement === undefined) throw new Error(`no statement in ${sql}`)
  return refusedByServer(statement)
}

describe('what a server refuses', () => {
  it.each(REFUSED)('%s', async (sql, name) => {
    expect(refusal(sql)).toBe(name)
    expect(await errorOf(sql)).toMatch(/unsupported statement|could not be parsed/i)
  })

  it('load_extension(), by not letting it run', async () => {
    expect(refusal("SELECT load_extension('x')")).toBe('load_extension()')
    expect(await errorOf("SELECT load_extension('x')")).toMatch(/not authorized/)
  })

  it.each(TAKEN)('not %s', async sql => {
    expect(refusal(sql)).toBeUndefined()
    expect(await errorOf(sql)).toBe('')
  })
})
