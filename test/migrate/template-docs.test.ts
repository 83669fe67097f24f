import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { templateMigration } from '../../src/migrate/template/index.js'
import { parseTableTemplate } from '../../src/migrate/template/parse-table-template.js'
import { tableSchema } from '../../src/migrate/template/table-schema.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { openScratch } from './template-scratch.js'

const readDocs = () => readFile(new URL('../../docs/templates.md', import.meta.url), 'utf8')

describe('docs/templates.md', () => {
  const directory = temporaryDirectories()

  it('shows what its example makes', async () => {
    const docs = await readDocs()
    const block = (language: string) => docs.split(`\`\`\`${language}\n`)[1]?.split('```')[0] ?? ''
    await using database = await openScratch(directory())
    const template = parseTableTemplate(block('json'), 'notes', 'notes.json')
    expect((await templateMigration(template, database)).up).toBe(block('sql'))
  })

  it('names every key', async () => {
    const docs = await readDocs()
    for (const key of Object.keys(tableSchema.pipe[2].entries))
      expect(docs).toContain(`| \`${key}\` |`)
  })
})
