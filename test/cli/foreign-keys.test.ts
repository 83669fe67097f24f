import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { runCli, writeFiles } from './run-cli.js'

const CONFIG = { 'dbfleet.config.json': JSON.stringify({ fleet: [{ files: '*.db' }] }) }
const REBUILD = `CREATE TABLE new_parents (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO new_parents SELECT id, 'x' FROM parents;
DROP TABLE parents;
ALTER TABLE new_parents RENAME TO parents;
`

describe('foreign keys', () => {
  const directory = temporaryDirectories()

  /** A parent with two children. */
  function family(): string {
    const cwd = directory()
    const db = new Database(join(cwd, 'app.db'))
    db.exec(`CREATE TABLE parents (id INTEGER PRIMARY KEY);
      CREATE TABLE children (parent REFERENCES parents (id) ON DELETE CASCADE);
      INSERT INTO parents VALUES (1); INSERT INTO children VALUES (1), (1);`)
    db.close()
    writeFiles(cwd, CONFIG)
    return cwd
  }
  const childrenIn = (cwd: string) => {
    const db = new Database(join(cwd, 'app.db'), { readonly: true })
    try {
      return db.prepare('SELECT count(*) FROM children').pluck().get()
    } finally {
      db.close()
    }
  }

  it('are off when a table is rebuilt, also beside a migration that turns them on', async () => {
    const cwd = family()
    writeFiles(cwd, {
      'migrations/20260101000000_rebuild.up.sql': REBUILD,
      'migrations/20260102000000_clean.up.sql':
        '-- dbfleet: foreign_keys=on\nDELETE FROM parents WHERE id = 99;\n',
    })
    const { status, stderr } = await runCli(['up'], { cwd })
    expect(status, stderr).toBe(0)
    expect(childrenIn(cwd)).toBe(2)
  })

  it.each([
    ['off, in a transaction', '', 2],
    ['on, in a transaction', '-- dbfleet: foreign_keys=on\n', 0],
    ['off, outside a transaction', '-- dbfleet: transaction=false\n', 2],
    ['on, outside a transaction', '-- dbfleet: transaction=false foreign_keys=on\n', 0],
  ])('are %s, as the header says', async (_, header, left) => {
    const cwd = family()
    const text = `${header}DELETE FROM parents;\nINSERT INTO parents VALUES (1);\n`
    writeFiles(cwd, { 'migrations/20260101000000_delete.up.sql': text })
    const { status, stderr } = await runCli(['up'], { cwd })
    expect(status, stderr).toBe(0)
    expect(childrenIn(cwd)).toBe(left)
  })
})
