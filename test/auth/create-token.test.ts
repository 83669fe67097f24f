import { execFileSync } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { beforeEach, describe, expect, it } from 'vitest'
import type { TokenScope } from '../../src/auth/token-claims.js'
import { createKeys, createToken, type TokenReport } from '../../src/index.js'
import { runCli, runJson } from '../cli/run-cli.js'
import { schemaErrors } from '../docs/report-schema.js'
import { temporaryDirectories } from '../temporary-directory.js'

const directory = temporaryDirectories()
const isPosix = process.platform !== 'win32'

let cwd: string
let key: string
beforeEach(async () => {
  cwd = directory()
  const { privateKey } = await createKeys({ out: join(cwd, 'keys') })
  key = privateKey
})

function partOf(token: string, index: number): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString())
}

describe('dbfleet token create', () => {
  it('prints the token alone, signed with the key', async () => {
    const args = ['token', 'create', '--key', 'keys/jwt.pem', '--read-only']
    const { status, stdout, stderr } = await runCli(args, { cwd })
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    const [header, claims, signature = ''] = stdout.trim().split('.')
    expect(partOf(stdout, 0)).toEqual({ alg: 'EdDSA', typ: 'JWT' })
    const publicKey = createPublicKey(readFileSync(join(cwd, 'keys/jwt.pub.pem')))
    const signed = Buffer.from(`${header}.${claims}`)
    expect(verify(null, signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true)
  })

  it('says in JSON what the token says', async () => {
    const flags = ['--database', 'a', '--database', 'b-2', '--read-only', '--expires', '30d']
    const { status, document } = await runJson<TokenReport>(
      ['token', 'create', '--key', key, ...flags],
      { cwd },
    )
    expect([status, schemaErrors(document)]).toEqual([0, []])
    const { token, claims, expiresAt, ...rest } = document
    expect(rest).toEqual({ schema: 1, command: 'token', warnings: [] })
    expect(claims).toEqual({
      p: { ro: { ns: ['a', 'b-2'] } },
      iat: expect.any(Number),
      exp: claims.iat + 2_592_000,
    })
    expect(partOf(token, 1)).toEqual(claims)
    expect(Math.abs(claims.iat - Date.now() / 1_000)).toBeLessThan(60)
    expect(Date.parse(expiresAt ?? '')).toBe((claims.exp ?? 0) * 1_000)
  })

  it.each([
    [{ fullAccess: true }, { a: 'rw' }],
    [{ readOnly: true }, { a: 'ro' }],
    [{ databases: ['a'] }, { p: { rw: { ns: ['a'] } } }],
    [{ databases: ['a', 'b', 'a'] }, { p: { rw: { ns: ['a', 'b'] } } }],
    [{ databases: ['a'], readOnly: true }, { p: { ro: { ns: ['a'] } } }],
    [{ databases: ['a'], readOnly: false }, { p: { rw: { ns: ['a'] } } }],
    [{ databases: [], readOnly: true }, { a: 'ro' }],
  ])('%j, for an hour', async (scope, claimed) => {
    const { claims } = await createToken({ key, ...scope })
    expect(claims).toEqual({ ...claimed, iat: expect.any(Number), exp: claims.iat + 3_600 })
  })

  it.each([
    ['1s', 1],
    ['90s', 90],
    ['15m', 900],
    ['30d', 2_592_000],
    ['36525d', 3_155_760_000],
    [1_500, 1],
  ])('expires in %s', async (expires, seconds) => {
    const { claims } = await createToken({ key, readOnly: true, expires })
    expect(claims.exp).toBe(claims.iat + seconds)
  })

  it('expires never, if that is said', async () => {
    const { claims, expiresAt } = await createToken({ key, readOnly: true, expires: 'never' })
    expect([claims.exp, expiresAt]).toEqual([undefined, null])
  })

  it.each(['', '0', '10', '-1h', '999ms', '1y', '36526d', 'Never', '1h '])(
    'refuses to expire in "%s"',
    async expires => {
      await expect(createToken({ key, readOnly: true, expires })).rejects.toMatchObject({
        name: 'UsageError',
        code: 'bad-expiry',
      })
    },
  )

  const REFUSED: [scope: TokenScope, code: string][] = [
    [{}, 'scope-needed'],
    [{ databases: [], readOnly: false, fullAccess: false }, 'scope-needed'],
    [{ fullAccess: true, readOnly: true }, 'bad-options'],
    [{ fullAccess: true, databases: ['a'] }, 'bad-options'],
    ...['', 'A', '*', 'a,b', '../a', '-a', 'a\n', 'ä', 'a'.repeat(64)].map(
      (name): [TokenScope, string] => [{ databases: ['fine', name] }, 'bad-name'],
    ),
  ]

  it.each(REFUSED)('refuses %j', async (scope, code) => {
    await expect(createToken({ key, ...scope })).rejects.toMatchObject({ name: 'UsageError', code })
  })

  it.each([
    [[], 'scope-needed'],
    [['--database', '*'], 'bad-name'],
    [['--read-only', 'alice'], 'usage'],
  ])('exits with 2 and makes no token with %j', async (flags, code) => {
    const args = ['token', 'create', '--key', key, ...flags]
    const { status, document } = await runJson<{ error: { code: string } }>(args, { cwd })
    expect([status, schemaErrors(document), document.error.code]).toEqual([2, [], code])
    expect(document).not.toHaveProperty('token')
  })

  it('wants a key', async () => {
    const { status, stderr } = await runCli(['token', 'create', '--read-only'], { cwd })
    expect([status, stderr]).toEqual([2, expect.stringContaining('missing its --key <file>')])
  })
})

describe('the key file', () => {
  const SECRET = 'c2VjcmV0'

  function pemOf(type: 'rsa' | 'ec' | 'ed448' | 'x25519'): string | Buffer {
    const make = {
      rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
      ec: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
      ed448: () => generateKeyPairSync('ed448'),
      x25519: () => generateKeyPairSync('x25519'),
    }
    return make[type]().privateKey.export({ type: 'pkcs8', format: 'pem' })
  }

  const encrypted = () =>
    generateKeyPairSync('ed25519', {
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    }).privateKey

  const WRONG: [what: string, contents: () => string | Buffer, message: RegExp][] = [
    ['nothing', () => '', /is not a PEM file/],
    ['a token', () => `eyJ.${SECRET}.x`, /is not a PEM file/],
    ['a JWK', () => JSON.stringify({ kty: 'OKP', d: SECRET }), /is not a PEM file/],
    ['bytes', () => Buffer.alloc(200_000, 0xff), /is not a PEM file/],
    [
      'damage',
      () => `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\n`,
      /holds no private key that can be read/,
    ],
    ['half of a key', () => readFileSync(key, 'utf8').slice(0, 60), /holds no private key/],
    ['the public key', () => readFileSync(join(cwd, 'keys/jwt.pub.pem')), /holds a public key/],
    ['an encrypted key', encrypted, /is encrypted with a passphrase/],
    [
      'a key of OpenSSH',
      () => `-----BEGIN OPENSSH PRIVATE KEY-----\n${SECRET}\n-----END OPENSSH PRIVATE KEY-----\n`,
      /is in OpenSSH's own format/,
    ],
    [
      'a certificate',
      () => `-----BEGIN CERTIFICATE-----\n${SECRET}\n-----END CERTIFICATE-----\n`,
      /holds a certificate/,
    ],
    ['an RSA key', () => pemOf('rsa'), /a key of the kind rsa; sqld takes Ed25519 only/],
    ['a key of another curve', () => pemOf('ec'), /a key of the kind ec;/],
    ['an Ed448 key', () => pemOf('ed448'), /a key of the kind ed448;/],
    ['an X25519 key', () => pemOf('x25519'), /a key of the kind x25519;/],
  ]

  it.each(WRONG)('that holds %s is refused, and not quoted', async (_, contents, message) => {
    const path = join(cwd, 'wrong.pem')
    const bytes = contents()
    writeFileSync(path, bytes, { mode: 0o600 })
    const error = await createToken({ key: path, readOnly: true }).catch(error => error)
    expect(error).toMatchObject({
      name: 'UsageError',
      code: 'key-invalid',
      message: expect.stringMatching(message),
    })
    expect(error.message).toContain(path)
    const lines = bytes.toString('latin1').split('\n')
    const secrets = lines.filter(line => line.length > 4 && !line.startsWith('-----'))
    for (const secret of secrets) expect(inspect(error, { depth: 9 })).not.toContain(secret)
  })

  it('given by its contents is refused, and not quoted', async () => {
    const pem = readFileSync(key, 'utf8')
    const [, secret = ''] = pem.split('\n')
    for (const given of [pem, secret]) {
      const args = ['token', 'create', '--key', given, '--read-only', '--json']
      const { status, stdout, stderr } = await runCli(args, { cwd, env: { DBFLEET_DEBUG: '1' } })
      expect([status, JSON.parse(stdout).error.code]).toEqual([2, 'key-invalid'])
      expect(stdout + stderr).not.toContain(secret)
    }
  })

  it.each([
    ['nowhere.pem', 'does not exist'],
    ['keys', 'is a directory'],
    ['keys/jwt.pem/x', 'cannot be read (ENOTDIR)'],
  ])('at %s %s', async (name, why) => {
    const path = join(cwd, name)
    await expect(createToken({ key: path, readOnly: true })).rejects.toMatchObject({
      name: 'UsageError',
      code: 'key-unreadable',
      message: `the key file ${path} ${why}`,
    })
  })

  it.runIf(isPosix)('that every user can read is warned of, beside the token', async () => {
    chmodSync(key, 0o644)
    const args = ['token', 'create', '--key', key, '--read-only']
    const plain = await runCli(args, { cwd })
    expect(plain.stdout).toMatch(/^\S+\n$/)
    expect(plain.stderr).toContain(`${key} is open to every user of this machine`)
    const { document } = await runJson<TokenReport>(args, { cwd })
    expect(document.warnings).toEqual([expect.stringContaining('chmod 600')])
    chmodSync(key, 0o640)
    expect((await createToken({ key, readOnly: true })).warnings).toEqual([])
  })

  it.runIf(isPosix)('may be a pipe', () => {
    const bin = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))
    const script = 'cat "$1" | "$2" "$3" token create --key /dev/stdin --database alice'
    const stdout = execFileSync('sh', ['-c', script, 'sh', key, process.execPath, bin], { cwd })
    expect(partOf(stdout.toString(), 1)).toMatchObject({ p: { rw: { ns: ['alice'] } } })
  })

  it('never shows in what is printed', async () => {
    const [, secret = ''] = readFileSync(key, 'utf8').split('\n')
    const env = { DBFLEET_DEBUG: '1' }
    for (const flags of [['--read-only'], ['--full-access', '--json'], ['--database', '*']]) {
      const args = ['token', 'create', '--key', key, ...flags]
      const { stdout, stderr } = await runCli(args, { cwd, env })
      expect(stdout + stderr).not.toContain(secret)
    }
  })
})
