import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineAndColumn } from '../../src/sql/position.js'

test.each([
  ['', 0, 1, 1],
  ['abc', 2, 1, 3],
  ['a\nb', 1, 1, 2],
  ['a\nb', 2, 2, 1],
  ['\n\n', 0, 1, 1],
  ['\n\n', 1, 2, 1],
  ['\n\n', 2, 3, 1],
  ['a\r\nbc', 4, 2, 2],
  ['é😀x', 3, 1, 4],
  ['a\nb', 99, 2, 2],
  ['a\nb', -1, 1, 1],
])('in %j the offset %i is line %i, column %i', (text, offset, line, column) => {
  expect(lineAndColumn(text, offset)).toEqual({ line, column })
})

test('the line and the column lead back to the offset', () => {
  const text = fc.array(fc.constantFrom('a', '\n', '\r', '😀')).map(parts => parts.join(''))
  fc.assert(
    fc.property(text, fc.nat(40), (text, anyOffset) => {
      const offset = Math.min(anyOffset, text.length)
      const { line, column } = lineAndColumn(text, offset)
      const before = text.split('\n').slice(0, line - 1)
      expect(before.map(content => content.length + 1).reduce((a, b) => a + b, column - 1)).toBe(
        offset,
      )
    }),
  )
})
