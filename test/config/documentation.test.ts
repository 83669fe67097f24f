import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { KNOWN_KEYS } from '../../src/config/config-schema.js'
import { loadConfig } from '../../src/config/load-config.js'
import { openSources } from '../../src/fleet/open-sources.js'
import { services } from '../fleet/services.js'
import { temporaryDirectories } from '../temporary-directory.js'

const makeDirectory = temporaryDirectories()

// What is compiled here is of no use to later runs.
beforeEach(() => {
  vi.stubEnv('TMPDIR', makeDirectory())
})
afterEach(() => {
  vi.unstubAllEnvs()
})

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const text = read('docs/configuration.md')
const examples = [...text.matchAll(/^```(ts|json)\n(.*?)^```$/gms)].map(
  ([, ending = '', code = ''], index) => [index + 1, ending, code] as const,
)

describe('docs/configuration.md', () => {
  test('has examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(6)
  })

  test.each(examples)('is sound in example %i, a .%s', async (_, ending, code) => {
    const root = makeDirectory()
    writeFileSync(join(root, `dbfleet.config.${ending}`), code)
    const config = await loadConfig({ cwd: root })
    expect(openSources(config!, services('/root')).length).toBeGreaterThan(0)
  })

  test.each([...new Set(KNOWN_KEYS)])('tells of the key %s', key => {
    expect(text).toMatch(
      new RegExp(`\`(?:query\\.|sqld\\.|turso\\.|\\{ )?${key.replace('$', '\\$')}(?:\`|:)`),
    )
  })

  test('tells of every code of error', () => {
    const directory = new URL('../../src/config/', import.meta.url)
    const sources = readdirSync(directory).map(name =>
      readFileSync(new URL(name, directory), 'utf8'),
    )
    const codes = sources.join('\n').matchAll(/'((?:config|secret|bad|unsupported)-[a-z-]+)'/g)
    for (const [, code] of codes) expect(text).toContain(`\`${code}\``)
  })
})

test('the example of defineConfig is a sound configuration', async () => {
  const comment = /@example\n(.*?)\*\/\nexport function/s.exec(read('src/config/define-config.ts'))
  const code = (comment?.[1] ?? '').replace(/^ \* ?/gm, '')
  const root = makeDirectory()
  writeFileSync(join(root, 'dbfleet.config.ts'), code)
  const config = await loadConfig({ cwd: root })
  expect(config).toMatchObject({ busyTimeoutMs: 10_000 })
  expect(openSources(config!, services('/root'))).toHaveLength(4)
})
