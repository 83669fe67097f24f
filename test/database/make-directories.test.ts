import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeDirectories } from '../../src/database/make-directories.js'
import { temporaryDirectories } from '../temporary-directory.js'

describe('directories', () => {
  const directory = temporaryDirectories()

  it('are made with all that are missing above them, and once', async () => {
    const path = join(directory(), 'a/b/c')
    await Promise.all([makeDirectories(path, 0o700), makeDirectories(path, 0o700)])
    await makeDirectories(path, 0o755)
    expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
  })

  it('are not made where a file is in the way', async () => {
    const file = join(directory(), 'file')
    writeFileSync(file, '')
    await expect(makeDirectories(file)).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(makeDirectories(join(file, 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  })

  it.runIf(existsSync('/proc/self'))('fail where none can be made', async () => {
    await expect(makeDirectories('/proc/dbfleet/backups')).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
