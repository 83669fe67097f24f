import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { bundleInto } from './bundle.js'

const makeDirectory = temporaryDirectories()
let bundle: string
let load: Awaited<ReturnType<typeof bundleInto>>
let TMPDIR: string

beforeAll(async () => {
  bundle = mkdtempSync(join(tmpdir(), 'dbfleet-bundle-'))
  load = await bundleInto(bundle)
})
afterAll(() => rmSync(bundle, { recursive: true, force: true }))
beforeEach(() => {
  TMPDIR = makeDirectory()
})

const MODULE = `import { defineConfig } from 'dbfleet'
export default defineConfig({ fleet: [], jobs: 2 })
`

function directoryWith(name: string, text: string): string {
  const root = makeDirectory()
  writeFileSync(join(root, name), text)
  return root
}

describe('the bundled loader, in a process of its own', () => {
  test('loads TypeScript with what it compiled the first time, and leaves nothing beside it', async () => {
    const root = directoryWith('dbfleet.config.ts', MODULE)
    const first = await load(root, { TMPDIR })
    expect(first).toMatchObject({ config: { root, jobs: 2 }, loader: true, compiler: true })
    const second = await load(root, { TMPDIR })
    expect(second).toMatchObject({ config: { root, jobs: 2 }, loader: true, compiler: false })
    expect(second.stderr).toBe('')
    expect(readdirSync(root)).toEqual(['dbfleet.config.ts'])
    writeFileSync(join(root, 'dbfleet.config.ts'), MODULE.replace('2', '3'))
    expect(await load(root, { TMPDIR })).toMatchObject({ config: { jobs: 3 } })
  })

  test('keeps what it compiled in node_modules where that is', async () => {
    const root = directoryWith('dbfleet.config.ts', MODULE)
    mkdirSync(join(root, 'node_modules'))
    await load(root, { TMPDIR })
    expect(readdirSync(join(root, 'node_modules/.cache/dbfleet'))).toHaveLength(1)
    expect(readdirSync(TMPDIR)).toEqual([])
  })

  test('does not run what another user could have put there', async () => {
    const root = directoryWith('dbfleet.config.ts', MODULE)
    await load(root, { TMPDIR })
    const [directory = ''] = readdirSync(TMPDIR)
    const [kept = ''] = readdirSync(join(TMPDIR, directory))
    const stamp = / \/\* v.* \*\/\n$/
    const compiled = readFileSync(join(TMPDIR, directory, kept), 'utf8')
    const planted = `module.exports = { fleet: [], jobs: 666 };${stamp.exec(compiled)?.[0]}`
    writeFileSync(join(TMPDIR, directory, kept), planted)
    expect(await load(root, { TMPDIR })).toMatchObject({ config: { jobs: 666 } })
    chmodSync(join(TMPDIR, directory), 0o777)
    expect(await load(root, { TMPDIR })).toMatchObject({ config: { jobs: 2 } })
  })

  test('reads JSON without the TypeScript loader', async () => {
    const root = directoryWith('dbfleet.config.json', '{ "fleet": [], "jobs": 2 }')
    expect(await load(root)).toMatchObject({ config: { jobs: 2 }, loader: false })
  })

  test.each([
    ['dbfleet.config.mjs', 'export default { fleet: [], jobs: 2 }'],
    ['dbfleet.config.js', 'export default { fleet: [], jobs: 2 }'],
    ['dbfleet.config.js', 'module.exports = { fleet: [], jobs: 2 }'],
  ])('imports %s as Node does: %s', async (name, text) => {
    expect(await load(directoryWith(name, text))).toMatchObject({
      config: { jobs: 2 },
      loader: false,
    })
  })

  test('takes the dbfleet that is installed beside JavaScript', async () => {
    const root = directoryWith('dbfleet.config.mjs', MODULE)
    const installed = join(root, 'node_modules/dbfleet')
    mkdirSync(installed, { recursive: true })
    writeFileSync(join(installed, 'package.json'), '{ "type": "module", "exports": "./index.js" }')
    writeFileSync(join(installed, 'index.js'), 'export const defineConfig = config => config')
    expect(await load(root)).toMatchObject({ config: { jobs: 2 }, loader: false })
  })

  test.each(['dbfleet.config.mjs', 'dbfleet.config.js'])(
    'needs no dbfleet beside %s',
    async name => {
      const loading = await load(directoryWith(name, MODULE), { TMPDIR })
      expect(loading).toMatchObject({ config: { jobs: 2 }, loader: true })
    },
  )

  test.each(['dbfleet.config.mjs', 'dbfleet.config.js'])(
    'says where the syntax error of %s is, which Node does not',
    async name => {
      const root = directoryWith(name, 'export default {\n  fleet: [{ files: "LEAK" ]\n}\n')
      const { error } = await load(root, { TMPDIR })
      expect(error?.code).toBe('config-syntax')
      expect(error?.message).toBe(`${join(root, name)}:2:27: Unexpected token, expected ","`)
    },
  )

  test('says which name an import lacks', async () => {
    const root = directoryWith(
      'dbfleet.config.mjs',
      'import { nope } from "node:fs"\nexport default {}',
    )
    const { error } = await load(root, { TMPDIR })
    expect(error?.code).toBe('config-syntax')
    expect(error?.message).toContain(`${join(root, 'dbfleet.config.mjs')}:1: SyntaxError: `)
    expect(error?.message).toContain("does not provide an export named 'nope'")
  })

  test('says where a module throws', async () => {
    const text = '\n\nexport default { fleet: missing }'
    for (const name of ['dbfleet.config.mjs', 'dbfleet.config.ts']) {
      const root = directoryWith(name, text)
      const { error } = await load(root, { TMPDIR })
      expect(error?.code).toBe('config-failed')
      expect(error?.message).toContain(`${join(root, name)}:3:`)
      expect(error?.message).toContain('ReferenceError: missing is not defined')
    }
  })

  test.each([
    ['export const config = {}', 'nothing'],
    ['', 'nothing'],
    ['export default () => ({})', 'a function'],
    ['export default null', 'null'],
  ])('refuses a module that exports no object: %o', async (text, what) => {
    const root = directoryWith('dbfleet.config.mjs', text)
    const { error } = await load(root)
    expect(error?.message).toBe(
      `${join(root, 'dbfleet.config.mjs')} exports ${what}, not a configuration`,
    )
  })

  test('loads from a directory whose name would be part of a URL', async () => {
    const root = join(makeDirectory(), 'a b#c?d%20e')
    mkdirSync(root)
    writeFileSync(join(root, 'dbfleet.config.mjs'), 'export default { fleet: [], jobs: 2 }')
    expect(pathToFileURL(root).href).not.toContain('#')
    expect(await load(root)).toMatchObject({ config: { root, jobs: 2 }, loader: false })
  })
})
