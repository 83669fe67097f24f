import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { newIdentity, recipientOf } from '../../src/backup/age.js'
import { LARGE_DUMP } from '../../src/backup/dump-source.js'
import { contentOf } from '../backup/compare.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp } from './backup-sets.js'
import { runCli, runJson, writeFiles } from './run-cli.js'

const TABLE = "CREATE TABLE t (id INTEGER PRIMARY KEY, x, k AS (json_extract(x, '$.k')));\n"
const FILL = 'x'.repeat(400)
const ROWS = Math.ceil((LARGE_DUMP * 1.2) / 400)

/** A dump that is large enough for a thread of its own. */
function largeDump(last = ''): string {
  const rows = Array.from(
    { length: ROWS },
    (_, i) => `INSERT INTO t VALUES(${i},'{"k":${i % 7},"é":"${FILL}"}');\n`,
  )
  return `BEGIN;\n${TABLE}${rows.join('')}${last}CREATE INDEX i ON t (k);\nCOMMIT;\n`
}

describe('restoring what is large', () => {
  const directory = temporaryDirectories()

  it('gives what the dump says', async () => {
    const cwd = directory()
    writeFileSync(join(cwd, 'large.sql'), largeDump())
    const { status, document } = await runJson(['restore', 'large.sql', '--to', 'new.db'], { cwd })
    expect([status, document]).toMatchObject([0, { databases: [{ rows: ROWS }] }])
    const db = new Database(join(cwd, 'new.db'), { readonly: true })
    expect(db.prepare('SELECT count(*) FROM t WHERE k = 3').pluck().get()).toBe(
      Math.ceil((ROWS - 3) / 7),
    )
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(db.prepare("SELECT sql FROM sqlite_schema WHERE name = 't'").pluck().get()).toBe(
      TABLE.trim().slice(0, -1),
    )
    db.close()
  })

  it.each<[what: string, last: string, message: RegExp, isRow?: boolean]>([
    ['a statement that is none of a dump', "ATTACH 'x' AS y;\n", /ATTACH is no/],
    ['a function that reads files', "INSERT INTO t VALUES(1,readfile('x'));\n", /readfile/],
    [
      'a row that is there twice',
      'INSERT INTO t VALUES(5,NULL);\n',
      /UNIQUE constraint failed: t.id/,
      true,
    ],
    ['what has no end', "INSERT INTO t VALUES('", /breaks off/],
  ])(
    'refuses %s, with the line, and leaves nothing',
    async (_what, last, message, isRow = false) => {
      const cwd = directory()
      writeFileSync(join(cwd, 'large.sql'), largeDump(last))
      const { status, document } = await runJson(['restore', 'large.sql', '--to', 'new.db'], {
        cwd,
      })
      expect([status, document]).toMatchObject([
        3,
        { databases: [{ error: { code: 'bad-dump', message: expect.stringMatching(message) } }] },
      ])
      const [error] = document.databases as { error: { message: string } }[]
      // BEGIN and the table are before the rows; a batch of rows is named by its first.
      const [, line] = /^line (\d+): /.exec(error?.error.message ?? '') ?? []
      expect(Number(line)).toBeGreaterThan(isRow ? ROWS - 600 : ROWS + 2)
      expect(Number(line)).toBeLessThanOrEqual(ROWS + 3)
      expect(readdirSync(cwd)).toEqual(['large.sql'])
    },
  )

  it('says of packed bytes that they are damaged', async () => {
    const cwd = directory()
    // Bytes that hardly pack.
    const noise = Array.from(
      { length: ROWS },
      (_, i) =>
        `INSERT INTO t VALUES(${i},'${Buffer.from(`${Math.sin(i)}`.repeat(20)).toString('base64')}');\n`,
    )
    const packed = gzipSync(`BEGIN;\nCREATE TABLE t (a, b);\n${noise.join('')}COMMIT;\n`, {
      level: 0,
    })
    packed[packed.length - 20] = (packed[packed.length - 20] ?? 0) ^ 0x10
    writeFileSync(join(cwd, 'large.sql.gz'), packed)
    const { status, stdout } = await runCli(['restore', 'large.sql.gz', '--to', 'new.db'], { cwd })
    expect([status, readdirSync(cwd)]).toEqual([3, ['large.sql.gz']])
    expect(stdout).toMatch(/large\.sql\.gz: incorrect data check/)
  })

  it('proves, verifies and restores a large database of an encrypted set', async () => {
    const cwd = directory()
    writeFiles(cwd, { 'dbfleet.config.json': '{"fleet":[{"files":"*.db"}]}', 'l.sql': largeDump() })
    await runCli(['restore', 'l.sql', '--to', 'big.db'], { cwd })
    const identity = await newIdentity({ postQuantum: false })
    const recipient = (await recipientOf(identity)) ?? ''
    const made = await backUp(['--encrypt-to', recipient], { cwd })
    expect(made.document.databases).toMatchObject([{ name: 'big', proven: true }])
    const env = { DBFLEET_IDENTITY: identity }
    const verified = await runCli(['verify', 'latest', '--restore'], { cwd, env })
    expect(verified.status).toBe(0)
    const restored = await runCli(['restore', 'latest', '--as', 'copy'], { cwd, env })
    expect(restored.status).toBe(0)
    expect(contentOf(join(cwd, 'copy.db'))).toEqual(contentOf(join(cwd, 'big.db')))
  })
})
