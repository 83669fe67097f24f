import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { loadText } from '../backup/load.js'
import { createNamespace, execute } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { backUp, manifestOf } from './backup-sets.js'
import { projects } from './projects.js'
import { runJson } from './run-cli.js'

describe('backup of namespaces', () => {
  const server = useSqld()
  const project = projects()

  it('is proven like that of files, and a namespace that is gone costs no other', async () => {
    const { url, adminUrl } = server()
    for (const name of ['alice', 'bob']) await createNamespace(server(), name)
    for (const [index, name] of ['alice', 'bob'].entries()) {
      await execute(server(), name, 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text)')
      await execute(server(), name, `INSERT INTO notes VALUES (1, 'a'), (2, '${index}')`)
    }
    const sqld = { url, adminUrl, namespaces: ['alice', 'bob', 'gone'] }
    const cwd = project({ 'dbfleet.config.json': JSON.stringify({ fleet: [{ sqld }] }) })
    const { status, document } = await backUp(['--compress', 'none'], { cwd })
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([
      { name: 'alice', proven: true, rows: 2 },
      { name: 'bob', proven: true, rows: 2 },
      { name: 'gone', proven: false, error: { code: 'missing' } },
    ])
    expect(manifestOf(document.set)).toMatchObject({ complete: false, summary: { proven: 2 } })
    const copy = join(cwd, 'copy.db')
    await loadText(readFileSync(join(document.set, 'databases/bob.sql')), copy)
    const db = new Database(copy, { readonly: true })
    expect(db.prepare('SELECT text FROM notes').pluck().all()).toEqual(['a', '1'])
    db.close()
  }, 60_000)

  it('has no page images, and takes none', async () => {
    const { url, adminUrl } = server()
    for (const name of ['carol', 'erin']) await createNamespace(server(), name)
    await execute(server(), 'carol', 'CREATE TABLE notes (id INTEGER PRIMARY KEY)')
    const sqld = { url, adminUrl, namespaces: ['carol', 'erin'] }
    const cwd = project({
      'dbfleet.config.json': JSON.stringify({ fleet: [{ sqld }, { files: 'databases/*.db' }] }),
      'databases/.keep': '',
    })
    const db = new Database(join(cwd, 'databases/dave.db'))
    db.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY)')
    db.close()
    const { status, document } = await backUp(['--format', 'image'], { cwd })
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([
      { name: 'carol', status: 'failed', error: { code: 'no-image' }, object: null },
      { name: 'dave', proven: true, format: 'image' },
      { name: 'erin', status: 'failed', error: { code: 'no-image' } },
    ])
    const restored = await runJson(
      ['restore', document.set, '--db', 'dave', '--as', 'erin', '--force'],
      { cwd },
    )
    expect(restored.document).toMatchObject({
      databases: [{ name: 'erin', status: 'failed', error: { code: 'cannot-restore' } }],
    })
  }, 60_000)
})
