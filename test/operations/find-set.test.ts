import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/config.js'
import { findSet } from '../../src/operations/sets/find-set.js'
import { manifestWith } from '../backup/manifests.js'
import { temporaryDirectories } from '../temporary-directory.js'

describe('findSet', () => {
  const directory = temporaryDirectories()

  /** Sets by name, with the year that their backup began. */
  function placeWith(sets: Record<string, string>) {
    const backups = directory()
    for (const [name, year] of Object.entries(sets)) {
      mkdirSync(join(backups, name))
      const manifest = { ...manifestWith([]), startedAt: `${year}-01-01T00:00:00.000Z` }
      writeFileSync(join(backups, name, 'manifest.json'), JSON.stringify(manifest))
    }
    return { backups, find: (given: string) => findSet({ config: configOf(backups) }, given) }
  }

  it('finds a set by its name in the configured place, and by its path', async () => {
    const { backups, find } = placeWith({ one: '2026' })
    expect((await find('one')).set).toBe('one')
    const elsewhere = placeWith({ two: '2026' })
    const found = await elsewhere.find(join(backups, 'one'))
    expect([found.store.location, found.set]).toEqual([backups, 'one'])
    expect((await elsewhere.find(`${join(backups, 'one')}/`)).set).toBe('one')
  })

  it('finds the newest by when its backup began, whatever the sets are called', async () => {
    const { backups, find } = placeWith({ a: '2025', b: '2026', c: '2024' })
    mkdirSync(join(backups, 'z'))
    writeFileSync(join(backups, 'z', 'started.json'), '{}')
    writeFileSync(join(backups, 'note.txt'), '')
    expect((await find('latest')).set).toBe('b')
  })

  it('takes no older set for the newest when one does not say when it was', async () => {
    const { backups, find } = placeWith({ a: '2025' })
    mkdirSync(join(backups, 'b'))
    writeFileSync(join(backups, 'b', 'manifest.json'), 'rubbish')
    await expect(find('latest')).rejects.toMatchObject({ code: 'manifest-invalid' })
  })

  it('says what there is when there is no such set', async () => {
    const { backups, find } = placeWith({ '20260105T090000Z': '2026' })
    const hint = 'Did you mean 20260105T090000Z?'
    await expect(find('20260105T090001Z')).rejects.toMatchObject({ code: 'unknown-set', hint })
    await expect(find(join(backups, '20260105T09000Z'))).rejects.toMatchObject({ hint })
    await expect(find('')).rejects.toMatchObject({ code: 'unknown-set' })
    await expect(find(basename(backups))).rejects.toMatchObject({ code: 'unknown-set' })
    await expect(placeWith({}).find('latest')).rejects.toMatchObject({ code: 'unknown-set' })
  })
})

function configOf(backups: string): Config {
  return {
    root: backups,
    migrations: '',
    templates: '',
    backups,
    fleet: [],
    busyTimeoutMs: 0,
    requestTimeoutMs: 0,
    leaseMs: 30_000,
  }
}
