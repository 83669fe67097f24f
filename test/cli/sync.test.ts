import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import { createKeys, createToken } from '../../src/index.js'
import type { SyncReport } from '../../src/report/sync-rows.js'
import { createNamespace, execute } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { watchProcesses } from './processes.js'
import { runCli, runJson, startCli, TWO_MIGRATIONS, writeFiles } from './run-cli.js'

const home = mkdtempSync(join(tmpdir(), 'dbfleet-test-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const directory = temporaryDirectories()
const server = useSqld(async () => {
  await createKeys({ out: home })
  return { jwtKeyFile: join(home, 'jwt.pub.pem') }
})

interface Project {
  cwd: string
  env: Record<string, string>
  token: string
  names: string[]
}

let made = 0

/** Migrated namespaces with a row each, and a place for their replicas. */
async function project(count: number): Promise<Project> {
  const cwd = directory()
  const { token } = await createToken({ key: join(home, 'jwt.pem'), fullAccess: true })
  made += 1
  const names = Array.from({ length: count }, (_, i) => `r${made}-${i}`)
  const sqld = {
    url: server().url,
    namespaces: names,
    authToken: { env: 'TOKEN' },
    replicas: 'replicas/{name}.db',
  }
  writeFiles(cwd, {
    ...TWO_MIGRATIONS,
    'dbfleet.config.json': JSON.stringify({ fleet: [{ sqld }] }),
  })
  for (const name of names) await createNamespace(server(), name)
  const env = { TOKEN: token }
  expect((await runJson(['up', '--all'], { cwd, env })).status).toBe(0)
  for (const name of names) {
    await execute(server(), name, 'CREATE TABLE note (x)', token)
    await execute(server(), name, `INSERT INTO note VALUES ('of ${name}')`, token)
  }
  return { cwd, env, token, names }
}

function noteIn(path: string): unknown {
  const db = new Database(path, { readonly: true })
  try {
    return db.prepare('SELECT x FROM note').pluck().all()
  } finally {
    db.close()
  }
}

describe('sync', () => {
  it('makes replicas, brings them up to date, and says how far each came', async () => {
    const { cwd, env, names, token } = await project(3)
    const first = await runJson<SyncReport>(['sync'], { cwd, env })
    expect(first.status).toBe(0)
    for (const name of names) {
      expect(noteIn(join(cwd, `replicas/${name}.db`))).toEqual([`of ${name}`])
    }
    const [row] = first.document.databases
    expect(row).toMatchObject({ status: 'ok', position: expect.stringMatching(/_/) })
    expect(row?.framesSynced).toBeGreaterThan(0)

    await execute(server(), names[0] as string, "INSERT INTO note VALUES ('more')", token)
    const second = await runJson<SyncReport>(['sync'], { cwd, env })
    const came = second.document.databases.map(({ framesSynced }) => framesSynced > 0)
    expect(came).toEqual([true, false, false])
    expect(noteIn(join(cwd, `replicas/${names[0]}.db`))).toEqual([`of ${names[0]}`, 'more'])
  })

  it('follows its primary, which is what migrations run on', async () => {
    const { cwd, env, names } = await project(1)
    await runCli(['sync'], { cwd, env })
    const path = join(cwd, `replicas/${names[0]}.db`)
    const before = readFileSync(path)
    expect((await runJson(['down'], { cwd, env })).status).toBe(0)
    expect(readFileSync(path).equals(before)).toBe(true)
    const { document } = await runJson<SyncReport>(['sync'], { cwd, env })
    const status = await runJson<{ databases: { position: string }[] }>(['status'], { cwd, env })
    expect(document.databases[0]?.position).toBe(status.document.databases[0]?.position)
  })

  it('leaves a database of its own alone', async () => {
    const { cwd, env, names } = await project(1)
    const path = join(cwd, `replicas/${names[0]}.db`)
    writeFiles(cwd, { 'replicas/.keep': '' })
    const db = new Database(path)
    db.exec("CREATE TABLE note (x); INSERT INTO note VALUES ('mine')")
    db.close()
    const { status, document } = await runJson<SyncReport>(['sync'], { cwd, env })
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([{ error: { code: 'not-a-replica' } }])
    expect(noteIn(path)).toEqual(['mine'])
  })

  it('says why a primary cannot be reached, and makes no file', async () => {
    const { cwd, names } = await project(1)
    const { token } = await createToken({ key: join(home, 'jwt.pem'), databases: ['other'] })
    const refused = await runJson<SyncReport>(['sync'], { cwd, env: { TOKEN: token } })
    expect(refused.status).toBe(3)
    expect(refused.document.databases).toMatchObject([{ error: { code: 'auth' } }])
    expect(existsSync(join(cwd, `replicas/${names[0]}.db`))).toBe(false)
  })

  it('refuses a fleet without replicas', async () => {
    const cwd = directory()
    writeFileSync(join(cwd, 'dbfleet.config.json'), '{"fleet":[{"files":"*.db"}]}')
    writeFileSync(join(cwd, 'a.db'), '')
    const { status, stderr } = await runCli(['sync'], { cwd })
    expect(status).toBe(2)
    expect(stderr).toContain('no database of these has an embedded replica')
  })

  it('shows the token in no process, file or output', async () => {
    const { cwd, names, token } = await project(2)
    const tokenFile = join(cwd, 'token')
    writeFileSync(tokenFile, token)
    const config = readFileSync(join(cwd, 'dbfleet.config.json'), 'utf8')
    writeFileSync(
      join(cwd, 'dbfleet.config.json'),
      config.replace('{"env":"TOKEN"}', '{"file":"token"}'),
    )
    const { child, finished } = startCli(['sync', '--json'], { cwd })
    const seen = await watchProcesses(child.pid as number, finished)
    const { stdout, stderr, status } = await finished
    expect(status).toBe(0)
    for (const { commandLine } of seen) expect(commandLine).not.toContain(token)
    expect(stdout + stderr).not.toContain(token)
    for (const name of names) {
      for (const ending of ['', '-client_wal_index']) {
        const path = join(cwd, `replicas/${name}.db${ending}`)
        if (existsSync(path)) expect(readFileSync(path, 'latin1')).not.toContain(token)
      }
    }
  })

  it('goes on after it was killed', async () => {
    const { cwd, env, names } = await project(4)
    for (let moment = 0; moment < 5; moment += 1) {
      const { child, finished } = startCli(['sync'], { cwd, env })
      setTimeout(() => child.kill('SIGKILL'), 150 + Math.random() * 400)
      await finished
    }
    expect((await runJson(['sync'], { cwd, env })).status).toBe(0)
    for (const name of names) {
      const path = join(cwd, `replicas/${name}.db`)
      expect(noteIn(path)).toEqual([`of ${name}`])
      const db = new Database(path, { readonly: true })
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
      db.close()
    }
  })
})
