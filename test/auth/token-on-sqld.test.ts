import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { signToken, type TokenClaims } from '../../src/auth/sign-token.js'
import { createKeys, createToken, type TokenOptions } from '../../src/index.js'
import { createNamespace, execute } from '../sqld/requests.js'
import { useSqld } from '../sqld/use-sqld.js'

/** What a request came to: done, refused for want of a right, not found, or not let in. */
type Outcome = 'ok' | 'forbidden' | 'no such database' | 'unauthorized'

const OUTCOMES: Record<number, Outcome> = {
  200: 'ok',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'no such database',
}

const ALL: Row = { own: ['ok', 'ok'], other: ['ok', 'ok'] }
const READ: Row = { own: ['ok', 'forbidden'], other: ['ok', 'forbidden'] }
const OWN: Row = { own: ['ok', 'ok'], other: ['no such database', 'no such database'] }
const NONE: Row = { own: ['unauthorized', 'unauthorized'], other: ['unauthorized', 'unauthorized'] }

/** What a token may do to the database `own`, and to another one: read, write. */
interface Row {
  own: [read: Outcome, write: Outcome]
  other: [read: Outcome, write: Outcome]
}

const SCOPES: [flags: string, scope: Omit<TokenOptions, 'key'>, Row][] = [
  ['--full-access', { fullAccess: true }, ALL],
  ['--full-access --expires never', { fullAccess: true, expires: 'never' }, ALL],
  ['--read-only', { readOnly: true }, READ],
  ['--read-only --expires 30d', { readOnly: true, expires: '30d' }, READ],
  ['--database own', { databases: ['own'] }, OWN],
  ['--database own --expires 1s', { databases: ['own'], expires: '1s' }, OWN],
  [
    '--database own --read-only',
    { databases: ['own'], readOnly: true },
    { ...OWN, own: ['ok', 'forbidden'] },
  ],
  ['--database own --database other', { databases: ['own', 'other'] }, ALL],
  [
    '--database own --database other --read-only',
    { databases: ['own', 'other', 'own'], readOnly: true },
    READ,
  ],
  [
    '--database third',
    { databases: ['third'] },
    {
      own: ['no such database', 'no such database'],
      other: ['no such database', 'no such database'],
    },
  ],
]

const home = mkdtempSync(join(tmpdir(), 'dbfleet-test-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Keys that the server knows: the present one, and its predecessor. */
const KEY = join(home, 'present', 'jwt.pem')
const EARLIER_KEY = join(home, 'earlier', 'jwt.pem')
const FOREIGN_KEY = join(home, 'foreign', 'jwt.pem')

async function fate(token: string | undefined): Promise<Row> {
  const of = async (namespace: string, sql: string) => {
    const { status, error } = await execute(server(), namespace, sql, token)
    if (status === 200) expect(error).toBe('')
    return OUTCOMES[status] ?? expect.fail(`${status}: ${error}`)
  }
  const readAndWrite = async (namespace: string): Promise<[Outcome, Outcome]> => [
    await of(namespace, 'SELECT count(*) FROM t'),
    await of(namespace, 'INSERT INTO t VALUES (1)'),
  ]
  return { own: await readAndWrite('own'), other: await readAndWrite('other') }
}

const server = useSqld(async () => {
  for (const name of ['present', 'earlier', 'foreign']) await createKeys({ out: join(home, name) })
  const jwtKeyFile = join(home, 'both.pub.pem')
  const publicKeys = ['present', 'earlier'].map(name => join(home, name, 'jwt.pub.pem'))
  writeFileSync(jwtKeyFile, publicKeys.map(path => readFileSync(path, 'utf8')).join(''))
  return { jwtKeyFile }
})

let prepared = false
beforeEach(async () => {
  if (prepared) return
  prepared = true
  const { token } = await createToken({ key: KEY, fullAccess: true })
  for (const name of ['own', 'other', 'third']) {
    await createNamespace(server(), name)
    expect((await execute(server(), name, 'CREATE TABLE t (v)', token)).error).toBe('')
  }
})

describe('a token of `dbfleet token create`', () => {
  it.each(SCOPES)('%s: the server allows just that', async (_, scope, expected) => {
    const { token } = await createToken({ key: KEY, ...scope })
    expect(await fate(token)).toEqual(expected)
  })

  it.each(SCOPES)('%s, but of a foreign key: refused', async (_, scope) => {
    const { token } = await createToken({ key: FOREIGN_KEY, ...scope })
    expect(await fate(token)).toEqual(NONE)
  })

  it.each(SCOPES)('%s, but expired: refused', async (_, scope) => {
    const { claims } = await createToken({ key: KEY, ...scope })
    // The server allows a minute.
    const past = Math.floor(Date.now() / 1_000) - 120
    expect(await fate(await signWith(KEY, { ...claims, exp: past }))).toEqual(NONE)
  })

  it('is accepted until the public key is taken out of the server’s file', async () => {
    const { token } = await createToken({ key: EARLIER_KEY, databases: ['own'] })
    expect(await fate(token)).toEqual(OWN)
  })

  it('cannot be given another scope', async () => {
    const { token } = await createToken({ key: KEY, readOnly: true })
    const [header, , signature] = token.split('.')
    const claims = Buffer.from('{"a":"rw"}').toString('base64url')
    expect(await fate(`${header}.${claims}.${signature}`)).toEqual(NONE)
  })
})

describe('the server', () => {
  it('lets nobody in without a token', async () => {
    expect(await fate(undefined)).toEqual(NONE)
  })

  it('takes a token that names no scope for full access, which is why none is made', async () => {
    const iat = Math.floor(Date.now() / 1_000)
    expect(await fate(await signWith(KEY, { iat }))).toEqual(ALL)
  })

  it('says why it refuses', async () => {
    const past = Math.floor(Date.now() / 1_000) - 120
    const expired = await signWith(KEY, { a: 'ro', iat: past, exp: past })
    const { token: foreign } = await createToken({ key: FOREIGN_KEY, readOnly: true })
    const { token: readOnly } = await createToken({ key: KEY, readOnly: true })
    const errorOf = async (sql: string, token?: string) =>
      (await execute(server(), 'own', sql, token)).error
    expect(await errorOf('SELECT 1', expired)).toContain('The JWT has expired')
    expect(await errorOf('SELECT 1', foreign)).toContain('The JWT is invalid')
    expect(await errorOf('SELECT 1')).toContain('none given')
    expect(await errorOf('DELETE FROM t', readOnly)).toContain('Write permission to namespace own')
  })

  it('lets a token that may only read write files of its machine', async () => {
    const { token } = await createToken({ key: KEY, readOnly: true })
    const path = join(home, 'written-by-a-reader')
    const { error } = await execute(server(), 'own', `SELECT writefile('${path}', 'x')`, token)
    expect(error).toBe('')
    expect(readFileSync(path, 'utf8')).toBe('x')
  })
})

function signWith(path: string, claims: TokenClaims): Promise<string> {
  return signToken(claims, createPrivateKey(readFileSync(path)))
}
