import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Candidate,
  chooseRehearsal,
  MOST_GROUPS,
} from '../../src/operations/check/choose-rehearsal.js'

const candidates = fc
  .array(
    fc.record({
      group: fc.integer({ min: 0, max: 30 }).map(String),
      bytes: fc.nat(),
      since: fc.option(fc.constantFrom('2024', '2025', '2026')),
    }),
  )
  .map(list => list.map((candidate, index) => ({ ...candidate, name: `db${index}` })))

function extreme<T>(list: readonly Candidate[], of: (candidate: Candidate) => T): T | undefined {
  return list.map(of).sort((a, b) => (a < b ? 1 : -1))[0]
}

describe('what is rehearsed', () => {
  it('is one of each schema, the largest and the oldest', () => {
    fc.assert(
      fc.property(candidates, list => {
        const chosen = chooseRehearsal(list)
        const of = (reason: string) =>
          list.filter(({ name }) => chosen.get(name)?.includes(reason as 'schema'))
        const groups = new Set(list.map(({ group }) => group))
        expect(of('schema')).toHaveLength(Math.min(groups.size, MOST_GROUPS))
        expect(new Set(of('schema').map(({ group }) => group)).size).toBe(of('schema').length)
        for (const { group, bytes } of of('schema')) {
          const alike = list.filter(candidate => candidate.group === group)
          expect(bytes).toBe(Math.max(...alike.map(candidate => candidate.bytes)))
        }
        expect(of('largest')[0]?.bytes).toBe(extreme(list, ({ bytes }) => bytes))
        const ages = list.flatMap(({ since }) => since ?? []).sort()
        expect(of('oldest')[0]?.since ?? undefined).toBe(ages[0])
      }),
    )
  })

  it('is nothing where nothing is pending', () => {
    expect(chooseRehearsal([]).size).toBe(0)
  })
})
