import { describe, expect, it } from 'vitest'
import { proveMigration } from '../../src/migrate/template/index.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { engines, openScratch, readSchema } from './template-scratch.js'

describe.each(engines)('the proof of a migration (%s)', engine => {
  const directory = temporaryDirectories()

  it.each([
    ['CREATE TABLE a (b)', 'DROP TABLE a'],
    ['ALTER TABLE t ADD COLUMN c', 'ALTER TABLE t DROP COLUMN c'],
    ['CREATE TABLE a (b INTEGER PRIMARY KEY AUTOINCREMENT)', 'DROP TABLE a'],
    ['DROP TABLE t', 'CREATE TABLE  t ( a, b ) -- again'],
  ])('holds for %s', async (up, down) => {
    await using database = await openScratch(directory(), engine)
    await database.run('CREATE TABLE t (a, b)')
    const before = await readSchema(database)
    await proveMigration(database, { up, down })
    expect(await readSchema(database)).toEqual(before)
  })

  it.each([
    [
      'CREATE TABLE a (b)',
      '-- later',
      'the down does not restore the schema: table a would differ',
    ],
    ['DROP TABLE t', '', 'the down does not restore the schema: table t would differ'],
    [
      'ALTER TABLE t ADD COLUMN c',
      'DROP INDEX i',
      'line 1 of the down would fail: no such index: i',
    ],
    ['SELECT 1;\nCREATE TABLE t (a)', '', 'line 2 of the up would fail: table t already exists'],
  ])('fails for %j and %j', async (up, down, message) => {
    await using database = await openScratch(directory(), engine)
    await database.run('CREATE TABLE t (a, b)')
    const before = await readSchema(database)
    await expect(proveMigration(database, { up, down })).rejects.toMatchObject({
      code: 'migration-unproven',
      message: expect.stringContaining(message),
    })
    expect(await readSchema(database)).toEqual(before)
  })
})
