import { expect, test } from 'vitest'
import { parseMaxFailures } from '../../src/config/max-failures.js'
import { parseFailureBudget } from '../../src/run/failure-budget.js'

test.each([
  ['3', '3'],
  [3, '3'],
  [0, '0'],
  ['0.5%', '0.5%'],
  ['100%', '100%'],
  [' 7 ', '7'],
])('%o is a count or a share, and the run understands it', (value, expected) => {
  expect(parseMaxFailures(value)).toBe(expected)
  expect(() => parseFailureBudget(expected, 1_000)).not.toThrow()
})

test.each(['', '%', '-1', '1.5', 1.5, '101%', '1e3', 'all', Number.NaN, -1, 1e21])(
  '%o is neither',
  value => {
    expect(parseMaxFailures(value)).toBeUndefined()
  },
)
