import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countOf } from '../../src/config/count-or-share.js'
import { type CanaryCandidate, chooseCanary } from '../../src/operations/runs/choose-canary.js'
import { planWaves } from '../../src/operations/runs/plan-waves.js'

const candidates = fc
  .array(
    fc.record({
      group: fc.constantFrom('', 'a', 'b', 'c', 'd'),
      isNamed: fc.boolean(),
      bytes: fc.option(fc.nat(), { nil: undefined }),
      bornMs: fc.option(fc.nat(), { nil: undefined }),
    }),
    { maxLength: 60 },
  )
  .map(list =>
    list.map(
      (each, index): CanaryCandidate => ({ ...each, name: `db${String(index).padStart(3, '0')}` }),
    ),
  )
const share = fc.oneof(
  fc.integer({ min: 1, max: 80 }).map(String),
  fc.integer({ min: 1, max: 100 }).map(percent => `${percent}%`),
)
const names = (list: readonly CanaryCandidate[]) => list.map(({ name }) => name)
const plain = (count: number, more: Partial<CanaryCandidate> = {}) =>
  Array.from(
    { length: count },
    (_, index): CanaryCandidate => ({
      name: `t${String(index).padStart(2, '0')}`,
      group: 'a',
      isNamed: false,
      ...more,
    }),
  )

describe('waves', () => {
  it('hold each database once, canary first, the others in the order of names', () => {
    fc.assert(
      fc.property(
        candidates,
        fc.option(share, { nil: undefined }),
        fc.option(share, { nil: undefined }),
        (list, canary, size) => {
          const waves = planWaves(list, { canary, size })
          const all = waves.flatMap(({ databases }) => databases)
          expect([...all].sort()).toEqual(names(list))
          const later = waves.filter(({ number }) => number > 0)
          const rest = later.flatMap(({ databases }) => databases)
          expect(rest).toEqual([...rest].sort())
          expect(later.map(({ number }) => number)).toEqual(later.map((_, index) => index + 1))
          expect(waves.every(({ databases }) => databases.length > 0)).toBe(true)
          if (list.length > 0 && size !== undefined) {
            const most = countOf(size, list.length)
            for (const { databases } of later.slice(0, -1)) expect(databases).toHaveLength(most)
            expect(later.at(-1)?.databases.length ?? 0).toBeLessThanOrEqual(most)
          }
        },
      ),
    )
  })

  it('take a share of all that there is to do, rounded up', () => {
    const waves = planWaves(plain(41), { canary: '1%', size: '25%' })
    expect(waves.map(({ name, databases }) => [name, databases.length])).toEqual([
      ['canary', 1],
      ['wave 1', 11],
      ['wave 2', 11],
      ['wave 3', 11],
      ['wave 4', 7],
    ])
  })

  it('are one where no size is given, and none where there is nothing to do', () => {
    expect(planWaves(plain(3), {})).toMatchObject([{ number: 1, name: 'wave 1' }])
    expect(planWaves([], { canary: '10', size: '1' })).toEqual([])
    expect(planWaves(plain(3), { canary: '10', size: '1' })).toMatchObject([
      { number: 0, databases: ['t00', 't01', 't02'] },
    ])
  })
})

describe('the canary', () => {
  it('has all that are named and is filled up to its size, always with the same', () => {
    fc.assert(
      fc.property(candidates, fc.integer({ min: 1, max: 80 }), (list, count) => {
        const chosen = chooseCanary(list, count)
        const named = names(list.filter(({ isNamed }) => isNamed))
        expect(chosen).toEqual(expect.arrayContaining(named))
        expect(chosen).toHaveLength(Math.max(named.length, Math.min(count, list.length)))
        expect(new Set(chosen).size).toBe(chosen.length)
        expect(chooseCanary(structuredClone(list), count)).toEqual(chosen)
      }),
    )
  })

  it('has one of each group, the largest of them, where there is room', () => {
    fc.assert(
      fc.property(candidates, list => {
        const unnamed = list.map(each => ({ ...each, isNamed: false }))
        const groups = new Set(unnamed.map(({ group }) => group))
        const chosen = chooseCanary(unnamed, groups.size)
        const of = unnamed.filter(({ name }) => chosen.includes(name))
        expect(new Set(of.map(({ group }) => group))).toEqual(groups)
        for (const { group, bytes = -1 } of of) {
          const alike = unnamed.filter(each => each.group === group)
          expect(bytes).toBe(Math.max(...alike.map(each => each.bytes ?? -1)))
        }
      }),
    )
  })

  it('prefers the most common group, then the largest, the oldest, and spreads the rest', () => {
    const list = plain(30, { bytes: 5, bornMs: 50 })
    Object.assign(list[3] as CanaryCandidate, { bytes: 9 })
    Object.assign(list[7] as CanaryCandidate, { bornMs: 1 })
    Object.assign(list[29] as CanaryCandidate, { group: 'b' })
    expect(chooseCanary(list, 1)).toEqual(['t03'])
    expect(chooseCanary(list, 2)).toEqual(['t03', 't29'])
    expect(chooseCanary(list, 3)).toEqual(['t03', 't07', 't29'])
    expect(chooseCanary(list, 6)).toEqual(['t03', 't05', 't07', 't15', 't24', 't29'])
  })
})
