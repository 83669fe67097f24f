import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { Definitions } from '../../src/backup/definitions.js'
import { planDump } from '../../src/backup/plan-dump.js'
import { smallTable } from '../../src/backup/small-table.js'
import { tableRows } from '../../src/backup/table-rows.js'
import { createOpener } from '../../src/database/open-database.js'
import { temporaryDirectories } from '../temporary-directory.js'

const COLUMNS = 'CREATE TABLE t (a, b TEXT, c REAL, d BLOB)'
const CASES: [what: string, sql: string][] = [
  ['no rows', COLUMNS],
  [
    'quotes, line feeds, NUL, other scripts',
    `${COLUMNS}; INSERT INTO t VALUES ('it''s', 'a' || char(13, 10) || 'b', 1, X'00ff'), ('x' || char(0) || 'y', char(13), 2.5, X''), (char(0x1F600), 'ä', -0.0, NULL), ('', '''', 1e300, '')`,
  ],
  [
    'numbers of every size',
    `${COLUMNS}; INSERT INTO t VALUES (9223372036854775807, 1, 9e999, -9e999), (-9223372036854775808, 0.1, 5e-324, 0.0 * -1), (0.1 + 0.2, NULL, 1.7976931348623157e308, 1e-7)`,
  ],
  [
    'more rows than a statement has, some of them long',
    `${COLUMNS}; WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700) INSERT INTO t SELECT i, CASE WHEN i IN (1, 255, 256, 257, 600, 700) THEN hex(zeroblob(9000)) ELSE 'ä' || i END, i / 7.0, NULL FROM n`,
  ],
  [
    'a row of just the length that is long, in bytes and not in characters',
    `${COLUMNS}; INSERT INTO t VALUES (1, 2, 3, 4), (1, replace(hex(zeroblob(4080)), '0', 'ä'), 3, 4), (1, replace(hex(zeroblob(4100)), '0', 'ä'), 3, 4), (5, 6, 7, 8)`,
  ],
  [
    'a key that is no rowid, downwards',
    `CREATE TABLE t (a TEXT COLLATE NOCASE, b, PRIMARY KEY (a DESC, b)) WITHOUT ROWID; INSERT INTO t VALUES ('B', 1), ('a', 2), ('c', X'00'), ('c', 'x')`,
  ],
]

describe('a table of a small database', () => {
  const directory = temporaryDirectories()

  async function both(sql: string) {
    const path = join(directory(), 'it.db')
    new Database(path).exec(sql).close()
    const open = await createOpener('better-sqlite3')
    await using db = await open({ name: 'it', path }, { mode: 'read', busyTimeoutMs: 0 })
    await using snapshot = await db.snapshot()
    const { steps } = await planDump(snapshot, {}, new Definitions())
    const source = steps.flatMap(step => ('rows' in step ? [step.rows] : []))[0]
    if (source === undefined) throw new Error('no table')
    const pieces: Uint8Array[] = []
    for await (const piece of tableRows(snapshot, source, 'UTF-8')) pieces.push(piece)
    return { small: await smallTable(snapshot, source), large: Buffer.concat(pieces).toString() }
  }

  it.each(CASES)('is written as one of a large database, of %s', async (_, sql) => {
    const { small, large } = await both(sql)
    expect(small?.statements.toString()).toBe(large)
  })

  it('is not written where a text may be no UTF-8', async () => {
    const { small, large } = await both(
      `${COLUMNS}; INSERT INTO t (b) VALUES (CAST(X'ff' AS TEXT))`,
    )
    expect(small).toBeUndefined()
    expect(large).toContain("CAST(X'FF' AS TEXT)")
  })

  it('knows how many rows it has', async () => {
    const { small } = await both(`${COLUMNS}; INSERT INTO t (a) VALUES (1), (2), (3)`)
    expect(small?.rows).toBe(3)
  })
})
