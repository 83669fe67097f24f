import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TursoSourceConfig } from '../../src/config/config.js'
import { tursoSource } from '../../src/fleet/turso-source.js'
import { FakePlatform, failure } from '../turso/fake-platform.js'
import { services } from './services.js'
import { describeSource } from './source-contract.js'
import { usageErrorOf } from './thrown.js'

let api: FakePlatform

beforeEach(async () => {
  vi.stubEnv('TURSO_API_TOKEN', 'canary')
  api = new FakePlatform({
    organization: 'acme',
    apiToken: 'canary',
    backend: {
      create: async () => {},
      remove: async () => {},
      hostname: name => `${name}.turso.io`,
    },
    makeToken: () => 'canary',
  })
  await api.start()
  for (const name of ['bob', 'alice', '9', '10']) api.list(name, 'tenants')
  api.list('staging', 'default')
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await api[Symbol.asyncDispose]()
})

function source(options: Partial<TursoSourceConfig['turso']> = {}) {
  return tursoSource(
    { turso: { organization: 'acme', group: 'tenants', apiUrl: `${api.url}/`, ...options } },
    services('/root'),
  )
}

describeSource('turso', async () => ({ source: source(), names: ['10', '9', 'alice', 'bob'] }))
describeSource('turso', async () => ({
  source: source({ group: undefined }),
  names: ['10', '9', 'alice', 'bob', 'staging'],
}))

describe('the databases of Turso Cloud', () => {
  it('are members with all that opens, makes and removes them', async () => {
    const authToken = { env: 'TENANTS_TOKEN' }
    const apiToken = { env: 'TURSO_API_TOKEN' }
    const [, , alice] = await source({ authToken }).members()
    expect(alice).toEqual({
      name: 'alice',
      url: 'libsql://alice-acme.turso.io',
      source: 'turso acme/tenants',
      server: {
        url: 'https://alice-acme.turso.io',
        authToken,
        admin: {
          kind: 'turso',
          apiUrl: api.url,
          organization: 'acme',
          apiToken,
          group: 'tenants',
          archived: false,
        },
      },
    })
  })

  it('are those of Turso where no other API is named', () => {
    const turso = { organization: 'acme', group: 'tenants' }
    const member = tursoSource({ turso }, services('/root')).creates?.locate('zoe')
    expect(member?.url).toBe('https://api.turso.tech/v1/organizations/acme/databases/zoe')
    expect(member?.server?.admin).toMatchObject({ apiToken: { env: 'TURSO_API_TOKEN' } })
  })

  it('are called as the label says', async () => {
    const label = 'cloud'
    const labelled = tursoSource({ turso: { organization: 'acme' }, label }, services('/root'))
    expect(labelled.label).toBe('cloud')
    expect(source({ group: undefined }).label).toBe('turso acme')
  })

  it('are not made under a name that Turso refuses, or in no group', async () => {
    expect(await usageErrorOf(() => source().creates?.locate('Zoe'))).toMatchObject({
      code: 'bad-name',
    })
    const groupless = source({ group: undefined })
    const error = await usageErrorOf(() => groupless.creates?.locate('zoe'))
    expect(error).toMatchObject({ code: 'cannot-create' })
    expect(error.hint).toContain('group')
    expect(api.requests).toEqual([])
  })

  it('cannot be told without the API: an error of usage, as nothing was touched', async () => {
    api.intercept = () => failure(403, 'forbidden')
    expect(await usageErrorOf(() => source().members())).toMatchObject({ code: 'auth' })
    vi.stubEnv('TURSO_API_TOKEN', '')
    expect(await usageErrorOf(() => source().members())).toMatchObject({ code: 'secret-missing' })
  })
})
