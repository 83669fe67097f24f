import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { loadConfig } from '../../src/config/load-config.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { thrown } from './thrown.js'

const makeDirectory = temporaryDirectories()

// What is compiled here is of no use to later runs.
beforeEach(() => {
  vi.stubEnv('TMPDIR', makeDirectory())
})
afterEach(() => {
  vi.unstubAllEnvs()
})

/** A directory with these files. */
function directoryWith(files: Record<string, string | Uint8Array>): string {
  const root = makeDirectory()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  return root
}

const MODULE = `import { defineConfig } from 'dbfleet'
export default defineConfig({ fleet: [{ files: 'databases/*.db' }], jobs: 2 })
`
const TYPED = `import { defineConfig, type UserConfig } from 'dbfleet'
const jobs: number = await Promise.resolve(2)
const config = { fleet: [{ files: 'databases/*.db' }], jobs } satisfies UserConfig
export default defineConfig(config)
`
const JSON_TEXT = '{ "fleet": [{ "files": "databases/*.db" }], "jobs": 2 }'

describe('loading', () => {
  test.each([
    ['dbfleet.config.ts', TYPED],
    ['dbfleet.config.mts', TYPED],
    ['dbfleet.config.js', MODULE],
    ['dbfleet.config.mjs', MODULE],
    ['dbfleet.config.json', JSON_TEXT],
    ['dbfleet.config.json', `\ufeff${JSON_TEXT}`],
  ])(
    'takes %s, though dbfleet is not installed beside it, and writes nothing',
    async (name, text) => {
      const root = directoryWith({ [name]: text, 'a/b/c': '' })
      expect(await loadConfig({ cwd: join(root, 'a/b') })).toEqual({
        root,
        file: join(root, name),
        migrations: join(root, 'migrations'),
        templates: join(root, 'templates'),
        backups: join(root, 'backups'),
        fleet: [{ files: 'databases/*.db' }],
        busyTimeoutMs: 5_000,
        requestTimeoutMs: 120_000,
        leaseMs: 30_000,
        jobs: 2,
      })
      expect(readdirSync(root).sort()).toEqual(['a', name])
    },
  )

  test('gives nothing where there is no configuration', async () => {
    expect(await loadConfig({ cwd: makeDirectory() })).toBeUndefined()
  })

  test('takes another file by its path, which other paths then start from', async () => {
    const root = directoryWith({ 'ops/fleet.json': JSON_TEXT, 'dbfleet.config.ts': 'broken' })
    for (const file of ['ops/fleet.json', join(root, 'ops/fleet.json')]) {
      const config = await loadConfig({ cwd: root, file })
      expect(config).toMatchObject({ root: join(root, 'ops'), file: join(root, 'ops/fleet.json') })
    }
  })

  test('takes what the configuration imports', async () => {
    const root = directoryWith({
      'dbfleet.config.ts': `import { files } from './settings.js'
import more from './more.json' with { type: 'json' }
export default { fleet: [{ files }], ...more }`,
      'settings.ts': `export const files: string = 'x/*.db'`,
      'more.json': '{ "jobs": 7 }',
    })
    expect(await loadConfig({ cwd: root })).toMatchObject({ fleet: [{ files: 'x/*.db' }], jobs: 7 })
  })

  test.each(['ts', 'js', 'mjs', 'json'])(
    'takes a .%s in a directory with an odd name',
    async ending => {
      const root = makeDirectory()
      const odd = join(root, `a b#c?d%20e'"[x]{y}é`)
      mkdirSync(odd)
      writeFileSync(join(odd, `dbfleet.config.${ending}`), ending === 'json' ? JSON_TEXT : MODULE)
      expect(await loadConfig({ cwd: odd })).toMatchObject({ root: odd, jobs: 2 })
    },
  )

  test.each(['dbfleet.config.ts', 'dbfleet.config.mjs'])('awaits a promise in %s', async name => {
    const text = (body: string) => `export default (async () => { ${body} })()`
    const sound = directoryWith({ [name]: text('return { fleet: [], jobs: 3 }') })
    expect(await loadConfig({ cwd: sound })).toMatchObject({ jobs: 3 })
    const root = directoryWith({ [name]: text('throw new RangeError("no disk")') })
    const error = await thrown(() => loadConfig({ cwd: root }))
    expect(error.code).toBe('config-failed')
    expect(error.message).toMatch(/RangeError: no disk$/)
  })

  test.each([
    ['dbfleet.config.js', 'module.exports = { fleet: [], jobs: 3 }'],
    ['dbfleet.config.ts', 'module.exports = { fleet: [], jobs: 3 }'],
    [
      'dbfleet.config.js',
      'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = { fleet: [], jobs: 3 }',
    ],
    [
      'dbfleet.config.js',
      'const { defineConfig } = require("dbfleet"); module.exports = defineConfig({ fleet: [], jobs: 3 })',
    ],
  ])('takes CommonJS in %s', async (name, text) => {
    expect(await loadConfig({ cwd: directoryWith({ [name]: text }) })).toMatchObject({ jobs: 3 })
  })

  test('follows a link, whose own directory is the root', async () => {
    const root = directoryWith({ 'real/shared.json': JSON_TEXT, 'app/x': '' })
    symlinkSync('../real/shared.json', join(root, 'app/dbfleet.config.json'))
    expect(await loadConfig({ cwd: join(root, 'app') })).toMatchObject({ root: join(root, 'app') })
  })
})

describe('a path that leads to no configuration', () => {
  test('of a file that is not there', async () => {
    const root = makeDirectory()
    const error = await thrown(() => loadConfig({ cwd: root, file: 'x.ts' }))
    expect(error.code).toBe('config-not-found')
    expect(error.message).toBe(`there is no configuration ${join(root, 'x.ts')}`)
    expect(error.hint).toContain('dbfleet init')
  })

  test('of a link that leads nowhere', async () => {
    const root = makeDirectory()
    symlinkSync('gone', join(root, 'dbfleet.config.ts'))
    expect((await thrown(() => loadConfig({ cwd: root }))).code).toBe('config-not-found')
    symlinkSync('dbfleet.config.json', join(root, 'dbfleet.config.json'))
    const error = await thrown(() => loadConfig({ cwd: root, file: 'dbfleet.config.json' }))
    expect(error.message).toBe(`${join(root, 'dbfleet.config.json')} cannot be read: ELOOP`)
  })

  test('of a directory, where the configuration in it is proposed', async () => {
    const root = directoryWith({ 'a/dbfleet.config.mts': '', 'b/x': '' })
    const error = await thrown(() => loadConfig({ cwd: root, file: 'a' }))
    expect(error.code).toBe('config-invalid')
    expect(error.message).toBe(`${join(root, 'a')} is a directory, not a configuration file`)
    expect(error.hint).toBe(`Did you mean ${join(root, 'a/dbfleet.config.mts')}?`)
    expect((await thrown(() => loadConfig({ cwd: root, file: 'b' }))).hint).toBe(
      'Name the file with --config, or move the directory away.',
    )
  })

  test('of a directory that is called like a configuration', async () => {
    const root = makeDirectory()
    mkdirSync(join(root, 'dbfleet.config.ts'))
    const error = await thrown(() => loadConfig({ cwd: root }))
    expect(error.message).toContain('dbfleet.config.ts is a directory')
  })

  test('of another format, or of a device', async () => {
    const root = directoryWith({ 'fleet.yaml': '' })
    const error = await thrown(() => loadConfig({ cwd: root, file: 'fleet.yaml' }))
    expect(error.code).toBe('config-invalid')
    expect(error.hint).toContain('.json')
    const device = await thrown(() => loadConfig({ cwd: root, file: '/dev/null' }))
    expect(device.message).toBe('/dev/null is not a regular file')
  })

  test.skipIf(process.getuid?.() === 0)('of a file that may not be read', async () => {
    const root = directoryWith({ 'dbfleet.config.json': JSON_TEXT })
    chmodSync(join(root, 'dbfleet.config.json'), 0)
    expect((await thrown(() => loadConfig({ cwd: root }))).message).toContain('EACCES')
  })
})

describe('a configuration in JSON with a fault', () => {
  test('is told of with line and column, and the shape of the line', async () => {
    const text =
      '{\n  "fleet": [\n    { "files": "LEAK/*.db", "authToken": "LEAK LEAK",, }\n  ]\n}\n'
    const root = directoryWith({ 'dbfleet.config.json': text })
    const error = await thrown(() => loadConfig({ cwd: root }))
    expect(error.code).toBe('config-syntax')
    expect(
      error.message,
    ).toBe(`${join(root, 'dbfleet.config.json')}:3:54: a key in double quotes was expected here, not ","
3 | { "files": "…", "authToken": "… …",, }`)
    expect(error.hint).toContain('neither comments nor trailing commas')
    expect(error.cause).toBeUndefined()
  })

  test('is told of when it is one long line', async () => {
    const text = `{"fleet": [${'{"files": "LEAK"},'.repeat(500)}]}`
    const error = await thrown(() =>
      loadConfig({ cwd: directoryWith({ 'dbfleet.config.json': text }) }),
    )
    expect(error.message).toContain(':1:9011: a comma before "]"\n1 | …')
    expect(error.message.length).toBeLessThan(300)
  })

  test.each([
    ['', 'a value was expected here, not the end of the file'],
    ['{"fleet": []', '"," or "}" was expected here, not the end of the file'],
    ['// none\n{}', 'a value was expected here, not a comment'],
    ['{"fleet": [], "fleet": []}', 'this object has the same key twice'],
  ])('is told of: %o', async (text, why) => {
    const error = await thrown(() =>
      loadConfig({ cwd: directoryWith({ 'dbfleet.config.json': text }) }),
    )
    expect(error.message).toContain(why)
  })

  test.each([Buffer.from('\ufeff{}', 'utf16le'), Buffer.from('{"é": 1}', 'latin1')])(
    'is told of in another encoding: %#',
    async bytes => {
      const root = directoryWith({ 'dbfleet.config.json': bytes })
      const error = await thrown(() => loadConfig({ cwd: root }))
      expect(error.code).toBe('config-unreadable')
      expect(error.message).toContain('it is not UTF-8 text')
    },
  )

  test('never has a value of it repeated, wherever the fault is', async () => {
    const sound = JSON.stringify({
      fleet: [{ files: '*.db', encryptionKey: { env: 'LEAK' }, authToken: 'eyJLEAK.LEAK' }],
    })
    const root = makeDirectory()
    const file = join(root, 'dbfleet.config.json')
    await fc.assert(
      fc.asyncProperty(
        fc.nat(sound.length),
        fc.constantFrom('"', '', ',', '\n', "'"),
        async (at, c) => {
          writeFileSync(file, sound.slice(0, at) + c + sound.slice(at + 1))
          const error = await thrown(() => loadConfig({ cwd: root }))
          // A key is told of, so one that was made of a value by the edit may be.
          if (error.code === 'config-syntax') expect(error.message).not.toContain('LEAK')
        },
      ),
    )
  })

  test('is validated as others are', async () => {
    const root = directoryWith({ 'dbfleet.config.json': '{"fleet": [{"file": "*.db"}]}' })
    const error = await thrown(() => loadConfig({ cwd: root }))
    expect(error.code).toBe('config-invalid')
    expect(error.message).toBe(
      `${join(root, 'dbfleet.config.json')}: fleet[0].file: unknown key; did you mean "files"?`,
    )
  })
})

describe('a configuration that is a module with a fault', () => {
  test('is told of with line, column and the text of a syntax error', async () => {
    const root = directoryWith({
      'dbfleet.config.ts':
        'const key: string = "LEAK"\n\nexport default {\n  fleet: [{ files: key ]\n}\n',
    })
    const error = await thrown(() => loadConfig({ cwd: root }))
    expect(error.code).toBe('config-syntax')
    const file = join(root, 'dbfleet.config.ts')
    expect(error.message).toBe(`${file}:4:24: Unexpected token, expected ","`)
  })

  test('is told of with the file when that is one that it imports', async () => {
    const root = directoryWith({
      'dbfleet.config.ts': 'import "./settings.ts"\nexport default {}',
      'settings.ts': 'export const a = = 1',
    })
    const error = await thrown(() => loadConfig({ cwd: root }))
    expect(error.message).toBe(`${join(root, 'settings.ts')}:1:18: Unexpected token`)
    expect(error.hint).toContain(`${join(root, 'dbfleet.config.ts')} imports that file`)
  })

  test('is told of with the line where it throws', async () => {
    const root = directoryWith({
      'dbfleet.config.ts':
        'const directory: string = process.env.NO_SUCH_7!\n\nexport default {\n  fleet: [{ files: directory.trim() }]\n}\n',
    })
    const error = await thrown(() => loadConfig({ cwd: root }))
    expect(error.code).toBe('config-failed')
    const file = join(root, 'dbfleet.config.ts')
    expect(error.message).toBe(
      `${file}:4: TypeError: Cannot read properties of undefined (reading 'trim')`,
    )
  })

  test('is told of when an import is not there', async () => {
    const root = directoryWith({ 'dbfleet.config.ts': 'import "./gone.js"\nexport default {}' })
    const error = await thrown(() => loadConfig({ cwd: root }))
    expect(error.code).toBe('config-failed')
    expect(error.message).toMatch(/: Error: Cannot find module '\.\/gone\.js'$/)
  })

  test('does not have what a JSON parser quotes repeated', async () => {
    const root = directoryWith({
      'dbfleet.config.ts': `export default JSON.parse('LEAK, "LEAK", LEAK')`,
    })
    const error = await thrown(() => loadConfig({ cwd: root }))
    expect(error.message).toContain('is not valid JSON')
    expect(error.message).not.toContain('LEAK')
  })

  test.each(['throw null', 'throw "LEAK"', 'throw Object.create(null)', 'await Promise.reject()'])(
    'is told of when what it throws is no error: %s',
    async text => {
      const root = directoryWith({ 'dbfleet.config.ts': `${text}\nexport default {}` })
      const error = await thrown(() => loadConfig({ cwd: root }))
      expect(error.message).toBe(
        `${join(root, 'dbfleet.config.ts')}: throws something that is not an Error`,
      )
    },
  )

  test.each([
    ['', 'nothing', 'export default defineConfig'],
    ['export const config = { fleet: [] }', 'nothing', 'export default defineConfig'],
    ['export default undefined', 'nothing', 'export default defineConfig'],
    ['export default () => ({ fleet: [] })', 'a function', 'Export what it returns'],
    ['export default class {}', 'a function', 'Export what it returns'],
    ['export default Promise.resolve(() => {})', 'a function', 'Export what it returns'],
    ['export default [{ files: "*.db" }]', 'a list', 'export default defineConfig'],
    ['export default "LEAK"', 'a string', 'export default defineConfig'],
    ['export default null', 'null', 'export default defineConfig'],
    ['module.exports = () => ({})', 'a function', 'Export what it returns'],
  ])('is told of when it exports no object: %o', async (text, what, hint) => {
    for (const name of ['dbfleet.config.ts', 'dbfleet.config.mjs']) {
      if (name.endsWith('mjs') && text.startsWith('module')) continue
      const root = directoryWith({ [name]: text })
      const error = await thrown(() => loadConfig({ cwd: root }))
      expect(error.code).toBe('config-invalid')
      expect(error.message).toBe(`${join(root, name)} exports ${what}, not a configuration`)
      expect(error.hint).toContain(hint)
    }
  })
})
