import { expect, test } from 'vitest'
import { formatCount, formatDuration, formatSeconds, plural } from '../../src/output/format.js'

test.each([
  [0, '0'],
  [999, '999'],
  [1_000, '1,000'],
  [9_997, '9,997'],
  [1_234_567, '1,234,567'],
])('%d is written %s', (count, text) => {
  expect(formatCount(count)).toBe(text)
})

test.each([
  [0, '0 ms'],
  [41.3, '41 ms'],
  [99.4, '99 ms'],
  [99.6, '0.1 s'],
  [412, '0.4 s'],
  [9_949, '9.9 s'],
  [9_960, '10 s'],
  [59_499, '59 s'],
  [59_600, '1 min'],
  [72_000, '1 min 12 s'],
  [3_600_000, '1 h'],
  [7_500_000, '2 h 5 min'],
  [-3, '0 ms'],
])('%d ms last %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test('seconds left are whole', () => {
  expect(formatSeconds(0.4)).toBe('0 s')
  expect(formatSeconds(12)).toBe('12 s')
  expect(formatSeconds(200)).toBe('3 min 20 s')
})

test('one is singular', () => {
  expect(plural(1, 'database')).toBe('1 database')
  expect(plural(0, 'database')).toBe('0 databases')
  expect(plural(9_997, 'database')).toBe('9,997 databases')
  expect(plural(2, 'entry', 'entries')).toBe('2 entries')
})
