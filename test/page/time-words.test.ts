import { expect, it } from 'vitest'
import { ageWords, momentWords } from '../../src/page/time-words.js'

const HOUR = 3_600_000

it.each([
  [-5, 'just now'],
  [59_999, 'just now'],
  [60_000, '1 min ago'],
  [HOUR - 1, '59 min ago'],
  [HOUR, '1 h ago'],
  [48 * HOUR - 1, '47 h ago'],
  [48 * HOUR, '2 days ago'],
  [240 * HOUR, '10 days ago'],
])('%i ms ago is %s', (age, words) => {
  expect(ageWords(age)).toBe(words)
})

it('a moment is told in UTC', () => {
  expect(momentWords(Date.UTC(2026, 0, 5, 9, 0, 59))).toBe('2026-01-05 09:00')
})
