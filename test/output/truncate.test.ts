import fc from 'fast-check'
import { expect, test } from 'vitest'
import { displayWidth, padEnd } from '../../src/output/display-width.js'
import { truncate } from '../../src/output/truncate.js'

test('a text that fits stays as it is', () => {
  expect(truncate('alice', 5)).toBe('alice')
  expect(truncate('alice', Infinity)).toBe('alice')
})

test('a longer text ends in an ellipsis, within the width', () => {
  expect(truncate('20260102_add_index', 10)).toBe('20260102_…')
  expect(truncate('alice', 1)).toBe('…')
  expect(truncate('alice', 0)).toBe('')
})

test('of a path, the end is kept', () => {
  expect(truncate('file:/srv/databases/alice.db', 12, 'end')).toBe('…es/alice.db')
})

test('wide characters count as two columns and are never halved', () => {
  expect(truncate('数据库名称', 6)).toBe('数据…')
  expect(displayWidth('数据…')).toBe(5)
})

test('a character of several code points is kept whole or dropped', () => {
  expect(truncate('👩‍🔬👩‍🔬👩‍🔬', 5)).toBe('👩‍🔬👩‍🔬…')
  expect(truncate('e\u0301e\u0301e\u0301', 2)).toBe('e\u0301…')
})

test('no text is ever wider than its room', () => {
  const text = fc.string({ unit: 'grapheme' })
  fc.assert(
    fc.property(
      text,
      fc.integer({ min: 0, max: 30 }),
      fc.constantFrom('start', 'end'),
      (text, width, keep) => {
        expect(displayWidth(truncate(text, width, keep))).toBeLessThanOrEqual(width)
      },
    ),
  )
})

test('padding counts columns, not characters', () => {
  expect(padEnd('数据', 6)).toBe('数据  ')
  expect(padEnd('\x1b[31mred\x1b[39m', 5)).toBe('\x1b[31mred\x1b[39m  ')
  expect(padEnd('longer', 3)).toBe('longer')
})
