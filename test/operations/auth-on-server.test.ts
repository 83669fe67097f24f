import { createPrivateKey } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { signToken } from '../../src/auth/sign-token.js'
import { createKeys, createToken, openFleet, type TokenOptions } from '../../src/index.js'
import { createNamespace } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'

const home = mkdtempSync(join(tmpdir(), 'dbfleet-test-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const KEY = join(home, 'ours', 'jwt.pem')
const FOREIGN_KEY = join(home, 'foreign', 'jwt.pem')

const server = useSqld(async () => {
  for (const name of ['ours', 'foreign']) await createKeys({ out: join(home, name) })
  return { jwtKeyFile: join(home, 'ours', 'jwt.pub.pem') }
})

const VARIABLE = 'DBFLEET_TEST_TOKEN'
beforeEach(() => () => {
  delete process.env[VARIABLE]
})

let made = false
beforeEach(async () => {
  if (made) return
  made = true
  for (const name of ['alice', 'bob']) await createNamespace(server(), name)
  mkdirSync(join(home, 'migrations'))
  writeFileSync(join(home, 'migrations/20260101000001_t.up.sql'), 'CREATE TABLE t (x);')
})

async function tokenOf(options: Omit<TokenOptions, 'key'>, key = KEY): Promise<string> {
  return (await createToken({ key, ...options })).token
}

/** What `up` says of alice with this token; nowhere is the token. */
async function errorWith(token: string | undefined, verb: 'up' | 'status' = 'up') {
  if (token !== undefined) process.env[VARIABLE] = token
  const fleet = await openFleet({
    cwd: home,
    config: {
      fleet: [
        {
          sqld: {
            url: server().url,
            namespaces: ['alice'],
            ...(token !== undefined && { authToken: { env: VARIABLE } }),
          },
        },
      ],
    },
  })
  const report = await fleet[verb]()
  if (token !== undefined) {
    for (const part of [token, ...token.split('.')]) {
      expect(JSON.stringify(report)).not.toContain(part)
    }
  }
  return report.databases[0]?.error
}

describe('a token that is refused', () => {
  it('is missing: it is said that there is none', async () => {
    expect(await errorWith(undefined)).toMatchObject({
      code: 'auth',
      message: 'the server asks for a token, and there is none',
      hint: expect.stringContaining('authToken'),
    })
  })

  it('has expired: it is said when, and where the token is from', async () => {
    const { claims } = await createToken({ key: KEY, fullAccess: true })
    const exp = Math.floor(Date.parse('2026-01-02T03:04:05Z') / 1_000)
    const token = await signToken({ ...claims, exp } as never, createPrivateKey(readFileSync(KEY)))
    expect(await errorWith(token)).toMatchObject({
      code: 'auth',
      message: `the token of the environment variable ${VARIABLE} expired on 2026-01-02T03:04:05.000Z`,
    })
  })

  it('is of another key', async () => {
    expect(await errorWith(await tokenOf({ fullAccess: true }, FOREIGN_KEY))).toMatchObject({
      code: 'auth',
      message: expect.stringMatching(/was not signed with a key that the server knows$/),
    })
  })

  it('is no JWT', async () => {
    expect(await errorWith('a-secret-of-some-kind')).toMatchObject({
      code: 'auth',
      message: expect.stringMatching(/is not a JWT$/),
    })
  })

  it('is a key in PEM: it is said that this can be no token, and nothing is sent', async () => {
    expect(await errorWith(readFileSync(KEY, 'utf8').trim())).toMatchObject({
      code: 'auth',
      message: expect.stringMatching(/cannot be sent: it holds spaces, line breaks or the like$/),
    })
  })

  it('may only read: status works, up says so', async () => {
    const token = await tokenOf({ readOnly: true })
    expect(await errorWith(token, 'status')).toBeUndefined()
    expect(await errorWith(token)).toMatchObject({
      code: 'auth',
      message: `the token of the environment variable ${VARIABLE} may only read`,
    })
  })

  it('opens another database only', async () => {
    expect(await errorWith(await tokenOf({ databases: ['bob'] }))).toMatchObject({
      code: 'auth',
      message: `the token of the environment variable ${VARIABLE} opens bob, not alice`,
    })
  })

  it('reads this database, and writes another one', async () => {
    const claims = { p: { ro: { ns: ['alice'] }, rw: { ns: ['bob'] } } }
    const token = await signToken(claims as never, createPrivateKey(readFileSync(KEY)))
    expect(await errorWith(token, 'status')).toBeUndefined()
    expect(await errorWith(token)).toMatchObject({
      code: 'auth',
      message: expect.stringContaining('may only read alice'),
    })
  })
})

it('a token that may do it does', async () => {
  expect(await errorWith(await tokenOf({ databases: ['alice'] }))).toBeUndefined()
})
