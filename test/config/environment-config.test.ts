import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { environmentConfig } from '../../src/config/environment-config.js'
import { openSources } from '../../src/fleet/open-sources.js'
import { services } from '../fleet/services.js'
import { thrown } from './thrown.js'

const cwd = '/srv/app'

describe('without a configuration', () => {
  test('there is no fleet unless one is named', () => {
    expect(environmentConfig({ cwd, env: {} })).toBeUndefined()
    expect(environmentConfig({ cwd, env: { DATABASE_URL: '' } })).toBeUndefined()
  })

  test('DATABASE_URL names a fleet of one, with the usual directories', () => {
    const env = { DATABASE_URL: 'https://app.example.org:8443/', DATABASE_TOKEN: 'LEAK' }
    expect(environmentConfig({ cwd, env })).toEqual({
      root: '/srv/app',
      migrations: '/srv/app/migrations',
      templates: '/srv/app/templates',
      backups: '/srv/app/backups',
      busyTimeoutMs: 5_000,
      requestTimeoutMs: 120_000,
      leaseMs: 30_000,
      fleet: [
        {
          databases: [
            {
              name: 'app',
              url: 'https://app.example.org:8443/',
              authToken: { env: 'DATABASE_TOKEN' },
            },
          ],
          label: 'DATABASE_URL',
        },
      ],
    })
  })

  test('a file needs no token, and is not given one', () => {
    const env = { DATABASE_URL: 'file:data/app.db', DATABASE_TOKEN: 'LEAK' }
    expect(environmentConfig({ cwd, env })?.fleet).toEqual([
      { databases: [{ name: 'app', url: 'file:/srv/app/data/app.db' }], label: 'DATABASE_URL' },
    ])
  })

  test('a given URL of a server gets the token of DATABASE_TOKEN, too', () => {
    const env = { DATABASE_URL: 'file:a.db', DATABASE_TOKEN: 'LEAK' }
    expect(environmentConfig({ cwd, env, url: 'libsql://h.example' })?.fleet).toEqual([
      {
        databases: [{ name: 'h', url: 'libsql://h.example', authToken: { env: 'DATABASE_TOKEN' } }],
        label: 'url',
      },
    ])
  })

  test.each([
    ['libsql://acme-prod.turso.example', 'acme-prod', 'https://acme-prod.turso.example'],
    ['http://localhost:8080', 'localhost', 'http://localhost:8080'],
    ['http://alice.localhost:8080', 'alice', 'http://alice.localhost:8080'],
    ['http://localhost:8080#alice', 'alice', 'http://localhost:8080#alice'],
    ['http://127.0.0.1:8080', 'default', 'http://127.0.0.1:8080#default'],
    ['WSS://H.Example', 'h', 'wss://h.example'],
  ])('%s is the database "%s" at %s', async (url, name, shown) => {
    const config = environmentConfig({ cwd, env: {}, url })
    const [source] = openSources(config!, services('/elsewhere'))
    expect(await source?.members()).toMatchObject([{ name, url: shown }])
  })

  test('a given URL goes before DATABASE_URL', () => {
    const config = environmentConfig({ cwd, env: { DATABASE_URL: 'file:a.db' }, url: 'b.db' })
    expect(config?.fleet).toEqual([
      { databases: [{ name: 'b', url: '/srv/app/b.db' }], label: 'url' },
    ])
  })

  test.each([
    ['data/app.db', 'app', '/srv/app/data/app.db'],
    ['/var/app.sqlite3', 'app', '/var/app.sqlite3'],
    ['file:app.db', 'app', '/srv/app/app.db'],
    ['file:./app.db', 'app', '/srv/app/app.db'],
    ['file:///var/app.db', 'app', '/var/app.db'],
    ['file:/var/a%20b%23.db', 'a b#', '/var/a b#.db'],
    ['FILE:app.db', 'app', '/srv/app/app.db'],
    ['./mysql:x.db', 'mysql:x', '/srv/app/mysql:x.db'],
    ['app', 'app', '/srv/app/app'],
    ['.hidden', '.hidden', '/srv/app/.hidden'],
    ['file:/mail/a@b.example/box.db', 'box', '/mail/a@b.example/box.db'],
  ])('%s is the database "%s" in %s', async (url, name, path) => {
    const config = environmentConfig({ cwd, env: {}, url })
    const [source] = openSources(config!, services('/elsewhere'))
    expect(await source?.members()).toMatchObject([{ name, path }])
  })

  test('a relative URL starts from the working directory, whatever that is called', async () => {
    const root = '/srv/100%/a#b?c/[x]{y,z}*'
    for (const url of ['app.db', 'file:app.db']) {
      const config = environmentConfig({ cwd: root, env: {}, url })
      const [source] = openSources(config!, services('/elsewhere'))
      expect(await source?.members()).toMatchObject([{ path: `${root}/app.db` }])
    }
    const config = environmentConfig({ cwd: root, env: {}, files: 'databases/*.db' })
    const [source] = openSources(config!, services('/elsewhere'))
    expect(source?.creates?.locate('alice')).toMatchObject({
      name: 'alice',
      path: `${root}/databases/alice.db`,
      source: 'files databases/*.db',
    })
  })

  test('a pattern may be absolute', () => {
    const config = environmentConfig({ cwd, env: {}, files: '/data/*.db' })
    expect(config?.fleet).toEqual([{ files: '/data/*.db', label: 'files /data/*.db' }])
  })

  test('the key of encrypted databases is in a variable', async () => {
    const options = { cwd, env: {}, encryptionKeyEnv: 'APP_KEY' }
    const encryptionKey = { env: 'APP_KEY' }
    expect(environmentConfig({ ...options, url: 'a.db' })?.fleet).toMatchObject([
      { databases: [{ encryptionKey }] },
    ])
    expect(environmentConfig({ ...options, files: '*.db' })?.fleet).toMatchObject([
      { encryptionKey },
    ])
    const error = await thrown(() =>
      environmentConfig({ ...options, encryptionKeyEnv: 'LEAK/LEAK+LEAK==', url: 'a.db' }),
    )
    expect(error.message).toContain('must be the name of an environment variable')
    expect(error.message).not.toContain('LEAK')
  })

  test('a URL and a pattern at once are refused', async () => {
    const error = await thrown(() => environmentConfig({ cwd, env: {}, url: 'a', files: 'b' }))
    expect(error.code).toBe('usage')
    expect(error.hint).toContain('--files')
  })
})

describe('a URL that cannot be used', () => {
  test('an unknown scheme is refused with the known ones', async () => {
    const error = await thrown(() => environmentConfig({ cwd, env: {}, url: 'mysql://LEAK/db' }))
    expect(error.code).toBe('unsupported-url')
    expect(error.message).toBe(
      'the URL has the unknown scheme mysql:; known are file, libsql, http, https, ws, wss',
    )
  })

  test.each([
    'libsql://LEAK@h',
    'libsql://user:LEAK@h',
    'libsql://user:LE/AK@h/LEAK',
    'https://h/?authToken=LEAK',
    'file:app.db?authToken=LEAK',
    'app.db?auth_token=LEAK',
    'file:app.db?x=1&jwt=LEAK',
    'file:app.db?encryptionKey=LEAK',
    'file://user:LEAK@localhost/app.db',
    'libsql://h#token=LEAK',
    'https://LEAK@h#alice',
  ])('%s holds a secret, which is not repeated', async url => {
    const error = await thrown(() => environmentConfig({ cwd, env: { DATABASE_URL: url } }))
    expect(error.code).toBe('secret-in-url')
    expect(error.message).toContain('DATABASE_URL holds a user, a password or a token')
    expect(`${error.message} ${error.hint}`).not.toContain('LEAK')
  })

  test.each(['file:', 'file:#x', 'file:?x', '\0', 'a\0b'])('%o names no file', async url => {
    const error = await thrown(() => environmentConfig({ cwd, env: { DATABASE_URL: url } }))
    expect(error.code).toBe('bad-url')
  })

  test.each([
    'file:%zz.db',
    'file:data/',
    'data/',
    ':memory:',
    'file::memory:',
    'file:a?b',
    'file://h/x',
  ])('%s is left to the fleet, which refuses it', async url => {
    const config = environmentConfig({ cwd, env: { DATABASE_URL: url } })
    expect((await thrown(() => openSources(config!, services('/root')))).code).toBe('bad-url')
  })

  test.each([
    ['http://h#LEAK', 'bad-name'],
    ['http://h#eyJhbGciOiJFZERTQSJ9.LEAK.x', 'bad-name'],
    ['https://h?x=LEAK', 'bad-url'],
    ['https://h:LEAK', 'bad-url'],
    ['https:/LEAK', 'bad-url'],
  ])('%s is refused, and not repeated', async (url, code) => {
    const error = await thrown(() => environmentConfig({ cwd, env: {}, url }))
    expect(error.code).toBe(code)
    expect(`${error.message} ${error.hint}`).not.toContain('LEAK')
  })

  test('nothing behind the scheme is ever repeated', () => {
    const url = fc
      .tuple(
        fc.constantFrom('', 'x', 'file', 'libsql', 'https', 'postgres'),
        fc.array(
          fc.constantFrom(':', '/', '//', '@', '?', '#', '=', '&', '%', 'token', 'LEAK', 'a'),
        ),
      )
      .map(([scheme, rest]) => `${scheme}:${rest.join('')}`)
    fc.assert(
      fc.property(url, DATABASE_URL => {
        try {
          environmentConfig({ cwd, env: { DATABASE_URL } })
        } catch (error) {
          const { message, hint } = error as { message: string; hint: string }
          expect(`${message} ${hint}`).not.toContain('LEAK')
        }
      }),
      { numRuns: 500 },
    )
  })
})
