import { readFileSync, statSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { COMPRESSIONS, type Compression, endingOf } from '../../src/backup/compression.js'
import type { StoredObject } from '../../src/backup/manifest.js'
import { readObject } from '../../src/backup/read-object.js'
import { openStore } from '../../src/backup/store/open-store.js'
import { writeObject } from '../../src/backup/write-object.js'
import { temporaryDirectories } from '../temporary-directory.js'

const TEXT = 'CREATE TABLE t (x);\nINSERT INTO t VALUES (1);\n'.repeat(40)

function storeAt(path: string) {
  return openStore({ kind: 'directory', path: dirname(path) })
}

async function* pieces(text: string) {
  for (let at = 0; at < text.length; at += 7) {
    yield { bytes: Buffer.from(text.slice(at, at + 7)), content: true }
  }
}

async function textOf(path: string, object: StoredObject): Promise<string> {
  const parts = []
  const store = await storeAt(path)
  for await (const piece of readObject(store, basename(path), object)) parts.push(piece)
  return Buffer.concat(parts).toString()
}

describe.each(COMPRESSIONS)('an object with compression %s', compression => {
  const directory = temporaryDirectories()

  async function written(text = TEXT): Promise<{ path: string; object: StoredObject }> {
    const file = `it${endingOf('sql', compression)}`
    const path = join(directory(), file)
    const { digest, ...object } = await writeObject(
      await storeAt(path),
      basename(path),
      pieces(text),
      compression,
    )
    expect(digest).toMatch(/^dump1-sha256:[0-9a-f]{64}$/)
    return { path, object: { file, ...object } }
  }

  it('is read as it was written, and only its owner may', async () => {
    const { path, object } = await written()
    expect(await textOf(path, object)).toBe(TEXT)
    expect(object).toMatchObject({ rawBytes: TEXT.length, storedBytes: statSync(path).size })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('is the same bytes for the same text', async () => {
    const [one, other] = [await written(), await written()]
    expect(one.object).toEqual(other.object)
  })

  it('is found damaged, whichever bit of it is flipped', async () => {
    const { path, object } = await written(TEXT.slice(0, 200))
    const bytes = readFileSync(path)
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Buffer.from(bytes)
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (at % 8)), at)
      writeFileSync(path, flipped)
      await expect(textOf(path, object), `byte ${at}`).rejects.toMatchObject({
        code: 'object-damaged',
        message: expect.stringContaining(object.file),
      })
    }
  })

  it('is found damaged, wherever it is cut off, and when something is added', async () => {
    const { path, object } = await written(TEXT.slice(0, 200))
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from('\0')]))
    await expect(textOf(path, object)).rejects.toMatchObject({ code: 'object-damaged' })
    for (let size = object.storedBytes - 1; size >= 0; size -= 1) {
      truncateSync(path, size)
      await expect(textOf(path, object), `${size} bytes`).rejects.toMatchObject({
        code: 'object-damaged',
      })
    }
    unlinkSync(path)
    await expect(textOf(path, object)).rejects.toMatchObject({ code: 'object-missing' })
  })
})

describe('an object', () => {
  const directory = temporaryDirectories()

  it('is not unpacked beyond the size that it had', async () => {
    const path = join(directory(), 'bomb.sql.gz')
    const bomb = gzipSync(Buffer.alloc(64 << 20))
    writeFileSync(path, bomb)
    const object: StoredObject = {
      file: 'bomb.sql.gz',
      compression: 'gzip' satisfies Compression,
      storedBytes: bomb.length,
      storedSha256: '',
      rawBytes: 1000,
      rawSha256: '',
    }
    let read = 0
    const reading = async () => {
      for await (const piece of readObject(await storeAt(path), basename(path), object))
        read += piece.length
    }
    await expect(reading()).rejects.toMatchObject({ code: 'object-damaged' })
    expect(read).toBeLessThanOrEqual(1000)
    expect(gunzipSync(bomb).length).toBe(64 << 20)
  })

  it('is not written over a file that is there', async () => {
    const path = join(directory(), 'it.sql')
    writeFileSync(path, 'kept')
    await expect(
      writeObject(await storeAt(path), basename(path), pieces(TEXT), 'none'),
    ).rejects.toMatchObject({ code: 'exists' })
    expect(readFileSync(path, 'utf8')).toBe('kept')
  })
})
