import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import { contentOf } from '../backup/compare.js'
import { type S3Server, startS3 } from '../s3/start-s3.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp } from './backup-sets.js'
import { runCli, runJson, writeFiles } from './run-cli.js'

const OUT = 's3://bucket/sets'

describe('sets in S3-compatible storage', () => {
  const directory = temporaryDirectories()
  const servers: S3Server[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server[Symbol.asyncDispose]()
  })

  async function project(): Promise<{
    cwd: string
    env: Record<string, string>
    server: S3Server
  }> {
    const server = await startS3({})
    servers.push(server)
    const cwd = directory()
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }] }),
      'databases/.keep': '',
    })
    for (const name of ['alice', 'bob']) {
      change(join(cwd, 'databases', `${name}.db`), 'CREATE TABLE notes (text)')
      change(join(cwd, 'databases', `${name}.db`), `INSERT INTO notes VALUES ('of ${name}')`)
    }
    return { cwd, env: { ...server.env }, server }
  }

  function change(path: string, sql: string): void {
    const db = new Database(path)
    db.exec(sql)
    db.close()
  }

  it('hold page images, which are proven, verified, and restored in place', async () => {
    const { cwd, env } = await project()
    const alice = join(cwd, 'databases/alice.db')
    change(alice, 'CREATE TABLE hidden (rowid, _rowid_, oid); INSERT INTO hidden VALUES (1, 2, 3)')
    const before = contentOf(join(cwd, 'databases/bob.db'))
    const { status, document } = await backUp(['--out', OUT, '--format', 'image'], { cwd, env })
    expect(status).toBe(0)
    expect(document.databases).toMatchObject([
      { name: 'alice', proven: true, object: 'databases/alice.db.zst' },
      { name: 'bob', proven: true, object: 'databases/bob.db.zst' },
    ])
    const verified = await runJson(['verify', document.set, '--restore'], { cwd, env })
    expect([verified.status, verified.document.findings]).toEqual([0, []])
    change(join(cwd, 'databases/bob.db'), "UPDATE notes SET text = 'spoilt'")
    const restore = ['restore', document.set, '--db', 'bob']
    expect((await runJson(restore, { cwd, env })).status).toBe(3)
    const restored = await runJson([...restore, '--force'], { cwd, env })
    expect([restored.status, restored.document]).toMatchObject([
      0,
      { databases: [{ name: 'bob', kept: expect.stringContaining('.kept/bob.db') }] },
    ])
    expect(contentOf(join(cwd, 'databases/bob.db'))).toEqual(before)
    const again = await runJson(['restore', document.set, '--db', 'bob'], { cwd, env })
    expect(again.document).toMatchObject({ summary: { skipped: 1 } })
  })

  it('are pruned by rule, without what others still need, and the rest restores', async () => {
    const { cwd, env, server } = await project()
    const sets: string[] = []
    for (const round of ['first', 'second', 'third']) {
      change(join(cwd, 'databases/alice.db'), `INSERT INTO notes VALUES ('${round}')`)
      const { status, document } = await backUp(['--out', OUT], { cwd, env })
      expect(status).toBe(0)
      sets.push(document.set)
      // Sets are in the order of their seconds.
      await sleep(1100)
    }
    const bobs = [...server.bucket.objects.keys()].filter(key => key.includes('databases/bob'))
    const prune = ['prune', '--out', OUT, '--keep-last', '1']
    const held = [...server.bucket.objects.keys()]
    const planned = await runJson([...prune, '--dry-run'], { cwd, env })
    expect([planned.status, [...server.bucket.objects.keys()]]).toEqual([0, held])
    const pruned = await runCli([...prune, '--yes'], { cwd, env })
    expect([pruned.status, pruned.stderr]).toEqual([0, ''])
    const keys = [...server.bucket.objects.keys()]
    const nameOf = (set = '') => set.slice('s3://bucket/'.length)
    expect(keys.filter(key => key.startsWith(`${nameOf(sets[2])}/`)).length).toBeGreaterThan(3)
    for (const set of sets.slice(0, 2)) {
      expect(keys).not.toContain(`${nameOf(set)}/databases/alice.sql.zst`)
    }
    // Bob was not changed; what holds it is there as long as a set refers to it.
    expect(keys.filter(key => key.includes('databases/bob'))).toEqual(bobs)
    const verified = await runJson(['verify', sets[2] ?? '', '--restore'], { cwd, env })
    expect([verified.status, verified.document.findings]).toEqual([0, []])
    const restored = await runJson(['restore', sets[2] ?? '', '--all', '--to', 'new'], { cwd, env })
    expect([restored.status, restored.document]).toMatchObject([0, { summary: { ok: 2 } }])
    for (const name of ['alice.db', 'bob.db']) {
      expect(contentOf(join(cwd, 'new', name))).toEqual(contentOf(join(cwd, 'databases', name)))
    }
  })
})
