import fc from 'fast-check'
import { expect, test } from 'vitest'
import { displayWidth } from '../../src/output/display-width.js'
import { listNames } from '../../src/output/names.js'
import { names } from './sample-fleet.js'

test('names a few and counts the others', () => {
  expect(listNames([])).toBe('')
  expect(listNames(names(1))).toBe('alice')
  expect(listNames(names(3))).toBe('alice, bob, carol')
  expect(listNames(names(412))).toBe('alice, bob, carol and 409 more')
  expect(listNames(names(10_000), { count: 1 })).toBe('alice and 9,999 more')
})

test('names fewer where there is less room', () => {
  expect(listNames(names(412), { width: 29 })).toBe('alice, bob and 410 more')
  expect(listNames(names(412), { width: 18 })).toBe('alice and 411 more')
  expect(listNames(names(412), { width: 17 })).toBe('ali… and 411 more')
  expect(listNames(names(412), { width: 8 })).toBe('alice a…')
})

test('a hostile name stays on its line', () => {
  expect(listNames(['a\nb', '\x1b[31m'])).toBe('a\\nb, \\x1b[31m')
})

test('never wider than its room', () => {
  const name = fc.string({ unit: 'binary', maxLength: 30 })
  fc.assert(
    fc.property(fc.array(name), fc.integer({ min: 1, max: 60 }), (names, width) => {
      expect(displayWidth(listNames(names, { width }))).toBeLessThanOrEqual(width)
    }),
  )
})
