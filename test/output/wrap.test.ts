import fc from 'fast-check'
import { expect, test } from 'vitest'
import { displayWidth } from '../../src/output/display-width.js'
import { wrap } from '../../src/output/wrap.js'

test('breaks at spaces and indents the lines that follow', () => {
  expect(wrap('the quick brown fox jumps', 14, '  → ')).toEqual([
    '  → the quick',
    '    brown fox',
    '    jumps',
  ])
  expect(wrap('the quick brown fox', 14, 'alice: ', 2)).toEqual([
    'alice: the',
    '  quick brown',
    '  fox',
  ])
})

test('a word longer than the line stays whole', () => {
  expect(wrap('see /a/very/long/path now', 10)).toEqual(['see', '/a/very/long/path', 'now'])
})

test('a pipe has no width, so nothing is broken', () => {
  expect(wrap('a '.repeat(500), Infinity)).toHaveLength(1)
})

test('colours take no room', () => {
  expect(wrap('\x1b[31merror:\x1b[39m abc def', 14)).toEqual(['\x1b[31merror:\x1b[39m abc def'])
})

test('keeps every word in order, and only single words are wider than the line', () => {
  const words = fc.array(fc.stringMatching(/^[a-z数]{1,12}$/), { minLength: 1 })
  fc.assert(
    fc.property(words, fc.integer({ min: 4, max: 40 }), (words, width) => {
      const lines = wrap(words.join(' '), width, '- ')
      expect(lines.map(line => line.slice(2)).join(' ')).toBe(words.join(' '))
      for (const line of lines) {
        if (line.slice(2).includes(' ')) expect(displayWidth(line)).toBeLessThanOrEqual(width)
      }
    }),
  )
})
