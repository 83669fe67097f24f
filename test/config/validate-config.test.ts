import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { UserConfig } from '../../src/config/config.js'
import { validateConfig } from '../../src/config/validate-config.js'
import { SOUND, UNSOUND, UNSOUND_BY_MEANING } from './sample-configs.js'
import { thrown } from './thrown.js'

const root = '/srv/app'
const file = '/srv/app/dbfleet.config.ts'

describe('a sound configuration', () => {
  test.each(SOUND)('is taken: %s', (_, config) => {
    const { fleet } = validateConfig(config, { root })
    expect(fleet).toEqual((config as UserConfig).fleet)
  })

  test('gets the defaults', () => {
    expect(validateConfig({ fleet: [] }, { root })).toStrictEqual({
      root: '/srv/app',
      migrations: '/srv/app/migrations',
      templates: '/srv/app/templates',
      backups: '/srv/app/backups',
      fleet: [],
      busyTimeoutMs: 5_000,
      requestTimeoutMs: 120_000,
      leaseMs: 30_000,
    })
  })

  test('keeps what it says, with absolute directories', () => {
    const config = {
      migrations: './db/migrations',
      templates: '../templates',
      backups: '/var/backups',
      fleet: [{ files: '*.db' }],
      busyTimeout: '2m',
      requestTimeout: '30s',
      jobs: 4,
      maxFailures: 3,
    }
    expect(validateConfig(config, { root, file })).toStrictEqual({
      root: '/srv/app',
      file,
      migrations: '/srv/app/db/migrations',
      templates: '/srv/templates',
      backups: '/var/backups',
      fleet: [{ files: '*.db' }],
      busyTimeoutMs: 120_000,
      requestTimeoutMs: 30_000,
      leaseMs: 30_000,
      jobs: 4,
      maxFailures: '3',
    })
  })

  test('may have keys that are undefined', () => {
    const config: UserConfig = {
      fleet: [{ files: '*.db', label: undefined, encryptionKey: undefined }],
      jobs: undefined,
    }
    const valid = validateConfig(config, { root })
    expect(valid.fleet).toStrictEqual([{ files: '*.db' }])
    expect(valid).not.toHaveProperty('jobs')
  })

  test('is not changed by what happens to the original afterwards', () => {
    const source = { files: '*.db' }
    const { fleet } = validateConfig({ fleet: [source] }, { root })
    source.files = '/etc/*'
    expect(fleet).toEqual([{ files: '*.db' }])
  })
})

describe('an unsound configuration', () => {
  test.each([...UNSOUND, ...UNSOUND_BY_MEANING])('%o: %s', async (config, problem) => {
    const error = await thrown(() => validateConfig(config, { root, file }))
    expect(error.code).toBe('config-invalid')
    expect(error.message.startsWith(`${file}: ${problem}`), error.message).toBe(true)
    expect(error.message).not.toContain('\n')
    expect(`${error.message} ${error.hint}`).not.toContain('LEAK')
    expect(error.cause).toBeUndefined()
  })

  test('is told of with all its problems, one a line', async () => {
    const config = {
      migrations: 5,
      fleet: [
        { files: '', encryptionKey: 'LEAK', nmae: '{1}' },
        { databases: [{ name: 'a', url: 'a.db' }, { url: 'b.db' }] },
        { sqld: { namespaces: ['a', 'B', '..'] } },
        { turso: { namespaces: ['a'] } },
      ],
      jobs: 0,
      mxFailures: 1,
    }
    const { message, hint } = await thrown(() => validateConfig(config, { root, file }))
    expect(message).toBe(`${file} has 12 problems:
migrations: must be text
fleet[0].files: must not be empty or hold a NUL character
fleet[0].encryptionKey: a secret must not stand in a configuration, which is committed and copied; write { env: "NAME" }, { file: "PATH" } or { command: ["PROGRAM", "ARGUMENT"] }
fleet[0].nmae: unknown key; did you mean "name"?
fleet[1].databases[1].name: is missing
fleet[2].sqld.url: is missing
fleet[2].sqld.namespaces[1]: must be made of a to z, 0 to 9 and hyphens, not begin with a hyphen, and have at most 63 characters
fleet[2].sqld.namespaces[2]: must be made of a to z, 0 to 9 and hyphens, not begin with a hyphen, and have at most 63 characters
fleet[3].turso.organization: is missing
fleet[3].turso.namespaces: unknown key; known here are organization, group, apiToken, authToken, apiUrl
jobs: must be a whole number from 1
mxFailures: unknown key; did you mean "maxFailures"?`)
    expect(hint).toContain('docs/configuration.md')
  })

  test('is called the configuration where it is in no file', async () => {
    const { message } = await thrown(() => validateConfig({}, { root }))
    expect(message).toBe('the configuration: fleet: is missing')
  })

  test('may be circular, deep, or made of odd objects', async () => {
    const circular: Record<string, unknown> = { fleet: [] }
    circular.self = circular
    expect((await thrown(() => validateConfig(circular, { root }))).message).toContain('self')
    for (const odd of [new Map(), new Date(), () => ({}), Symbol('x'), 1n, Promise.resolve()]) {
      const { code } = await thrown(() => validateConfig({ fleet: odd }, { root }))
      expect(code).toBe('config-invalid')
      expect((await thrown(() => validateConfig(odd, { root }))).code).toBe('config-invalid')
    }
  })

  test('inherits nothing', async () => {
    const config = Object.create({ fleet: [], backups: '/tmp' })
    const { message } = await thrown(() => validateConfig(config, { root }))
    expect(message).toContain('fleet: is missing')
    const json = JSON.parse('{"__proto__": {"fleet": [{"files": "*"}]}}')
    expect((await thrown(() => validateConfig(json, { root }))).message).toContain(
      'fleet: is missing',
    )
  })

  test('never has a value of it repeated', () => {
    const leaf = fc.constantFrom('LEAK', 'a LEAK', 'libsql://x:LEAK@h', 5, null, true, undefined)
    const key = fc.constantFrom(
      ...['files', 'name', 'databases', 'query', 'url', 'sql', 'authToken', 'encryptionKey'],
      ...['sqld', 'namespaces', 'adminUrl', 'adminKey', 'syncUrl', 'dataDirectory', 'replicas'],
      ...['env', 'file', 'command', 'engine', 'label', 'jobs', 'busyTimeout', 'maxFailures', 'key'],
    )
    const { node } = fc.letrec(tie => ({
      node: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        leaf,
        fc.dictionary(key, tie('node'), { maxKeys: 4 }),
        fc.array(tie('node'), { maxLength: 3 }),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(key, node, { maxKeys: 4 }), fc.array(node), (config, fleet) => {
        try {
          validateConfig({ ...config, fleet }, { root })
        } catch (error) {
          const { message, hint } = error as { message: string; hint: string }
          expect(`${message} ${hint}`).not.toContain('LEAK')
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
