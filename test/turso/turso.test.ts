import { describe, expect, it } from 'vitest'
import { A, B, json, projects } from '../cli/projects.js'
import { useTurso } from './use-turso.js'

const turso = useTurso()
const project = projects()

/** A project whose fleet is the group `tenants`, and what runs commands in it. */
function fleet(settings: Record<string, unknown> = {}) {
  const { api, env } = turso()
  const source = { turso: { organization: 'acme', group: 'tenants', apiUrl: api.url, ...settings } }
  const cwd = project({
    'dbfleet.config.json': JSON.stringify({ fleet: [source], requestTimeout: '10s' }),
  })
  return { cwd, run: (...args: string[]) => json(cwd, args, { env }) }
}

describe('a fleet on Turso Cloud', () => {
  it('is made, listed, migrated, reverted and removed', async () => {
    const { run } = fleet()
    const created = await run('create', 'alice', 'bob')
    expect(created.document.databases).toMatchObject([
      { name: 'alice', status: 'ok', position: B },
      { name: 'bob', status: 'ok', position: B },
    ])
    const listed = await run('list')
    expect(listed.document.databases).toMatchObject([
      { name: 'alice', engine: 'remote', source: 'turso acme/tenants' },
      { name: 'bob', engine: 'remote' },
    ])
    expect(listed.stdout).toMatch(/"libsql:\/\/alice-acme\.localhost:\d+\?tls=0"/)
    expect((await run('down', '--all')).document.databases[0]).toMatchObject({ reverted: [B] })
    expect((await run('status')).document.databases[1]).toMatchObject({ position: A, pending: [B] })
    expect((await run('up', '--all')).document.databases).toMatchObject([
      { applied: [B] },
      { applied: [B] },
    ])
    const destroyed = await run('destroy', 'alice', '--yes')
    expect(destroyed.document.databases).toMatchObject([{ name: 'alice', status: 'ok' }])
    expect([...turso().api.databases.keys()]).toEqual(['bob'])
    expect((await run('status')).document.summary).toMatchObject({ total: 1, ok: 1 })
  })

  it('says where a new database is as the API does, not as it would be guessed', async () => {
    const { run } = fleet()
    const { document, stdout } = await run('create', 'alice')
    expect(document.summary).toMatchObject({ ok: 1 })
    expect(stdout).toMatch(/"url":"libsql:\/\/alice-acme\.localhost:\d+\?tls=0"/)
    expect(stdout).not.toContain('/v1/organizations')
  })

  it('is reached on more hosts than there are connections', async () => {
    const { run } = fleet()
    const names = Array.from({ length: 150 }, (_, index) => `tenant-${index}`)
    expect((await run('create', ...names)).document.summary).toMatchObject({ ok: 150 })
    const status = await run('status')
    expect(status.document.summary).toMatchObject({ ok: 150 })
    expect(status.stderr).not.toContain('Warning')
  })
})
