import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { UsageError } from '../../src/errors/usage-error.js'
import { findTemplate, listTemplates, templateMigration } from '../../src/migrate/template/index.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { openScratch } from './template-scratch.js'

const table = '{ "table": "t", "json": "data" }'

describe('the templates of a directory', () => {
  const makeDirectory = temporaryDirectories()
  let directory: string
  const write = (name: string, content: string | Uint8Array) =>
    writeFileSync(join(directory, name), content)
  beforeEach(() => {
    directory = makeDirectory()
  })

  it('are listed by name, whichever form they have', async () => {
    write('b.json', table)
    write('a.up.sql', 'SELECT 1')
    write('a.down.sql', 'SELECT 1')
    write('v1.2.json', table)
    write('README.md', '')
    write('.hidden.json', table)
    write('other.sql', '')
    expect(await listTemplates(directory)).toEqual(['a', 'b', 'v1.2'])
  })

  it('are none where there is no such directory', async () => {
    expect(await listTemplates(join(directory, 'missing'))).toEqual([])
    expect(await findTemplate(join(directory, 'missing'), 'a')).toBeUndefined()
  })

  it('are found by their exact name', async () => {
    write('readings.json', table)
    expect(await findTemplate(directory, 'readings')).toMatchObject({
      kind: 'table',
      name: 'readings',
      file: join(directory, 'readings.json'),
      table: 't',
    })
    expect(await findTemplate(directory, 'Readings')).toBeUndefined()
    expect(await findTemplate(directory, 'reading')).toBeUndefined()
  })

  it('may begin with a byte order mark', async () => {
    write('a.json', `\uFEFF${table}`)
    expect(await findTemplate(directory, 'a')).toMatchObject({ table: 't' })
  })

  it.each([
    ['', 'it is empty'],
    ['..', 'it begins with a dot'],
    ['.hidden', 'it begins with a dot'],
    ['../secret', 'it holds a slash'],
    ['a/b', 'it holds a slash'],
    ['a\\b', 'it holds a slash'],
    ['a\0', 'it holds a control character'],
    ['a\nb', 'it holds a control character'],
    ['\ud800', 'it holds a control character'],
    ['x'.repeat(300), 'it is longer than 240 bytes'],
  ])('are not looked for under the name %j', async (name, reason) => {
    const error = await findTemplate(directory, name).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(UsageError)
    expect(error).toMatchObject({
      code: 'template-name',
      message: `${JSON.stringify(name)} cannot name a template: ${reason}`,
    })
  })

  it('must not share a name', async () => {
    write('a.json', table)
    write('a.up.sql', 'SELECT 1')
    await expect(findTemplate(directory, 'a')).rejects.toMatchObject({
      code: 'template-ambiguous',
      message: `two templates are named a: ${join(directory, 'a.json')} and ${join(directory, 'a.up.sql')}`,
    })
  })

  it.each([
    ['a.down.sql', 'SELECT 1', 'has no a.up.sql beside it'],
    ['a.up.sql', '-- nothing yet\n;', 'holds no statement'],
    ['a.up.sql', new Uint8Array([0x2d, 0xff]), 'cannot be read: it is not UTF-8 text'],
    ['a.json', new Uint8Array([0x22, 0xff, 0x22]), 'cannot be read: it is not UTF-8 text'],
  ])('are refused when %s is unusable', async (file, content, reason) => {
    write(file, content)
    await expect(findTemplate(directory, 'a')).rejects.toThrow(`${join(directory, file)} ${reason}`)
  })

  it('are refused when their file or directory is something else', async () => {
    mkdirSync(join(directory, 'a.json'))
    await expect(findTemplate(directory, 'a')).rejects.toThrow('a.json cannot be read: EISDIR')
    write('file', '')
    await expect(listTemplates(join(directory, 'file'))).rejects.toMatchObject({
      code: 'template-unreadable',
    })
  })

  describe('that are SQL', () => {
    it('are copied as they are, to the byte', async () => {
      const up = '\uFEFF-- dbfleet: transaction=false\r\nCREATE TABLE a (b);\r\n'
      write('a.up.sql', up)
      write('a.down.sql', 'DROP TABLE a')
      await using database = await openScratch(directory)
      const template = await findTemplate(directory, 'a')
      expect(template && (await templateMigration(template, database))).toEqual({
        up,
        down: 'DROP TABLE a',
        summary: ['copies a.up.sql and a.down.sql as they are'],
      })
    })

    it('may leave the down to be written', async () => {
      write('a.up.sql', 'CREATE TABLE a (b);\n')
      await using database = await openScratch(directory)
      const template = await findTemplate(directory, 'a')
      expect(template && (await templateMigration(template, database))).toEqual({
        up: 'CREATE TABLE a (b);\n',
        down: '-- The template a has no down file: write here the statements that revert the up.\n',
        summary: [
          'copies a.up.sql as it is',
          'warning: the template has no down file; fill the down in before the migration is released',
        ],
      })
    })
  })
})
