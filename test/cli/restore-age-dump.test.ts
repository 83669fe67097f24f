import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Encrypter } from 'age-encryption'
import { describe, expect, it } from 'vitest'
import { newIdentity, recipientOf } from '../../src/backup/age.js'
import { codecOf } from '../../src/backup/codec-of.js'
import { LARGE_DUMP } from '../../src/backup/dump-source.js'
import { contentOf } from '../backup/compare.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { runCli, runJson } from './run-cli.js'

const DUMP = "BEGIN;\nCREATE TABLE t (a, b);\nINSERT INTO t VALUES(1,'secret text');\nCOMMIT;\n"
const PASSPHRASE = 'correct horse battery staple'

describe('an encrypted dump', () => {
  const directory = temporaryDirectories()

  async function keys() {
    const identity = await newIdentity({ postQuantum: false })
    return { identity, recipient: (await recipientOf(identity)) ?? '' }
  }

  async function encrypted(text: Uint8Array, seal: (encrypter: Encrypter) => void) {
    const encrypter = new Encrypter()
    seal(encrypter)
    return encrypter.encrypt(text)
  }

  it('is restored with a private key, however it is packed', async () => {
    const cwd = directory()
    const { identity, recipient } = await keys()
    writeFileSync(join(cwd, 'key.txt'), `${identity}\n`)
    const zstd = await codecOf('zstd')
    const texts = {
      'plain.sql.age': Buffer.from(DUMP),
      'packed.sql.gz.age': gzipSync(DUMP),
      'packed.sql.zst.age': zstd.pack(Buffer.from(DUMP)),
    }
    for (const [name, text] of Object.entries(texts)) {
      writeFileSync(join(cwd, name), await encrypted(text, it => it.addRecipient(recipient)))
      const to = `${name}.db`
      const args = ['restore', name, '--to', to, '--identity', 'key.txt']
      const { status, stderr } = await runCli(args, { cwd })
      expect([status, stderr]).toEqual([0, ''])
      expect(contentOf(join(cwd, to))).toMatchObject({
        rows: { t: [[1n, 'integer', 1n, 'text', expect.anything()]] },
      })
    }
  })

  it('is restored with a passphrase, from a file or the environment', async () => {
    const cwd = directory()
    const sealed = await encrypted(Buffer.from(DUMP), it => {
      it.setPassphrase(PASSPHRASE)
      it.setScryptWorkFactor(10)
    })
    writeFileSync(join(cwd, 'dump.sql.age'), sealed)
    writeFileSync(join(cwd, 'pass.txt'), `${PASSPHRASE}\n`)
    const byFile = ['restore', 'dump.sql.age', '--to', 'a.db', '--passphrase-file', 'pass.txt']
    expect((await runCli(byFile, { cwd })).status).toBe(0)
    const env = { DBFLEET_PASSPHRASE: PASSPHRASE }
    expect((await runCli(['restore', 'dump.sql.age', '--to', 'b.db'], { cwd, env })).status).toBe(0)
    expect(contentOf(join(cwd, 'b.db'))).toEqual(contentOf(join(cwd, 'a.db')))
  })

  it('is read in pieces when it is large', async () => {
    const cwd = directory()
    const { identity, recipient } = await keys()
    const rows = Array.from(
      { length: LARGE_DUMP / 1000 },
      (_, i) => `INSERT INTO t VALUES(${i},'${'x'.repeat(1000)}');\n`,
    )
    const text = Buffer.from(`BEGIN;\nCREATE TABLE t (a, b);\n${rows.join('')}COMMIT;\n`)
    writeFileSync(
      join(cwd, 'large.sql.age'),
      await encrypted(text, it => it.addRecipient(recipient)),
    )
    const env = { DBFLEET_IDENTITY: identity }
    const args = ['restore', 'large.sql.age', '--to', 'new.db']
    const { status, document } = await runJson(args, { cwd, env })
    expect([status, document]).toMatchObject([0, { databases: [{ rows: rows.length }] }])
  })

  it('is refused without the key, with a wrong one, and when it is damaged', async () => {
    const cwd = directory()
    const { identity, recipient } = await keys()
    const other = await keys()
    const path = join(cwd, 'dump.sql.age')
    writeFileSync(path, await encrypted(Buffer.from(DUMP), it => it.addRecipient(recipient)))
    const restored = async (env: Record<string, string>) => {
      const result = await runJson(['restore', 'dump.sql.age', '--to', 'x.db'], { cwd, env })
      expect(readdirSync(cwd)).toEqual(['dump.sql.age'])
      expect(result.stdout + result.stderr).not.toContain('AGE-SECRET-KEY')
      return [result.status, result.document]
    }
    expect(await restored({})).toMatchObject([2, { error: { code: 'key-needed' } }])
    expect(await restored({ DBFLEET_IDENTITY: other.identity })).toMatchObject([
      2,
      { error: { code: 'wrong-key' } },
    ])
    expect(await restored({ DBFLEET_PASSPHRASE: 'guessed' })).toMatchObject([
      2,
      { error: { code: 'wrong-key' } },
    ])
    const bytes = readFileSync(path)
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    writeFileSync(path, bytes)
    expect(await restored({ DBFLEET_IDENTITY: identity })).toMatchObject([
      3,
      { databases: [{ error: { code: 'dump-unreadable' } }] },
    ])
    writeFileSync(path, bytes.subarray(0, 60))
    expect(await restored({ DBFLEET_IDENTITY: identity })).toMatchObject([
      2,
      { error: { code: 'dump-unreadable' } },
    ])
  })
})
