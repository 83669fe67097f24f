import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { KNOWN_KEYS } from '../../src/config/config-schema.js'
import { SOUND, UNSOUND } from './sample-configs.js'

const schema = JSON.parse(
  readFileSync(new URL('../../schemas/config.schema.json', import.meta.url), 'utf8'),
)
const accepts = new Ajv2020({ strict: true, strictTypes: false, strictTuples: false }).compile(
  schema,
)

describe('schemas/config.schema.json', () => {
  test.each(SOUND)('takes what dbfleet takes: %s', (_, config) => {
    expect(accepts(config), JSON.stringify(accepts.errors)).toBe(true)
  })

  test.each(UNSOUND)('refuses what dbfleet refuses: %o', config => {
    expect(accepts(config)).toBe(false)
  })

  test('knows the keys that dbfleet knows, and has a word on each', () => {
    const described = new Map<string, boolean>()
    JSON.stringify(schema, (_, value) => {
      for (const [key, property] of Object.entries<{ description?: string; $ref?: string }>(
        value?.properties ?? {},
      )) {
        const target = schema.$defs[property.$ref?.split('/').at(-1) ?? '']
        const isDescribed = (property.description ?? target?.description) !== undefined
        described.set(key, isDescribed || described.get(key) === true)
      }
      return value
    })
    expect([...described.keys()].sort()).toEqual([...new Set(KNOWN_KEYS)].sort())
    const silent = [...described].filter(([, isDescribed]) => !isDescribed).map(([key]) => key)
    expect(silent).toEqual(['$schema'])
  })
})
