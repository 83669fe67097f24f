import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printable } from '../../src/output/escape.js'

test('line breaks and tabs become visible', () => {
  expect(printable('a\nb\r\nc\td')).toBe('a\\nb\\r\\nc\\td')
})

test('escape sequences cannot move the cursor or set the title', () => {
  expect(printable('\x1b[2J\x1b]0;title\x07\x9b1A\x7f\0')).toBe(
    '\\x1b[2J\\x1b]0;title\\x07\\x9b1A\\x7f\\x00',
  )
})

test('bidirectional overrides, invisible characters and half a surrogate pair become visible', () => {
  expect(printable('a\u202eb\u2066c\u200bd\ufeffe\u2028f\ud800g\u{e0041}')).toBe(
    'a\\u202eb\\u2066c\\u200bd\\ufeffe\\u2028f\\ud800g\\u{e0041}',
  )
})

test('letters of all scripts, emoji and their joiners stay', () => {
  const text = 'zoë Ωμέγα 数据库 می‌خواهم 👩‍🔬 ❤️ C:\\data "x" \'y\''
  expect(printable(text)).toBe(text)
})

test('whatever comes in, nothing that a terminal obeys goes out, and once is enough', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const safe = printable(text)
      expect(safe).not.toMatch(
        /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u,
      )
      expect(printable(safe)).toBe(safe)
    }),
  )
})
