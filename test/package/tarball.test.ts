import { exec } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { temporaryDirectories } from '../temporary-directory.js'
import { readmeExample, typeErrors } from './readme-example.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Where npm finds no ready-made better-sqlite3, it compiles it, which takes minutes. */
const INSTALLING = 15 * 60_000

async function run(command: string, cwd: string): Promise<string> {
  const { stdout } = await promisify(exec)(command, { cwd, maxBuffer: 2 ** 26 })
  return stdout
}

interface Packed {
  filename: string
  files: { path: string; mode: number }[]
}

describe('the package', () => {
  const directory = temporaryDirectories()

  const pack = async (cwd: string): Promise<Packed> => {
    const [packed] = JSON.parse(await run(`npm pack --json --pack-destination '${cwd}'`, root))
    return packed
  }

  it('holds what is needed to run it and to read about it, and nothing else', async () => {
    const { files } = await pack(directory())
    const paths = files.map(({ path }) => path)
    const expected =
      /^(dist\/.+\.(js|d\.ts|txt)|dist\/browser\/main\.css|schemas\/.+\.json|(schemas|templates|man)\/README\.md|templates\/.+\.json|docs\/.+\.md|man\/dbfleet(-\w+)?\.1|(README|CHANGELOG)\.md|LICENSE|package\.json)$/
    expect(paths.filter(path => !expected.test(path))).toEqual([])
    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'dist/THIRD-PARTY-LICENSES.txt',
        'dist/bin.js',
        'dist/index.d.ts',
        'dist/index.js',
        'dist/worker.js',
        'docs/commands/up.md',
        'schemas/report.schema.json',
        'templates/measurements.json',
      ]),
    )
    const bin = files.find(({ path }) => path === 'dist/bin.js')
    expect((bin?.mode ?? 0) & 0o111).toBe(0o111)
  })

  it(
    "installs in an empty directory, and README.md's first commands and example work there",
    async () => {
      const cwd = directory()
      const { filename } = await pack(cwd)
      await run(`npm install --no-audit --no-fund ./${filename}`, cwd)

      const output = await run(
        'npx dbfleet init && npx dbfleet new create_measurements && npx dbfleet create alice bob && npx dbfleet up --all && npx dbfleet status',
        cwd,
      )
      expect(output.replaceAll(/\b\d{14}(?=_)/g, '<time>')).toMatch(EXPECTED)
      expect(readdirSync(join(cwd, 'databases'))).toEqual(['alice.db', 'bob.db'])

      const wide = await run(
        'npx dbfleet create 東京 && DBFLEET_ENGINE=libsql npx dbfleet status',
        cwd,
      )
      expect(wide).toMatch(/^東京 {3}\d{14}_create_measurements +up to date$/m)

      expect(typeErrors(cwd, readmeExample(), { packages: true })).toEqual([])
      expect(existsSync(join(cwd, 'node_modules/@libsql/kysely-libsql'))).toBe(false)
    },
    INSTALLING,
  )
})

const EXPECTED = new RegExp(
  [
    'created dbfleet\\.config\\.ts',
    '(created .+\n)+.*',
    'created migrations/<time>_create_measurements\\.up\\.sql',
    'created migrations/<time>_create_measurements\\.down\\.sql',
    ' {2}creates the table measurements .*',
    '(?: {2}.*\n)+create: 2 databases',
    ' {2}2 created at <time>_create_measurements \\(alice, bob\\)',
    '2 ok in .*',
    'Nothing to do: 2 databases are at <time>_create_measurements\\.',
    'NAME +AT +STATE',
    'alice +<time>_create_measurements +up to date',
    'bob +<time>_create_measurements +up to date',
    '2 up to date in .*\n$',
  ].join('\n'),
)
