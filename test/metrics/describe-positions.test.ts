import fc from 'fast-check'
import { expect, it } from 'vitest'
import { describePositions } from '../../src/metrics/describe-positions.js'

const position = fc.oneof(
  fc.constantFrom(null, 'none', 'other', 'x'.repeat(300)),
  fc.integer({ min: 10, max: 40 }).map(n => `202601${n}000000_step`),
  fc.string(),
)
const rows = fc.array(
  fc.record({ status: fc.constantFrom('ok' as const, 'failed' as const), position }),
  { maxLength: 300 },
)

it('counts every database once, in few series of different names, however many positions', () => {
  fc.assert(
    fc.property(rows, given => {
      const samples = describePositions(given)
      const names = samples.map(({ labels }) => labels?.position ?? '')
      expect(samples.reduce((sum, { value }) => sum + value, 0)).toBe(
        given.filter(({ status }) => status === 'ok').length,
      )
      expect(samples.length).toBeLessThanOrEqual(11)
      expect(new Set(names).size).toBe(names.length)
      expect(Math.max(0, ...names.map(({ length }) => length))).toBeLessThanOrEqual(256)
      expect(samples.every(({ value }) => value > 0)).toBe(true)
    }),
  )
})

it('names the positions of most databases', () => {
  const many = [...'abcdefghijklmnop'].flatMap((name, index) =>
    Array.from({ length: 40 - index }, () => ({ status: 'ok' as const, position: name })),
  )
  const samples = describePositions([{ status: 'ok', position: null }, ...many])
  expect(samples.map(({ labels, value }) => `${labels?.position} ${value}`)).toEqual([
    ...[...'abcdefghij'].map((name, index) => `${name} ${40 - index}`),
    'other 166',
  ])
})
