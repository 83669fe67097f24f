import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Member } from '../../src/fleet/member.js'
import { type Selection, selectMembers } from '../../src/fleet/selection.js'
import { usageErrorOf } from './thrown.js'

const FLEET = ['acme', 'acme/eu', 'acme/us/1', 'odd*name', 'odd-name', 'tenant-1', 'tenant-2']

function members(names: readonly string[]): Member[] {
  return names.map(name => ({ name, url: `file:/${name}`, source: 'files' }))
}

function selected(selection: Selection, { changing = false, names = FLEET } = {}): string[] {
  return selectMembers(members(names), selection, { changing }).map(({ name }) => name)
}

describe('a selection', () => {
  it.each<[Selection, string[]]>([
    [{ db: ['acme'] }, ['acme']],
    [{ db: ['*'] }, FLEET],
    [{ db: ['tenant-*'] }, ['tenant-1', 'tenant-2']],
    [{ db: ['tenant-[12]'] }, ['tenant-1', 'tenant-2']],
    [{ db: ['tenant-{1,x}'] }, ['tenant-1']],
    [{ db: ['acme/*'] }, ['acme/eu', 'acme/us/1']],
    [{ db: ['acme*'] }, ['acme', 'acme/eu', 'acme/us/1']],
    [{ db: ['odd*name'] }, ['odd*name']],
    [{ db: ['odd[*-]name'] }, ['odd*name', 'odd-name']],
    [{ db: ['tenant-2', 'acme', 'tenant-*'] }, ['acme', 'tenant-1', 'tenant-2']],
    [{ db: ['tenant-*'], except: ['*-1'] }, ['tenant-2']],
    [{ all: true, except: ['acme*', 'odd*name', 'odd-name'] }, ['tenant-1', 'tenant-2']],
    [{ except: ['*'] }, []],
  ])('%j finds %j', (selection, expected) => {
    expect(selected(selection)).toEqual(expected)
    expect(selected(selection, { changing: true })).toEqual(expected)
  })

  it('is the whole fleet where nothing is changed and nothing was said', () => {
    expect(selected({})).toEqual(FLEET)
    expect(selected({ db: [], except: [] })).toEqual(FLEET)
  })

  it('is the only database where something is changed and nothing was said', () => {
    expect(selected({}, { changing: true, names: ['app'] })).toEqual(['app'])
    expect(selected({}, { changing: true, names: [] })).toEqual([])
  })

  it('is needed where one of several databases is to be changed', async () => {
    const error = await usageErrorOf(() => selected({}, { changing: true }))
    expect(error.code).toBe('selector-needed')
    expect(error.message).toBe('the fleet has 7 databases; say which of them')
    expect(error.hint).toBe(
      'Add --all, --db <name or glob>, --except <name or glob> or --shard <i/n>.',
    )
  })

  it.each<Selection>([{ all: true }, { except: ['acme'] }, { shard: '1/1' }, { db: ['acme'] }])(
    'is made by %j alone',
    selection => {
      expect(selected(selection, { changing: true }).length).toBeGreaterThan(0)
    },
  )

  it('of an unknown name offers the nearest', async () => {
    const error = await usageErrorOf(() => selected({ db: ['tenant1'] }))
    expect(error.code).toBe('unknown-database')
    expect(error.message).toBe('--db "tenant1" matches no database of the fleet')
    expect(error.hint).toBe('Did you mean "tenant-1"? `dbfleet list` shows the fleet.')
  })

  it('of an unknown exception is refused, since it would act on what was to be spared', async () => {
    const error = await usageErrorOf(() => selected({ all: true, except: ['prod-*'] }))
    expect(error.code).toBe('unknown-database')
    expect(error.message).toBe('--except "prod-*" matches no database of the fleet')
  })

  it('of all and of some is refused', async () => {
    const error = await usageErrorOf(() => selected({ all: true, db: ['acme'] }))
    expect(error.code).toBe('conflicting-selectors')
  })

  it('with a broken glob is refused, unless a database has that name', async () => {
    expect((await usageErrorOf(() => selected({ db: ['x['] }))).code).toBe('bad-pattern')
    expect(selected({ db: ['x['] }, { names: ['x[', 'y'] })).toEqual(['x['])
  })

  it('does not mistake what every object has for a name', async () => {
    const error = await usageErrorOf(() => selected({ db: ['constructor'] }))
    expect(error.code).toBe('unknown-database')
  })

  it('by shards makes up the whole of what the other selectors name', () => {
    const names = fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1 })
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 9 }), (fleet, count) => {
        const except = fleet.slice(0, 1)
        const parts = Array.from({ length: count }, (_, index) =>
          selected({ except, shard: `${index + 1}/${count}` }, { changing: true, names: fleet }),
        )
        expect(parts.flat().sort()).toEqual(fleet.slice(1).sort())
      }),
    )
  })
})
