import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { at, ENGINES, json, projectsOn } from './projects.js'
import { writeFiles } from './run-cli.js'
import { onSqlite, snapshot, stateOf } from './sqlite-files.js'

describe.each(ENGINES)('on %s', engine => {
  const project = projectsOn(engine)

  it('each unusable file gets its own error and keeps its bytes, and the others are done', async () => {
    const cwd = project(['alice', 'empty'], {
      'dbfleet.config.json': JSON.stringify({
        fleet: [
          { files: 'databases/*.db', ...(engine === 'libsql' && { engine }) },
          {
            query: { url: 'file:registry.sqlite', sql: 'SELECT name, url FROM tenants' },
            ...(engine === 'libsql' && { engine }),
          },
        ],
      }),
    })
    onSqlite(join(cwd, 'registry.sqlite'), db => {
      db.exec('CREATE TABLE tenants (name, url)')
      db.exec("INSERT INTO tenants VALUES ('gone', 'file:gone.db'), ('directory', 'file:folder')")
    })
    mkdirSync(join(cwd, 'folder'))
    symlinkSync('nowhere.db', at(cwd, 'dangling'))
    await json(cwd, ['create', 'ledger', 'schema', 'cut'])
    const damage = (name: string, change: (bytes: Buffer) => Buffer) =>
      writeFileSync(at(cwd, name), change(readFileSync(at(cwd, name))))
    const ledgerPage = onSqlite(at(cwd, 'ledger'), db =>
      Number(
        db
          .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'dbfleet_migrations'")
          .pluck()
          .get(),
      ),
    )
    damage('ledger', bytes => bytes.fill(0xff, (ledgerPage - 1) * 4096, ledgerPage * 4096))
    damage('schema', bytes => bytes.fill(0xff, 100, 4096))
    damage('cut', bytes => bytes.subarray(0, 4096))
    writeFileSync(at(cwd, 'text'), 'no database at all\n'.repeat(300))
    writeFiles(cwd, { 'migrations/20260103000000_c.up.sql': 'CREATE TABLE c (x);' })

    const before = snapshot(join(cwd, 'databases'))
    const expected = {
      alice: 'ok',
      cut: 'corrupt',
      dangling: 'missing',
      directory: 'not-a-database',
      empty: 'ok',
      gone: 'missing',
      ledger: 'corrupt',
      schema: 'corrupt',
      text: 'not-a-database',
    }
    for (const args of [['status'], ['up', '--all', '--dry-run'], ['up', '--all']]) {
      const { status, document, stderr } = await json(cwd, args)
      expect({ status, stderr }).toEqual({ status: 3, stderr: '' })
      const found = document.databases.map(({ name, error }) => [name, error?.code ?? 'ok'])
      expect(Object.fromEntries(found), args.join(' ')).toEqual(expected)
      for (const { error } of document.databases) {
        expect(error === undefined || (error.hint ?? '').length > 0).toBe(true)
      }
    }
    const after = snapshot(join(cwd, 'databases'))
    for (const name of ['cut.db', 'ledger.db', 'schema.db', 'text.db']) {
      expect(after[name], name).toBe(before[name])
    }
    expect(stateOf(at(cwd, 'alice')).tables).toEqual(['a', 'b', 'c'])
    expect(stateOf(at(cwd, 'empty')).tables).toEqual(['a', 'b', 'c'])
  })
})
