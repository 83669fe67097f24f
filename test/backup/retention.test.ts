import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lastCopies } from '../../src/backup/last-copies.js'
import { type DatedSet, type RetentionRules, retain } from '../../src/backup/retention.js'

const DAY = 24 * 60 * 60 * 1000
const NOW = Date.parse('2026-06-15T12:00:00Z')

const times = fc.array(fc.integer({ min: NOW - 900 * DAY, max: NOW }), { maxLength: 60 })
const sets = times.map(all => all.map((startedAt, index) => ({ set: `s${index}`, startedAt })))
const count = fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined })
const rules: fc.Arbitrary<RetentionRules> = fc
  .record({
    last: count,
    daily: count,
    weekly: count,
    monthly: count,
    withinMs: fc.option(fc.integer({ min: 0, max: 400 * DAY }), { nil: undefined }),
  })
  .map(given =>
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  )

const namesOf = (given: Map<string, unknown>) => [...given.keys()].sort()

describe('retention', () => {
  it('keeps what any of its rules keeps, whatever order the sets come in', () => {
    fc.assert(
      fc.property(sets, rules, (all, given) => {
        const alone = Object.entries(given).flatMap(([rule, value]) =>
          namesOf(retain(all, { [rule]: value }, NOW)),
        )
        const together = namesOf(retain(all, given, NOW))
        expect(together).toEqual([...new Set(alone)].sort())
        expect(namesOf(retain(all.toReversed(), given, NOW))).toEqual(together)
      }),
    )
  })

  it('removes nothing more when it is run again', () => {
    fc.assert(
      fc.property(sets, rules, (all, given) => {
        const kept = retain(all, given, NOW)
        const left = all.filter(({ set }) => kept.has(set))
        expect(namesOf(retain(left, given, NOW))).toEqual(namesOf(kept))
      }),
    )
  })

  it('keeps the newest by any rule, and as many as it says', () => {
    fc.assert(
      fc.property(sets, rules, (all, given) => {
        const kept = retain(all, given, NOW)
        if (all.length === 0 || Object.keys(given).length === 0) {
          expect(kept.size).toBe(0)
          return
        }
        const newest = Math.max(...all.map(({ startedAt }) => startedAt))
        expect(all.find(({ set }) => kept.keys().next().value === set)?.startedAt).toBe(newest)
        const because = (reason: string) =>
          all.filter(({ set }) => kept.get(set)?.some(each => each === reason))
        if (given.last !== undefined) {
          expect(because('last')).toHaveLength(Math.min(given.last, all.length))
        }
        if (given.daily !== undefined) {
          const days = new Set(all.map(({ startedAt }) => Math.floor(startedAt / DAY)))
          expect(because('daily')).toHaveLength(Math.min(given.daily, days.size))
        }
      }),
    )
  })

  it('takes weeks from Monday and months of the calendar, in UTC', () => {
    const all = [
      '2026-01-31T23:59:59Z',
      '2026-02-01T00:00:00Z',
      // A Sunday, and the Monday after it.
      '2026-03-01T23:59:59Z',
      '2026-03-02T00:00:00Z',
    ].map(set => ({ set, startedAt: Date.parse(set) }))
    expect(retain(all, { weekly: 2 }, NOW)).toEqual(
      new Map([
        ['2026-03-02T00:00:00Z', ['weekly']],
        ['2026-03-01T23:59:59Z', ['weekly']],
      ]),
    )
    expect([...retain(all, { monthly: 9 }, NOW).keys()]).toEqual([
      '2026-03-02T00:00:00Z',
      '2026-02-01T00:00:00Z',
      '2026-01-31T23:59:59Z',
    ])
  })

  describe('with a clock that is a year off', () => {
    const all: DatedSet[] = [0, 1, 2, 40].map(days => ({
      set: `${days} days`,
      startedAt: NOW - days * DAY,
    }))

    it('counts from the newest set when it is ahead', () => {
      const kept = retain(all, { withinMs: 7 * DAY, daily: 2 }, NOW + 365 * DAY)
      expect(namesOf(kept)).toEqual(['0 days', '1 days', '2 days'])
    })

    it('removes nothing when it is behind', () => {
      expect(retain(all, { withinMs: DAY, last: 1 }, NOW - 365 * DAY).size).toBe(all.length)
    })

    it('lets no set that it made take the place of others', () => {
      const odd = { set: 'odd', startedAt: NOW + 365 * DAY }
      for (const given of [{ last: 1 }, { daily: 1 }, { monthly: 1 }, { withinMs: DAY / 2 }]) {
        expect(namesOf(retain([...all, odd], given, NOW))).toEqual(['0 days', 'odd'])
      }
    })
  })
})

describe('the last copies', () => {
  const database = fc.constantFrom('a', 'b', 'c', 'd')
  const copies = fc.uniqueArray(fc.record({ database, proven: fc.boolean() }), {
    selector: each => each.database,
  })
  const history = fc
    .array(fc.record({ copies, isKept: fc.boolean() }), { maxLength: 8 })
    .map(all => all.map((one, index) => ({ ...one, set: `s${index}` })))

  it('stay: each database has what it had, a proven copy or else one', () => {
    fc.assert(
      fc.property(history, all => {
        const kept = new Set(all.filter(({ isKept }) => isKept).map(({ set }) => set))
        const saved = lastCopies(all, set => kept.has(set))
        const left = all.filter(({ set }) => kept.has(set) || saved.has(set))
        for (const proven of [true, false]) {
          const has = (some: typeof all, name: string) =>
            some.some(one => one.copies.some(c => c.database === name && (c.proven || !proven)))
          for (const name of ['a', 'b', 'c', 'd']) expect(has(left, name)).toBe(has(all, name))
        }
        for (const [set, names] of saved) {
          expect(kept.has(set)).toBe(false)
          expect(names.length).toBeGreaterThan(0)
        }
      }),
    )
  })

  it('are the newest that there are, and for no more than they are the last of', () => {
    const proven = (...names: string[]) => names.map(each => ({ database: each, proven: true }))
    const all = [
      { set: 'today', copies: proven('a') },
      { set: 'yesterday', copies: proven('a', 'b') },
      { set: 'long ago', copies: proven('a', 'b') },
    ]
    const saved = lastCopies(all, set => set === 'today')
    expect(saved).toEqual(new Map([['yesterday', ['b']]]))
  })
})
