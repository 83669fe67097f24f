import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../../src/backup/store/open-store.js'
import { temporaryDirectories } from '../../temporary-directory.js'
import { storeContract } from './store-contract.js'

describe('a directory', () => {
  const directory = temporaryDirectories()
  const open = (path = join(directory(), 'backups')) => openStore({ kind: 'directory', path })

  storeContract(() => open())

  it('makes what only its owner can read', async () => {
    const path = join(directory(), 'backups')
    const store = await open(path)
    await store.claim('set/started.json', Buffer.from('{}'))
    await store.publish('set/manifest.json', [Buffer.from('{}')], [])
    expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(statSync(join(path, 'set')).mode & 0o777).toBe(0o700)
    for (const file of readdirSync(join(path, 'set'))) {
      expect(statSync(join(path, 'set', file)).mode & 0o777, file).toBe(0o600)
    }
  })

  it.each([-1, 0, 1])('reads a file of the size that is read at once and %d bytes', async more => {
    const path = directory()
    const content = Buffer.alloc((1 << 18) + more, 'abcde')
    writeFileSync(join(path, 'a'), content)
    const pieces: Uint8Array[] = []
    for await (const piece of (await open(path)).read('a')) pieces.push(piece)
    expect(Buffer.concat(pieces).equals(content)).toBe(true)
  })

  it('never writes over a file', async () => {
    const path = directory()
    writeFileSync(join(path, 'a'), 'precious')
    async function* pieces() {
      yield Buffer.from('x')
    }
    await expect((await open(path)).write('a', pieces())).rejects.toMatchObject({ code: 'exists' })
  })

  it('says why it cannot be written', async () => {
    const path = directory()
    writeFileSync(join(path, 'file'), '')
    mkdirSync(join(path, 'set'))
    const store = await open(join(path, 'file', 'below'))
    await expect(store.claim('set/started.json', Buffer.from(''))).rejects.toMatchObject({
      code: 'io',
    })
  })
})
