import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CONFIG_NAMES, findConfig } from '../../src/config/find-config.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { thrown } from './thrown.js'

const makeDirectory = temporaryDirectories()

describe('findConfig', () => {
  test.each(CONFIG_NAMES)('finds %s', name => {
    const root = makeDirectory()
    writeFileSync(join(root, name), '')
    expect(findConfig(root)).toBe(join(root, name))
  })

  test('looks upwards, and takes the nearest', () => {
    const root = makeDirectory()
    mkdirSync(join(root, 'a/b/c'), { recursive: true })
    writeFileSync(join(root, 'dbfleet.config.ts'), '')
    expect(findConfig(join(root, 'a/b/c'))).toBe(join(root, 'dbfleet.config.ts'))
    writeFileSync(join(root, 'a/dbfleet.config.json'), '')
    expect(findConfig(join(root, 'a/b/c'))).toBe(join(root, 'a/dbfleet.config.json'))
  })

  test('starts from a directory that does not exist, too', () => {
    const root = makeDirectory()
    writeFileSync(join(root, 'dbfleet.config.ts'), '')
    expect(findConfig(join(root, 'gone/deeper'))).toBe(join(root, 'dbfleet.config.ts'))
  })

  test('gives nothing where there is none', () => {
    expect(findConfig(makeDirectory())).toBeUndefined()
  })

  test('refuses two in one directory, naming both', async () => {
    const root = makeDirectory()
    writeFileSync(join(root, 'dbfleet.config.json'), '')
    writeFileSync(join(root, 'dbfleet.config.mts'), '')
    const error = await thrown(() => findConfig(root))
    expect(error.code).toBe('config-ambiguous')
    expect(error.message).toBe(`${root} has both dbfleet.config.mts and dbfleet.config.json`)
    expect(error.hint).toContain('--config')
  })

  test('does not pass over a link that leads nowhere, to another configuration above', () => {
    const root = makeDirectory()
    mkdirSync(join(root, 'a'))
    writeFileSync(join(root, 'dbfleet.config.ts'), '')
    symlinkSync('gone.ts', join(root, 'a/dbfleet.config.ts'))
    expect(findConfig(join(root, 'a'))).toBe(join(root, 'a/dbfleet.config.ts'))
  })
})
