import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signToken } from '../../src/auth/sign-token.js'
import { createKeys, createToken, type TokenOptions } from '../../src/index.js'
import type { DoctorReport } from '../../src/report/doctor-report.js'
import { schemaErrors } from '../docs/report-schema.js'
import { createNamespace } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'
import { projects } from './projects.js'
import { runCli } from './run-cli.js'

const project = projects()
const onLinux = process.platform === 'linux'

/** What every sqld has; there is no way to do without. */
const FILES = (databases: string) => ['warning', 'server-files-exposed', databases]

interface SqldEntry {
  url: string
  namespaces: string[]
  [key: string]: unknown
}

function configured(...entries: (SqldEntry | { files: string })[]): string {
  const fleet = entries.map(entry => ('files' in entry ? entry : { sqld: entry }))
  return project({ 'dbfleet.config.json': JSON.stringify({ fleet }) })
}

/** Runs the command in both of its formats; no secret that it is given may appear in what it says. */
async function doctor(cwd: string, args: string[] = [], secrets: Record<string, string> = {}) {
  mkdirSync(join(cwd, 'tmp'), { recursive: true })
  const env = { ...secrets, TMPDIR: join(cwd, 'tmp') }
  const text = await runCli(['doctor', ...args], { cwd, env })
  const json = await runCli(['doctor', ...args, '--json'], { cwd, env })
  expect(json.status).toBe(text.status)
  const said = [text, json].map(({ stdout, stderr }) => stdout + stderr).join('\n')
  for (const secret of Object.values(secrets)) {
    for (const part of [secret, ...secret.split('.')]) expect(said).not.toContain(part)
  }
  const report = JSON.parse(json.stdout) as DoctorReport
  expect(schemaErrors(report)).toEqual([])
  const found = report.findings.map(({ severity, code, databases }) => [
    severity,
    code,
    databases.join(' '),
  ])
  return { status: json.status, report, found, text: text.stdout }
}

describe('a server without tokens', () => {
  const server = useSqld()
  beforeAll(async () => {
    for (const name of ['alice', 'bob', 'carol']) await createNamespace(server(), name)
  })
  const entry = (): SqldEntry => ({
    url: server().url,
    adminUrl: server().adminUrl,
    namespaces: ['alice', 'bob', 'carol'],
  })

  it('that is well has no finding but what SQL may do there, and says its version', async () => {
    const { status, report, found, text } = await doctor(configured(entry()), ['--quick-check'])
    expect(found).toEqual([FILES('alice bob carol')])
    expect(status).toBe(0)
    expect(report.servers).toEqual([
      { url: server().url, version: expect.stringMatching(/^sqld \d/) },
    ])
    expect(report.summary).toMatchObject({ total: 3, ok: 3 })
    expect(text).toContain(report.servers[0]?.version)
  })

  it('lacks a database', async () => {
    const { found } = await doctor(configured({ ...entry(), namespaces: ['alice', 'zoe'] }))
    expect(found).toEqual([['error', 'missing', 'zoe'], FILES('alice zoe')])
  })

  it('is not where adminUrl says', async () => {
    const { found } = await doctor(configured({ ...entry(), adminUrl: server().url }))
    expect(found).toEqual([['error', 'not-a-server', ''], FILES('alice bob carol')])
  })

  it('has a database where a replica belongs', async () => {
    const cwd = configured({ ...entry(), namespaces: ['alice'], replicas: '{name}.db' })
    writeFileSync(join(cwd, 'alice.db'), 'something')
    const { found } = await doctor(cwd)
    expect(found).toEqual([['error', 'not-a-replica', 'alice'], FILES('alice')])
  })

  it('is down: that is said once, and the others are looked at', async () => {
    const down = { url: 'http://127.0.0.1:9', namespaces: ['x', 'y'] }
    const cwd = configured(down, { ...entry(), namespaces: ['bob'] })
    const { found, report } = await doctor(cwd)
    expect(found).toEqual([['error', 'unreachable', 'x y'], FILES('bob')])
    expect(report.servers).toEqual(
      [
        { url: server().url, version: expect.any(String) },
        { url: down.url, version: null },
      ].sort((a, b) => (a.url < b.url ? -1 : 1)),
    )
    expect(report.summary).toMatchObject({ total: 3, ok: 1, failed: 2 })
  })

  it('says of databases that they do not exist, and then they do', async () => {
    let asked = 0
    const proxy = createServer((incoming, outgoing) => {
      if (incoming.url === '/v2/pipeline' || incoming.url === '/v3/pipeline') asked += 1
      if (asked === 1) {
        asked += 1
        outgoing.writeHead(404).end('{"error":"Namespace `alice` doesn\'t exist"}')
        return
      }
      const { method, headers, url } = incoming
      const onward = request(`${server().url}${url}`, { method, headers }, answer => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      incoming.pipe(onward)
    })
    await once(proxy.listen(0, '127.0.0.1'), 'listening')
    try {
      const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
      const cwd = configured({ url, namespaces: ['alice'] })
      const first = await runCli(['doctor', '--json'], { cwd })
      const { findings } = JSON.parse(first.stdout) as DoctorReport
      expect(findings.map(({ severity, code }) => [severity, code])).toEqual([
        ['warning', 'namespace-limit'],
        ['warning', 'server-files-exposed'],
        // Nobody of that name listens there.
        ['note', 'server-flags-unknown'],
      ])
      expect(findings[0]?.message).toMatch(/1 request/)
    } finally {
      proxy.close()
      proxy.closeAllConnections()
    }
  })
})

describe.runIf(onLinux)('a server that was started without care', () => {
  const server = useSqld({ maxActiveNamespaces: 2, checkpoints: false })
  beforeAll(async () => {
    for (const name of ['alice', 'bob', 'carol']) await createNamespace(server(), name)
  })

  it('is seen to be so, on the same machine', async () => {
    const namespaces = ['alice', 'bob', 'carol']
    const { found, report } = await doctor(configured({ url: server().url, namespaces }))
    expect(found).toEqual([
      ['warning', 'namespace-limit', 'alice bob carol'],
      ['warning', 'no-checkpoint-interval', 'alice bob carol'],
      FILES('alice bob carol'),
    ])
    expect(report.findings[0]?.message).toContain('2 namespaces')
    expect(report.findings[0]?.message).toContain('the fleet has 3')
  })

  it('is seen whole, whatever is selected', async () => {
    const namespaces = ['alice', 'bob', 'carol']
    const cwd = configured({ url: server().url, namespaces })
    const { report } = await doctor(cwd, ['--db', 'alice'])
    expect(report.findings[0]).toMatchObject({ code: 'namespace-limit', databases: ['alice'] })
  })
})

describe('tokens and keys', () => {
  const home = mkdtempSync(join(tmpdir(), 'dbfleet-test-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  const KEY = join(home, 'jwt.pem')
  const ADMIN_KEY = 'CANARY-admin-key'
  const server = useSqld(async () => {
    await createKeys({ out: home })
    return {
      jwtKeyFile: join(home, 'jwt.pub.pem'),
      flags: ['--admin-auth-key', ADMIN_KEY],
    }
  })
  beforeAll(async () => {
    for (const name of ['alice', 'bob']) {
      const { status } = await fetch(`${server().adminUrl}/v1/namespaces/${name}/create`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `basic ${ADMIN_KEY}` },
        body: '{}',
      })
      expect(status).toBe(200)
    }
  })
  const tokenOf = async (options: Omit<TokenOptions, 'key'>) =>
    (await createToken({ key: KEY, ...options })).token
  const both = (more: object = {}): SqldEntry => ({
    url: server().url,
    namespaces: ['alice', 'bob'],
    authToken: { env: 'TOKEN' },
    ...more,
  })
  const expiring = async (claims: object, inSeconds: number) => {
    const now = Math.floor(Date.now() / 1_000)
    const all = { ...claims, iat: now, exp: now + inSeconds }
    return signToken(all as never, createPrivateKey(readFileSync(KEY)))
  }
  const narrow = { p: { rw: { ns: ['alice', 'bob'] } } }

  it('that are as they should be are not mentioned', async () => {
    const secrets = {
      TOKEN: await tokenOf({ databases: ['alice', 'bob'], expires: '30d' }),
      ADMIN: ADMIN_KEY,
    }
    const entry = both({ adminUrl: server().adminUrl, adminKey: { env: 'ADMIN' } })
    const { found } = await doctor(configured(entry), ['--quick-check'], secrets)
    expect(found).toEqual([FILES('alice bob')])
  })

  it('have expired: it is said once, and not again for each database', async () => {
    const TOKEN = await expiring(narrow, -3_600)
    const { found, report } = await doctor(configured(both()), [], { TOKEN })
    expect(found).toEqual([['error', 'token-expired', 'alice bob']])
    expect(report.findings[0]?.message).toMatch(/the environment variable TOKEN, on \d{4}-/)
    expect(report.summary).toMatchObject({ ok: 0, failed: 2 })
  })

  it('expire soon', async () => {
    const TOKEN = await expiring(narrow, 6 * 86_400)
    const { found } = await doctor(configured(both()), [], { TOKEN })
    expect(found).toEqual([FILES('alice bob'), ['warning', 'token-expires-soon', 'alice bob']])
  })

  it('expire soon, but are made anew by a command each time', async () => {
    const TOKEN = await expiring(narrow, 600)
    const authToken = { command: [process.execPath, '-p', 'process.env.TOKEN'] }
    const { found } = await doctor(configured(both({ authToken })), [], { TOKEN })
    expect(found).toEqual([FILES('alice bob')])
  })

  it('never expire and may do everything', async () => {
    const TOKEN = await tokenOf({ fullAccess: true, expires: 'never' })
    const { found } = await doctor(configured(both()), [], { TOKEN })
    expect(found).toEqual([
      FILES('alice bob'),
      ['note', 'token-eternal', 'alice bob'],
      ['note', 'token-full-access', 'alice bob'],
    ])
  })

  it('may only read, which is enough for --quick-check and not for up', async () => {
    const TOKEN = await tokenOf({ readOnly: true, expires: '30d' })
    const { found, report } = await doctor(configured(both()), ['--quick-check'], { TOKEN })
    expect(found).toEqual([FILES('alice bob'), ['note', 'token-read-only', 'alice bob']])
    expect(report.summary.ok).toBe(2)
  })

  it('are something else', async () => {
    const TOKEN = 'CANARY-no-token-at-all'
    const { found } = await doctor(configured(both()), [], { TOKEN })
    expect(found).toEqual([
      ['error', 'auth', 'alice bob'],
      ['warning', 'token-invalid', 'alice bob'],
    ])
  })

  it('open other databases, are of another key, or are missing', async () => {
    const other = await doctor(configured(both()), [], {
      TOKEN: await tokenOf({ databases: ['alice'], expires: '30d' }),
    })
    expect(other.found).toEqual([['error', 'auth', 'bob'], FILES('alice bob')])
    const none = await doctor(configured(both()))
    expect(none.found).toEqual([['error', 'secret-missing', 'alice bob']])
  })

  it('of several secrets that are alike are one finding', async () => {
    const [ONE, TWO] = [await expiring(narrow, 86_400), await expiring(narrow, 86_400)]
    const cwd = configured(
      both({ namespaces: ['alice'], authToken: { env: 'ONE' } }),
      both({ namespaces: ['bob'], authToken: { env: 'TWO' } }),
    )
    const { found, report } = await doctor(cwd, [], { ONE, TWO })
    expect(found).toEqual([FILES('alice bob'), ['warning', 'token-expires-soon', 'alice bob']])
    expect(report.findings[1]?.message).toMatch(/variable ONE, on .*variable TWO, on /)
  })

  it('of the admin API are refused', async () => {
    const secrets = {
      TOKEN: await tokenOf({ databases: ['alice', 'bob'], expires: '30d' }),
      ADMIN: 'CANARY-wrong-key',
    }
    const entry = both({ adminUrl: server().adminUrl, adminKey: { env: 'ADMIN' } })
    const { found } = await doctor(configured(entry), [], secrets)
    expect(found).toEqual([['error', 'auth', ''], FILES('alice bob')])
  })

  it('would be sent unencrypted to another machine', async () => {
    const secrets = { TOKEN: await tokenOf({ databases: ['alice', 'bob'], expires: '30d' }) }
    const { found } = await doctor(configured(both({ url: 'http://db.invalid' })), [], secrets)
    expect(found).toEqual([
      ['error', 'unreachable', 'alice bob'],
      ['warning', 'plain-http', 'alice bob'],
    ])
  })
})
