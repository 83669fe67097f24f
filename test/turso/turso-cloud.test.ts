import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Connections } from '../../src/database/remote/connections.js'
import { DbfleetError } from '../../src/errors/dbfleet-error.js'
import { TursoCloud } from '../../src/turso/turso-cloud.js'
import { type ApiReply, FakePlatform, failure, success } from './fake-platform.js'

const API_TOKEN = 'canary-of-the-platform-api'

let api: FakePlatform
let connections: Connections
let made: number

beforeEach(async () => {
  made = 0
  api = new FakePlatform({
    organization: 'acme',
    apiToken: API_TOKEN,
    backend: {
      create: async () => {},
      remove: async () => {},
      hostname: name => `${name}.aws-us-east-1.turso.io`,
    },
    makeToken: scope => {
      made += 1
      return `token-${made}-of-${scope}`
    },
  })
  await api.start()
  connections = new Connections()
  vi.stubEnv('TEST_API_TOKEN', API_TOKEN)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  connections.close()
  await api[Symbol.asyncDispose]()
})

function cloud({ apiUrl = api.url, organization = 'acme', timeoutMs = 5_000 } = {}): TursoCloud {
  return new TursoCloud(
    { apiUrl, organization, apiToken: { env: 'TEST_API_TOKEN' } },
    { root: '/', connections, requestTimeoutMs: timeoutMs },
  )
}

/** The error that something ends with; it never holds the token of the API. */
async function errorOf(attempt: () => Promise<unknown>): Promise<DbfleetError> {
  try {
    await attempt()
  } catch (error) {
    expect(error).toBeInstanceOf(DbfleetError)
    const { message, hint } = error as DbfleetError
    for (let each = error; each instanceof Error; each = each.cause) {
      expect(`${each.message} ${each.stack} ${JSON.stringify(each)}`).not.toContain('canary')
    }
    expect(`${message} ${hint}`).not.toContain('canary')
    return error as DbfleetError
  }
  throw new Error('there was no error')
}

/** Answers like that, so often, before the API answers itself. */
function answerFirst(reply: ApiReply | 'drop', times = 1): void {
  api.intercept = (_, count) => (count <= times ? reply : undefined)
}

const always = (reply: ApiReply | 'drop') => answerFirst(reply, Number.POSITIVE_INFINITY)
const namesOf = (databases: { name: string }[]) => databases.map(({ name }) => name).sort()
const names = (count: number) => Array.from({ length: count }, (_, i) => `db-${1_000 + i}`)

describe('the databases of an organization', () => {
  it('are listed over all pages', async () => {
    for (const name of names(1_234)) api.list(name, 'tenants')
    expect(namesOf(await cloud().list('tenants'))).toEqual(names(1_234))
    expect(api.requests.map(({ query }) => query)).toEqual([
      { limit: '500', group: 'tenants' },
      { limit: '500', group: 'tenants', cursor: 'db-1499' },
      { limit: '500', group: 'tenants', cursor: 'db-1999' },
    ])
  })

  it('are what the API says of them', async () => {
    api.list('alice', 'tenants', { archived: true })
    api.list('Bob_1', 'default', { group: undefined, sleeping: false })
    expect(await cloud().list()).toEqual([
      {
        name: 'Bob_1',
        url: 'https://bob_1-acme.aws-us-east-1.turso.io',
        shown: 'libsql://bob_1-acme.aws-us-east-1.turso.io',
        archived: false,
      },
      {
        name: 'alice',
        group: 'tenants',
        url: 'https://alice-acme.aws-us-east-1.turso.io',
        shown: 'libsql://alice-acme.aws-us-east-1.turso.io',
        archived: true,
      },
    ])
  })

  it('are none where there are none, or the API says null', async () => {
    expect(await cloud().list('tenants')).toEqual([])
    always(success({ databases: null }))
    expect(await cloud().list('tenants')).toEqual([])
  })

  it('are each listed once when one appears between two pages', async () => {
    const pages: Record<string, ApiReply> = {
      first: page(['b', 'c'], 'second'),
      // What was the end of the first page is the start of the second one.
      second: page(['c', 'd'], null),
    }
    api.intercept = ({ query }) => pages[query.cursor ?? 'first']
    expect(namesOf(await cloud().list())).toEqual(['b', 'c', 'd'])
  })

  it('are those of the group, also for an API that does not know the filter', async () => {
    api.list('alice', 'tenants')
    api.list('staging', 'default')
    api.intercept = request => {
      delete request.query.group
      return undefined
    }
    expect(namesOf(await cloud().list('tenants'))).toEqual(['alice'])
    expect(namesOf(await cloud().list())).toEqual(['alice', 'staging'])
  })

  it.each([
    ['a cursor that comes again', () => page([`a${api.requests.length}`], 'again')],
    ['pages with nothing new', () => page(['a'], `page-${api.requests.length}`)],
    ['empty pages', () => page([], `page-${api.requests.length}`)],
  ])('are not listed for ever: %s', async (_, reply) => {
    api.intercept = reply
    expect(await errorOf(() => cloud().list())).toMatchObject({ code: 'list-incomplete' })
    expect(api.requests.length).toBeLessThan(4)
  })

  it('are not taken for all where the API has no pages and cuts the list off', async () => {
    for (const name of names(1_001)) api.list(name, 'tenants')
    api.intercept = request => {
      delete request.query.limit
      return undefined
    }
    expect(await errorOf(() => cloud().list())).toMatchObject({ code: 'list-incomplete' })
    api.databases.delete('db-1000')
    api.databases.delete('db-1001')
    expect(await cloud().list()).toHaveLength(999)
  })

  it.each([
    ['no JSON', '{"databases": [', 'not-a-server'],
    ['a page of HTML', '<h1>Bad gateway</h1>', 'not-a-server'],
    ['a list', [], 'not-a-server'],
    ['no databases', { rows: [] }, 'not-a-server'],
    ['databases that are none', { databases: ['alice'] }, 'not-a-server'],
    ['a cursor that is none', { databases: [], pagination: { next: 7 } }, 'not-a-server'],
    [
      'a name that leaves the URL',
      { databases: [{ Name: '..', Hostname: 'a.io' }] },
      'not-a-server',
    ],
    ['an empty name', { databases: [{ Name: '', Hostname: 'a.io' }] }, 'not-a-server'],
  ])('are not guessed from %s', async (_, body, code) => {
    always({ status: 200, body })
    expect(await errorOf(() => cloud().list())).toMatchObject({ code })
  })

  it.each([
    'evil.example.org/path',
    'evil.example.org:8080',
    'user@evil.example.org',
    'evil.example.org#',
    'evil.example.org?x',
    '',
    'localhost',
    '10.0.0.1',
    'a b.example.org',
    '-a.example.org',
    undefined,
    7,
  ])('have no host that a token must not go to: %o', async Hostname => {
    always(success({ databases: [{ Name: 'alice', Hostname }] }))
    expect(await errorOf(() => cloud().list())).toMatchObject({ code: 'not-a-server' })
  })

  it('are spoken to in the clear on this machine only, for an API on this machine', async () => {
    always(success({ databases: [{ Name: 'a', Hostname: 'A.LOCALHOST:8080' }] }))
    expect(await cloud().list()).toMatchObject([{ url: 'http://a.localhost:8080' }])
  })
})

function page(list: string[], next: string | null): ApiReply {
  const databases = list.map(Name => ({ Name, Hostname: `${Name}.turso.io`, group: 'tenants' }))
  return success({ databases, pagination: { next } })
}

describe('making a database', () => {
  const create = (name: string) => cloud().provisioner('tenants').create(name)

  it('asks for it in the group, and says where it is', async () => {
    expect(await create('alice')).toMatchObject({
      url: 'https://alice-acme.aws-us-east-1.turso.io',
      shown: 'libsql://alice-acme.aws-us-east-1.turso.io',
    })
    expect(api.requests).toMatchObject([
      { method: 'POST', path: '/databases', body: { name: 'alice', group: 'tenants' } },
    ])
  })

  it.each(['', 'Alice', 'a_b', 'a/../b', '..', '-a', 'a'.repeat(65), 'ä', 'a b'])(
    'refuses the name %o before the API sees it',
    async name => {
      expect(await errorOf(() => create(name))).toMatchObject({ code: 'bad-name' })
      expect(api.requests).toEqual([])
    },
  )

  it('takes a name of 64 characters', async () => {
    expect(await create('a'.repeat(64))).toBeDefined()
  })

  it.each([
    failure(409, 'database with name alice already exists'),
    // https://github.com/tursodatabase/turso-docs/issues/409
    failure(400, 'database with same name already exists'),
  ])('says that there is one of that name: %o', async reply => {
    always(reply)
    expect(await errorOf(() => create('alice'))).toMatchObject({ code: 'exists' })
    expect(api.requests).toHaveLength(1)
  })

  it('says that there is no such group', async () => {
    const error = await errorOf(() => cloud().provisioner('other').create('alice'))
    expect(error).toMatchObject({ code: 'refused' })
    expect(error.message).toContain('group not found')
  })

  it.each<ApiReply | 'drop'>(['drop', failure(502, ''), failure(504, ''), success({})])(
    'is not tried again when it may have been done: %o',
    async reply => {
      always(reply)
      const error = await errorOf(() => create('alice'))
      expect(error.message).toContain('may have made alice or not')
      expect(error.hint).toContain('dbfleet up --db alice')
      expect(api.requests).toHaveLength(1)
    },
  )

  it('is tried again when it was not done', async () => {
    answerFirst(failure(429, 'slow down', { 'retry-after': '1' }))
    expect(await create('alice')).toBeDefined()
    expect(api.requests).toHaveLength(2)
  })
})

describe('removing a database', () => {
  const remove = () => cloud().provisioner(undefined).remove('alice')

  it('removes it', async () => {
    api.list('alice', 'tenants')
    await remove()
    expect([...api.databases]).toEqual([])
  })

  it('says that there is none', async () => {
    expect(await errorOf(remove)).toMatchObject({ code: 'missing' })
    expect(api.requests).toHaveLength(1)
  })

  it('has done it when the answer was lost', async () => {
    api.list('alice', 'tenants')
    api.afterwards = (_, reply) => (api.requests.length === 1 ? 'drop' : reply)
    await remove()
    expect(api.count('DELETE', /alice/)).toBe(2)
  })

  it('says what the API has against it', async () => {
    always(failure(403, 'database has delete protection enabled'))
    const error = await errorOf(remove)
    expect(error).toMatchObject({ code: 'auth' })
    expect(error.message).toContain('remove the database alice')
    expect(error.message).toContain('delete protection')
  })
})

describe('tokens', () => {
  it('are made once for each group, however many ask at once', async () => {
    const acme = cloud()
    const tokens = await Promise.all(
      names(50).map((name, index) =>
        acme.tokenFor({ name, group: index % 2 === 0 ? 'tenants' : 'default' }),
      ),
    )
    expect(new Set(tokens).size).toBe(2)
    expect(api.requests).toHaveLength(2)
    expect(api.requests[0]).toMatchObject({
      path: '/groups/tenants/auth/tokens',
      query: { expiration: '2h', authorization: 'full-access' },
    })
  })

  it('are made for a single database where its group is not known', async () => {
    api.list('alice', 'tenants')
    expect(await cloud().tokenFor({ name: 'alice' })).toBe('token-1-of-alice')
  })

  it('are made for single databases where the API token may not make those of groups', async () => {
    api.list('alice', 'tenants')
    api.list('bob', 'tenants')
    api.intercept = ({ path }) =>
      path.startsWith('/groups') ? failure(403, 'missing scope group:mint-token') : undefined
    const acme = cloud()
    for (const name of ['alice', 'bob', 'alice']) await acme.tokenFor({ name, group: 'tenants' })
    expect(api.count('POST', /^\/groups/)).toBe(1)
    expect(api.count('POST', /^\/databases/)).toBe(2)
  })

  it('are asked for again after a failure', async () => {
    const acme = cloud()
    answerFirst(failure(404, 'group not found'))
    const database = { name: 'alice', group: 'tenants' }
    expect(await errorOf(() => acme.tokenFor(database))).toMatchObject({ code: 'missing' })
    expect(await acme.tokenFor(database)).toBe('token-1-of-tenants')
  })

  it.each([
    '{"jwt": "canary',
    { jwt: '' },
    { jwt: 'canary\r\nx: y' },
    { token: 'canary' },
    { jwt: ['canary'] },
  ])('are never shown where the answer makes no sense: %o', async body => {
    always({ status: 200, body })
    const error = await errorOf(() => cloud().tokenFor({ name: 'alice', group: 'tenants' }))
    expect(error).toMatchObject({ code: 'not-a-server' })
  })
})

describe('an API that refuses', () => {
  it.each([
    [400, 'refused'],
    [401, 'auth'],
    [402, 'payment-required'],
    [403, 'auth'],
    [404, 'missing'],
    [409, 'exists'],
    [422, 'refused'],
    [500, 'server-error'],
  ])('is understood: %i', async (status, code) => {
    // What was sent comes back, as some proxies do it.
    always(failure(status, `no: Bearer ${API_TOKEN}`))
    const error = await errorOf(() => cloud().provisioner('tenants').create('alice'))
    expect(error).toMatchObject({ code })
    expect(error.hint).toMatch(/\.$/)
  })

  it('says from where the token is that is refused', async () => {
    vi.stubEnv('TEST_API_TOKEN', 'another-canary')
    const error = await errorOf(() => cloud().list())
    expect(error.message).toContain('the environment variable TEST_API_TOKEN')
    expect(error.message).toContain('expired')
  })

  it('says when the token expired that is refused', async () => {
    const claims = Buffer.from(JSON.stringify({ exp: 1_700_000_000 })).toString('base64url')
    vi.stubEnv('TEST_API_TOKEN', `canary.${claims}.canary`)
    const error = await errorOf(() => cloud().list())
    expect(error.message).toContain('TEST_API_TOKEN expired on 2023-11-14T22:13:20.000Z')
  })

  it('is given another token after it refused one', async () => {
    const acme = cloud()
    vi.stubEnv('TEST_API_TOKEN', 'another-canary')
    await errorOf(() => acme.list())
    vi.stubEnv('TEST_API_TOKEN', API_TOKEN)
    expect(await acme.list()).toEqual([])
  })

  it('is not asked without a token, or with one that a header cannot hold', async () => {
    vi.stubEnv('TEST_API_TOKEN', '')
    expect(await errorOf(() => cloud().list())).toMatchObject({ code: 'secret-missing' })
    vi.stubEnv('TEST_API_TOKEN', 'canary\nof two lines')
    expect(await errorOf(() => cloud().list())).toMatchObject({ code: 'auth' })
    expect(api.requests).toEqual([])
  })

  it('says that the token may not see that organization', async () => {
    const error = await errorOf(() => cloud({ organization: 'other' }).list())
    expect(error).toMatchObject({ code: 'auth' })
    expect(error.hint).toContain('organization')
  })

  it.each([
    failure(429, 'slow down', { 'retry-after': '1' }),
    failure(429, 'slow down'),
    failure(500, 'oops'),
    failure(502, ''),
    failure(503, ''),
    failure(504, ''),
    'drop' as const,
  ])('is asked again where that may help: %o', async reply => {
    answerFirst(reply, 2)
    expect(await cloud().list()).toEqual([])
    expect(api.requests).toHaveLength(3)
  })

  it('is not waited for when it asks for much time', async () => {
    always(failure(429, 'slow down', { 'retry-after': '3600' }))
    expect(await errorOf(() => cloud().list())).toMatchObject({ code: 'unreachable' })
    expect(api.requests).toHaveLength(1)
  })

  it('is given up when it never answers', async () => {
    const silent = createServer(() => {})
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const apiUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const error = await errorOf(() => cloud({ apiUrl, timeoutMs: 50 }).list())
    expect(error).toMatchObject({ code: 'timeout' })
    silent.closeAllConnections()
    await new Promise(done => silent.close(done))
  })

  it('is named when nobody is there', async () => {
    const error = await errorOf(() => cloud({ apiUrl: 'http://127.0.0.1:1' }).list())
    expect(error).toMatchObject({ code: 'unreachable' })
    expect(error.message).toContain('127.0.0.1:1')
  })
})
