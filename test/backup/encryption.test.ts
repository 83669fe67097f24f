import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Decrypter, Encrypter } from 'age-encryption'
import { describe, expect, it } from 'vitest'
import { lock, newIdentity, recipientOf, unlock } from '../../src/backup/age.js'
import { NoAgeKeyFits } from '../../src/backup/age-error.js'
import { COMPRESSIONS } from '../../src/backup/compression.js'
import { keyedHash } from '../../src/backup/keyed-hash.js'
import type { StoredObject } from '../../src/backup/manifest.js'
import type { ObjectKeys } from '../../src/backup/object-keys.js'
import { checkStored, fileKeyOf, readObject } from '../../src/backup/read-object.js'
import { openStore } from '../../src/backup/store/open-store.js'
import { writeObject } from '../../src/backup/write-object.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { age } from './age-command.js'

const TEXT = 'CREATE TABLE t (x);\nINSERT INTO t VALUES (1);\n'.repeat(4)
const NAME = 'it.sql.age'

describe('an encrypted object', () => {
  const directory = temporaryDirectories()

  async function written(text: string, { compression = 'none' as const, strong = false } = {}) {
    const path = directory()
    const store = await openStore({ kind: 'directory', path })
    const identity = await newIdentity({ postQuantum: strong })
    const recipient = (await recipientOf(identity)) ?? ''
    async function* pieces() {
      for (let at = 0; at < text.length; at += 100_000) {
        yield { bytes: Buffer.from(text.slice(at, at + 100_000)), content: true }
      }
    }
    const made = await writeObject(store, NAME, pieces(), compression, [recipient])
    const { digest, fileKey = new Uint8Array(), ...rest } = made
    const object: StoredObject = { file: NAME, ...rest }
    const read = async (keys?: ObjectKeys) => {
      const parts = []
      for await (const piece of readObject(store, NAME, object, keys)) parts.push(piece)
      return Buffer.concat(parts).toString()
    }
    return { store, object, digest, fileKey, identity, read, path: join(path, NAME) }
  }

  it.each(COMPRESSIONS)('is opened by its identity, by its own key, and by age: %s', async how => {
    const text = TEXT.repeat(2000)
    const { read, identity, fileKey, path, object } = await written(text, {
      compression: how as 'none',
    })
    expect(object).toMatchObject({ encryption: 'age', compression: how, rawBytes: text.length })
    expect(await read({ identities: [identity] })).toBe(text)
    expect(await read({ identities: [await newIdentity({ postQuantum: false }), identity] })).toBe(
      text,
    )
    expect(await read({ fileKey })).toBe(text)
    const unpack = { zstd: '| zstd -dc', gzip: '| gzip -dc', none: '' }[how]
    const { stdout, status } = spawnSync('sh', ['-c', `cat ${unpack}`], {
      input: age(['-d', '-i', keyFile(identity), path]),
      maxBuffer: 1 << 28,
    })
    expect(status).toBe(0)
    expect(stdout.equals(Buffer.from(text))).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(path).includes('CREATE TABLE')).toBe(false)
  })

  it('holds against quantum computers when its recipients do', async () => {
    const { read, identity } = await written(TEXT, { strong: true })
    expect(identity).toMatch(/^AGE-SECRET-KEY-PQ-1/)
    expect(await read({ identities: [identity] })).toBe(TEXT)
  })

  it('has hashes that tell nothing of what it holds', async () => {
    const [one, other] = [await written(TEXT), await written(TEXT)]
    const plain = createHash('sha256').update(TEXT).digest('hex')
    expect(one.object.rawSha256).not.toBe(other.object.rawSha256)
    expect(one.digest).not.toBe(other.digest)
    expect(one.digest).toMatch(/^dump1-hmac-sha256:[0-9a-f]{64}$/)
    expect(JSON.stringify([one.object, one.digest])).not.toContain(plain)
    expect(keyedHash(plain, one.fileKey)).toBe(one.object.rawSha256)
  })

  it('gives its own key to who can open it', async () => {
    const { store, object, identity, fileKey } = await written(TEXT)
    const found = await fileKeyOf(store, NAME, object, { identities: [identity] })
    expect(Buffer.from(found).equals(Buffer.from(fileKey))).toBe(true)
  })

  it('says whether a key is missing or wrong', async () => {
    const { read, store, object } = await written(TEXT)
    await expect(read()).rejects.toMatchObject({ code: 'key-needed' })
    const other = await newIdentity({ postQuantum: false })
    await expect(read({ identities: [other] })).rejects.toMatchObject({ code: 'wrong-key' })
    await checkStored(store, NAME, object)
  })

  it('is found damaged, whichever bit of it is flipped, with a key and without', async () => {
    const { read, identity, fileKey, path, store, object } = await written(TEXT)
    const bytes = readFileSync(path)
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Buffer.from(bytes)
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (at % 8)), at)
      writeFileSync(path, flipped)
      const keys = at % 2 === 0 ? { identities: [identity] } : { fileKey }
      const damaged = { code: 'object-damaged', message: expect.stringContaining(NAME) }
      await expect(read(keys), `byte ${at}`).rejects.toMatchObject(damaged)
      await expect(checkStored(store, NAME, object), `byte ${at}`).rejects.toMatchObject(damaged)
    }
  })

  it('is found damaged, wherever it is cut off', async () => {
    const { read, fileKey, identity, path, object } = await written(TEXT)
    for (let size = object.storedBytes - 1; size >= 0; size -= 1) {
      truncateSync(path, size)
      const keys = size % 2 === 0 ? { identities: [identity] } : { fileKey }
      await expect(read(keys), `${size} bytes`).rejects.toMatchObject({ code: 'object-damaged' })
    }
  })

  it('has passphrases as age has them', async () => {
    const decrypter = new Decrypter()
    decrypter.addPassphrase('öpen sesame')
    const locked = await lock('hidden', 'öpen sesame')
    expect(await decrypter.decrypt(locked, 'text')).toBe('hidden')
    const encrypter = new Encrypter()
    encrypter.setPassphrase('öpen sesame')
    encrypter.setScryptWorkFactor(10)
    const bytes = await encrypter.encrypt('hidden')
    expect(await unlock(bytes, 'öpen sesame')).toBe('hidden')
    await expect(unlock(bytes, 'another')).rejects.toBeInstanceOf(NoAgeKeyFits)
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte))
      await expect(unlock(flipped, 'öpen sesame'), `byte ${at}`).rejects.toThrow()
    }
    const greedy = Buffer.from(
      Buffer.from(bytes).toString('latin1').replace(' 10\n', ' 28\n'),
      'latin1',
    )
    await expect(unlock(greedy, 'öpen sesame')).rejects.toThrow('work factor')
  })

  function keyFile(identity: string): string {
    const path = join(directory(), 'key.txt')
    writeFileSync(path, `${identity}\n`)
    return path
  }
})
