import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createKeys } from '../../src/index.js'
import { runCli, runJson } from '../cli/run-cli.js'
import { schemaErrors } from '../docs/report-schema.js'
import { temporaryDirectories } from '../temporary-directory.js'

const directory = temporaryDirectories()
const isPosix = process.platform !== 'win32'

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

/** The words of a PEM file that must never be seen. */
function secretIn(pem: string): string {
  return readFileSync(pem, 'utf8').split('\n')[1] ?? expect.fail(`${pem} is empty`)
}

describe('dbfleet keys create', () => {
  it('writes a pair in the forms that sqld and the token verb read', async () => {
    const cwd = directory()
    const { status, stdout, stderr } = await runCli(['keys', 'create'], { cwd })
    expect([status, stderr]).toEqual([0, ''])
    const privatePem = readFileSync(join(cwd, 'keys/jwt.pem'), 'utf8')
    const publicPem = readFileSync(join(cwd, 'keys/jwt.pub.pem'), 'utf8')
    // The server looks for it at the very first byte.
    expect(publicPem).toMatch(/^-----BEGIN PUBLIC KEY-----\n\S{60}\n-----END PUBLIC KEY-----\n$/)
    expect(privatePem).toMatch(/^-----BEGIN PRIVATE KEY-----\n\S{64}\n-----END PRIVATE KEY-----\n$/)
    const data = Buffer.from('anything')
    const signature = sign(null, data, createPrivateKey(privatePem))
    expect(verify(null, data, createPublicKey(publicPem), signature)).toBe(true)
    expect(stdout).toContain(`sqld --auth-jwt-key-file ${join(cwd, 'keys/jwt.pub.pem')}\n`)
    expect(stdout).not.toContain(secretIn(join(cwd, 'keys/jwt.pem')))
  })

  it('says in JSON where they are, and nothing of what they are', async () => {
    const cwd = directory()
    const { status, document, stdout, stderr } = await runJson(
      ['keys', 'create', '--out', 'a b/c'],
      { cwd },
    )
    expect([status, schemaErrors(document)]).toEqual([0, []])
    expect(document).toEqual({
      schema: 1,
      command: 'keys',
      privateKey: join(cwd, 'a b/c/jwt.pem'),
      publicKey: join(cwd, 'a b/c/jwt.pub.pem'),
      serverFlags: ['--auth-jwt-key-file', join(cwd, 'a b/c/jwt.pub.pem')],
    })
    expect(stdout + stderr).not.toContain(secretIn(join(cwd, 'a b/c/jwt.pem')))
  })

  it('quotes for a shell what needs it', async () => {
    const cwd = directory()
    const { stdout } = await runCli(['keys', 'create', '--out', "it's"], { cwd })
    expect(stdout).toContain("dbfleet token create --key 'it'\\''s/jwt.pem'\n")
  })

  it.runIf(isPosix)('lets nobody but the owner at the private key', async () => {
    const out = join(directory(), 'new', 'keys')
    const before = process.umask(0)
    try {
      await createKeys({ out })
    } finally {
      process.umask(before)
    }
    expect(modeOf(join(out, '..'))).toBe('700')
    expect(modeOf(out)).toBe('700')
    expect(modeOf(join(out, 'jwt.pem'))).toBe('600')
  })

  it.runIf(isPosix)('leaves the permissions of a directory that is there', async () => {
    const out = directory()
    chmodSync(out, 0o755)
    await createKeys({ out })
    expect(modeOf(out)).toBe('755')
    expect(modeOf(join(out, 'jwt.pem'))).toBe('600')
  })

  it('makes another pair each time', async () => {
    const [one, two] = [join(directory(), 'keys'), join(directory(), 'keys')]
    await createKeys({ out: one })
    await createKeys({ out: two })
    expect(secretIn(join(one, 'jwt.pem'))).not.toBe(secretIn(join(two, 'jwt.pem')))
  })

  it.each(['jwt.pem', 'jwt.pub.pem'])(
    'leaves an existing %s alone, and writes nothing',
    async name => {
      const cwd = directory()
      mkdirSync(join(cwd, 'keys'))
      writeFileSync(join(cwd, 'keys', name), 'precious')
      const { status, document } = await runJson<{ error: { code: string; message: string } }>(
        ['keys', 'create'],
        { cwd },
      )
      expect([status, schemaErrors(document), document.error.code]).toEqual([2, [], 'exists'])
      expect(document.error.message).toContain(join(cwd, 'keys', name))
      expect(readdirSync(join(cwd, 'keys'))).toEqual([name])
      expect(readFileSync(join(cwd, 'keys', name), 'utf8')).toBe('precious')
    },
  )

  it.runIf(isPosix)('does not write through a symbolic link', async () => {
    const cwd = directory()
    const elsewhere = join(directory(), 'elsewhere')
    mkdirSync(join(cwd, 'keys'))
    symlinkSync(elsewhere, join(cwd, 'keys/jwt.pem'))
    await expect(createKeys({ out: join(cwd, 'keys') })).rejects.toMatchObject({ code: 'exists' })
    expect(existsSync(elsewhere)).toBe(false)
  })

  it('says when the directory cannot be one', async () => {
    const cwd = directory()
    writeFileSync(join(cwd, 'file'), '')
    for (const out of ['file', 'file/keys']) {
      const { status, stderr } = await runCli(['keys', 'create', '--out', out], { cwd })
      expect([status, stderr]).toEqual([2, expect.stringContaining('no keys can be written to')])
    }
  })

  it('makes one winner of several that run at once', async () => {
    const out = join(directory(), 'keys')
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => createKeys({ out })))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const [privateKey, publicKey] = ['jwt.pem', 'jwt.pub.pem'].map(name =>
      readFileSync(join(out, name), 'utf8'),
    )
    const derived = createPublicKey(createPrivateKey(privateKey ?? ''))
    expect(derived.export({ type: 'spki', format: 'pem' })).toBe(publicKey)
  })
})
