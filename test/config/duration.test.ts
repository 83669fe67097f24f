import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDuration } from '../../src/config/duration.js'

test.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['1.5s', 1_500],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['1d', 86_400_000],
  ['10 s', 10_000],
  ['0', 0],
  [0, 0],
  [250, 250],
  [2 ** 31 - 1, 2 ** 31 - 1],
])('%o is a time', (value, ms) => {
  expect(parseDuration(value)).toBe(ms)
})

test.each([
  '10',
  '',
  ' ',
  's',
  '-1s',
  '1e3s',
  '1w',
  '25d',
  '10S',
  '1s ',
  '1.s',
  '.5s',
  '٣s',
  '1s2m',
  '600h',
  `${'9'.repeat(400)}s`,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 31,
])('%o is none', value => {
  expect(parseDuration(value)).toBeUndefined()
})

test('a time that no timer waits for may be longer', () => {
  const year = 365 * 86_400_000
  expect(parseDuration('365d', year)).toBe(year)
  expect(parseDuration('366d', year)).toBeUndefined()
})

test('a time is a whole number that a timer can hold, whatever is written', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.double(), fc.stringMatching(/^\d+(\.\d+)? ?[msdh]+$/)),
      v => {
        const ms = parseDuration(v)
        expect(ms === undefined || (Number.isInteger(ms) && ms >= 0 && ms < 2 ** 31)).toBe(true)
      },
    ),
  )
})
