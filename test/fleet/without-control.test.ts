import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SourceConfig } from '../../src/config/config.js'
import { openSources } from '../../src/fleet/open-sources.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { services } from './services.js'
import { usageErrorOf } from './thrown.js'
import { touch } from './touch.js'

const temporaryDirectory = temporaryDirectories()
const SERVER: SourceConfig = {
  sqld: { url: 'http://127.0.0.1:8080', namespaces: ['alice', 'journal'] },
}
const FILES: SourceConfig = { files: 'databases/*.db' }

function source(entry: SourceConfig, url: string, root = '/root') {
  const [opened] = openSources({ fleet: [entry], control: { url } }, services(root))
  if (opened === undefined) throw new Error('there is no source')
  return opened
}

async function names(...args: Parameters<typeof source>): Promise<string[]> {
  return (await source(...args).members()).map(({ name }) => name)
}

describe('the control database', () => {
  it('is no member where a wildcard matches it, however its path is written', async () => {
    const root = realpathSync(temporaryDirectory())
    touch(root, ['databases/alice.db', 'databases/journal.db'])
    const urls = ['databases/journal.db', 'file:databases/../databases/journal.db']
    for (const url of [...urls, `file:${join(root, 'databases/journal.db')}`]) {
      expect(await names(FILES, url, root)).toEqual(['alice'])
    }
    expect(await names(FILES, 'journal.db', root)).toEqual(['alice', 'journal'])
  })

  it('is no member where a server has it among its namespaces, by either protocol', async () => {
    expect(await names(SERVER, 'http://127.0.0.1:8080#journal')).toEqual(['alice'])
    expect(await names(SERVER, 'ws://127.0.0.1:8080#journal')).toEqual(['alice'])
    expect(await names(SERVER, 'http://127.0.0.1:8081#journal')).toEqual(['alice', 'journal'])
  })

  it('is not made as a database of the fleet', async () => {
    const { creates } = source(FILES, 'databases/journal.db')
    const error = await usageErrorOf(() => creates?.locate('journal'))
    expect(error.code).toBe('cannot-create')
    expect(error.message).toBe(
      '"journal" is the control database, file:/root/databases/journal.db, and no database of the fleet',
    )
    expect(creates?.locate('alice').name).toBe('alice')
  })
})
