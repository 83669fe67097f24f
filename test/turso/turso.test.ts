import { describe, expect, it } from 'vitest'
import { A, B, json, projects } from '../cli/projects.js'
import { runCli } from '../cli/run-cli.js'
import { type ApiReply, failure, success } from './fake-platform.js'
import { API_TOKEN, useTurso } from './use-turso.js'

/** What was sent, as some proxies return it in an error. */
const ECHO = `no: Bearer ${API_TOKEN}`

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

  it('needs one token of the API for each group', async () => {
    const { run } = fleet({ group: undefined })
    const { api } = turso()
    for (const [name, group] of [
      ['alice', 'tenants'],
      ['bob', 'tenants'],
      ['staging', 'default'],
    ] as const) {
      await api.add(name, group)
    }
    api.reset()
    expect((await run('up', '--all')).document.summary).toMatchObject({ ok: 3 })
    expect(api.count('POST', /^\/groups\/tenants\/auth\/tokens$/)).toBe(1)
    expect(api.count('POST', /^\/groups\/default\/auth\/tokens$/)).toBe(1)
    expect(turso().tokens).toHaveLength(2)
  })

  it('gets new tokens while a run goes on', async () => {
    const { run } = fleet()
    await turso().api.add('alice', 'tenants')
    await turso().api.add('bob', 'tenants')
    // Each is in the second half of its life at once.
    turso().life = 0
    expect((await run('up', '--all', '--jobs', '1')).document.summary).toMatchObject({ ok: 2 })
    expect(turso().tokens.length).toBeGreaterThanOrEqual(4)
  })

  it('is opened with the token that is given, and the API makes none', async () => {
    const { cwd } = fleet({ authToken: { env: 'GROUP_TOKEN' } })
    const { api, env, tokens } = turso()
    await api.add('alice', 'tenants')
    const made = await fetch(`${api.url}/v1/organizations/acme/groups/tenants/auth/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${env.TURSO_API_TOKEN}` },
    })
    const { jwt: GROUP_TOKEN } = (await made.json()) as { jwt: string }
    const { document } = await json(cwd, ['up', '--all'], { env: { ...env, GROUP_TOKEN } })
    expect(document.summary).toMatchObject({ ok: 1 })
    expect(tokens).toEqual([GROUP_TOKEN])
  })

  it('is created in no group without being told which', async () => {
    const { run } = fleet({ group: undefined })
    const { status, document } = await run('create', 'alice')
    expect(status).toBe(2)
    expect(document.error).toMatchObject({ code: 'cannot-create' })
    expect(turso().api.count('POST', /databases/)).toBe(0)
  })

  it('keeps a database that was there before', async () => {
    const { run } = fleet()
    const { api } = turso()
    await api.add('alice', 'tenants')
    api.list('staging', 'default')
    const { status, document } = await run('create', 'alice', 'staging', 'bob')
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([
      { name: 'alice', error: { code: 'exists' } },
      { name: 'staging', error: { code: 'exists' } },
      { name: 'bob', status: 'ok' },
    ])
    expect([...api.databases.keys()].sort()).toEqual(['alice', 'bob', 'staging'])
  })

  it('does not keep a database that does not migrate', async () => {
    const { run } = fleet()
    const { api } = turso()
    // It is made, but what opens it is refused.
    api.intercept = ({ path }) =>
      path.startsWith('/groups') ? failure(404, 'group not found') : undefined
    const { status, document } = await run('create', 'alice')
    expect(status).toBe(3)
    expect(document.databases[0]).toMatchObject({ error: { code: 'missing' } })
    expect([...api.databases]).toEqual([])
  })

  it('says of a database that does not migrate when it cannot be removed again', async () => {
    const { run } = fleet()
    const { api } = turso()
    api.intercept = ({ method, path }) => {
      if (method === 'DELETE') return failure(403, 'missing scope db:delete')
      return path.startsWith('/groups') ? failure(404, 'group not found') : undefined
    }
    const { document } = await run('create', 'alice')
    const { code, message, hint } = document.databases[0]?.error ?? {}
    expect(code).toBe('missing')
    expect(message).toContain('group not found; and it could not be removed again')
    expect(message).toContain('db:delete')
    expect(hint).toContain('dbfleet destroy alice')
    expect([...api.databases.keys()]).toEqual(['alice'])
  })

  it('fails in each database whose token cannot be made, after others were read', async () => {
    const { run } = fleet()
    const { api } = turso()
    await api.add('alice', 'tenants')
    turso().life = 0
    api.intercept = ({ path }) =>
      path.startsWith('/groups') && turso().tokens.length > 0
        ? failure(404, 'group not found')
        : undefined
    const { status, document } = await run('up', '--all')
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([{ name: 'alice', error: { code: 'missing' } }])
  })

  it('says of a database that was put away how it comes back', async () => {
    const { run } = fleet()
    const { api } = turso()
    await api.add('alice', 'tenants')
    api.list('bob', 'tenants', { archived: true })
    const { status, document } = await run('status')
    expect(status).toBe(3)
    const [alice, bob] = document.databases
    expect(alice).toMatchObject({ status: 'ok' })
    expect(bob?.error).toMatchObject({ code: 'missing' })
    expect(bob?.error?.hint).toContain('turso group unarchive tenants')
  })

  it.each<[string, ApiReply | 'drop', number]>([
    ['401', failure(401, ECHO), 2],
    ['402', failure(402, ECHO), 2],
    ['403', failure(403, ECHO), 2],
    ['404', failure(404, ECHO), 2],
    ['429', failure(429, ECHO, { 'retry-after': '3600' }), 2],
    ['500', failure(500, ECHO), 2],
    ['text', { status: 418, body: ECHO }, 2],
    ['malformed JSON', { status: 200, body: `{"databases": "${ECHO}` }, 2],
    ['no list', success({ databases: ECHO }), 2],
    ['a cut connection', 'drop', 2],
  ])('touches nothing and shows no token when the API answers %s', async (_, reply, expected) => {
    const { cwd } = fleet()
    const { api, env } = turso()
    await api.add('alice', 'tenants')
    api.intercept = () => reply
    for (const args of [['up', '--all', '--json'], ['list']]) {
      const debug = { ...env, DBFLEET_DEBUG: '1' }
      const { status, stdout, stderr } = await runCli(args, { cwd, env: debug })
      expect(`${stdout}${stderr}`).not.toContain('canary')
      expect(status, stderr).toBe(expected)
    }
  })

  it('shows no token when a database is not opened, made or removed', async () => {
    const { cwd } = fleet()
    const { api, env, tokens } = turso()
    await api.add('alice', 'tenants')
    const refusals: Record<string, ApiReply> = {
      'POST /groups/tenants/auth/tokens': { status: 200, body: `{"jwt": "${ECHO}` },
      'POST /databases': failure(422, ECHO),
      'DELETE /databases/alice': failure(400, ECHO),
    }
    api.intercept = ({ method, path }) => refusals[`${method} ${path}`]
    for (const args of [
      ['status', '--json'],
      ['up', '--all'],
      ['create', 'zoe', '--json'],
      ['destroy', 'alice', '--yes'],
    ]) {
      const debug = { ...env, DBFLEET_DEBUG: '1' }
      const { status, stdout, stderr } = await runCli(args, { cwd, env: debug })
      expect(`${stdout}${stderr}`).not.toContain('canary')
      expect(status, stderr).toBe(3)
    }
    expect(tokens).toEqual([])
  })

  it('shows no token that opens a database which refuses it', async () => {
    const { cwd } = fleet()
    const { api, env, tokens } = turso()
    await api.add('alice', 'tenants')
    // One of another key, as after the tokens of the group were rotated.
    const foreign = 'eyJhbGciOiJFZERTQSJ9.eyJhIjoicncifQ.Y2FuYXJ5LXNpZ25hdHVyZQ'
    api.intercept = ({ path }) =>
      path.startsWith('/groups') ? success({ jwt: foreign }) : undefined
    for (const args of [
      ['status', '--json'],
      ['up', '--all'],
    ]) {
      const { status, stdout, stderr } = await runCli(args, { cwd, env })
      expect(`${stdout}${stderr}`).not.toContain('Y2FuYXJ5')
      expect(`${stdout}${stderr}`).toContain("the token of Turso's Platform API")
      expect(status).toBe(3)
    }
    expect(tokens).toEqual([])
  })
})
