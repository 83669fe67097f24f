import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exposition } from '../../src/metrics/exposition.js'
import { FAMILIES, type FamilyName, type Sample } from '../../src/metrics/families.js'
import { parseOpenMetrics } from './parse-open-metrics.js'

const NAMES = Object.keys(FAMILIES) as FamilyName[]

describe('the text of metrics', () => {
  it('gives back every sample, whatever the labels and numbers are', () => {
    const text = fc.string({ unit: 'binary' })
    const sample = fc.record({
      family: fc.constantFrom(...NAMES),
      labels: fc.record({ code: text, position: text }),
      value: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
    })
    const key = ({ family, labels }: Sample) => JSON.stringify([family, labels])
    const samples = fc.uniqueArray(sample, { selector: key, maxLength: 30 })
    fc.assert(
      fc.property(samples, text, (given, fleet) => {
        const families = parseOpenMetrics(exposition(given, { fleet, verb: 'up' }))
        const found = families.flatMap(family =>
          family.samples.map(({ labels, value }) => ({ family: family.name, labels, value })),
        )
        const expected = given.map(({ family, labels, value }) => ({
          family,
          labels: { fleet, verb: 'up', ...labels },
          // A minus before 0 is no difference.
          value: value + 0,
        }))
        expect(new Set(found.map(each => JSON.stringify(each)))).toEqual(
          new Set(expected.map(each => JSON.stringify(each))),
        )
        expect(found).toHaveLength(expected.length)
      }),
    )
  })

  it('has families in one order, each with its help and its unit', () => {
    const samples = [...NAMES].reverse().map(family => ({ family, value: 1 }))
    const families = parseOpenMetrics(exposition(samples, {}))
    expect(families.map(({ name }) => name)).toEqual(NAMES)
    for (const { name, help, type, unit } of families) {
      expect({ help, type }).toEqual({ help: FAMILIES[name as FamilyName], type: 'gauge' })
      expect(unit).toBe(/_(seconds|bytes)$/.exec(name)?.[1] ?? '')
    }
  })

  // `info` and `unknown` are OpenMetrics' own: a file with one of them is refused as a whole.
  it('has only types that the older text format has, too', () => {
    const text = exposition(
      NAMES.map(family => ({ family, value: 1 })),
      {},
    )
    expect(new Set(text.match(/^# TYPE .*$/gm)?.map(line => line.split(' ')[3]))).toEqual(
      new Set(['gauge']),
    )
  })

  it('is only its end where there is nothing', () => {
    expect(exposition([], { verb: 'up' })).toBe('# EOF\n')
  })

  it('replaces what has no UTF-8', () => {
    const text = exposition([{ family: 'dbfleet_run_exit_status', value: 0 }], { fleet: 'a\ud800' })
    expect(text).toContain('{fleet="a\ufffd"} 0\n')
  })
})
