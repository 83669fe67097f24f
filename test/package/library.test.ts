import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { TWO_MIGRATIONS, writeFiles } from '../cli/run-cli.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { readmeExample, typeErrors } from './readme-example.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

const COMPILING = 180_000

describe("README.md's example of the library", () => {
  const directory = temporaryDirectories()

  /** A directory in which dbfleet is installed. */
  function project(): string {
    const cwd = directory()
    mkdirSync(join(cwd, 'node_modules'))
    symlinkSync(root, join(cwd, 'node_modules/dbfleet'))
    return cwd
  }

  it(
    'compiles against the built types',
    () => {
      expect(typeErrors(project(), readmeExample())).toEqual([])
    },
    COMPILING,
  )

  it(
    'would not compile with a mistake in it',
    () => {
      const wrong = readmeExample().replace('all: true', 'al: true')
      expect(typeErrors(project(), wrong)).not.toEqual([])
    },
    COMPILING,
  )

  it('runs, and prints only what it prints itself', () => {
    const cwd = project()
    const databases = {
      'databases/a.db': '',
      'databases/b.db': '',
      'databases/c.db': 'no database',
    }
    writeFiles(cwd, { ...TWO_MIGRATIONS, ...databases })
    writeFileSync(join(cwd, 'example.mjs'), readmeExample())
    const { stdout, stderr, status } = spawnSync(process.execPath, ['example.mjs'], {
      cwd,
      encoding: 'utf8',
      // Node remarks on the two together.
      env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined },
    })
    expect(stdout).toBe('2 of 3 databases are up to date\n')
    expect(stderr).toBe('c: the file is not a SQLite database, or it is encrypted\n')
    expect(status).toBe(0)
  })
})
