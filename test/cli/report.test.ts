import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PackedPage } from '../../src/page/packed-page.js'
import { schemaErrors } from '../docs/report-schema.js'
import { byId, elementsOf, type HtmlElement, readHtml } from '../page/read-html.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { HOSTILE, makeReportedFleet, USERS } from './reported-fleet.js'
import { runCli, runJson, TWO_MIGRATIONS, writeFiles } from './run-cli.js'
import { onSqlite } from './sqlite-files.js'

function pageIn(cwd: string, file = 'report.html'): { text: string; page: HtmlElement } {
  const text = readFileSync(join(cwd, file), 'utf8')
  return { text, page: readHtml(text) }
}

function dataOf(page: HtmlElement): PackedPage {
  return JSON.parse(byId(page, 'data')?.text ?? '') as PackedPage
}

/** The text of a section as a person reads it. */
function words(page: HtmlElement, section: string): string {
  return (byId(page, section)?.text ?? '').replace(/\s+/g, ' ')
}

describe('report', () => {
  let cwd = ''
  let text = ''
  let page: HtmlElement

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'dbfleet-test-'))
    await makeReportedFleet(cwd)
    const { status, stdout } = await runCli(['report', '--out', 'report.html'], { cwd })
    // broken.db cannot be read, and is on the page all the same.
    expect([status, stdout]).toEqual([3, expect.stringMatching(/^wrote .+\/report\.html, \d/)])
    ;({ text, page } = pageIn(cwd))
  }, 240_000)
  afterAll(() => rmSync(cwd, { recursive: true, force: true }))

  const total = USERS + HOSTILE.length + 1

  it('shows where databases stand', () => {
    const told = words(page, 'positions')
    expect(told).toContain('at 20260103000000_unique_v, up to date')
    expect(told).toContain('at 20260102000000_create_b, 1 pending: 20260103000000_unique_v')
    expect(told).toContain('user-001, user-002, user-003')
    expect(told).toContain('the file is not a SQLite database, or it is encrypted')
  })

  it('shows which schemas they have, and how those differ', () => {
    const told = words(page, 'schemas')
    expect(told).toContain('3 schemas')
    expect(told).toContain('as expected at 20260103000000_unique_v')
    expect(told).toContain('not as expected at 20260103000000_unique_v')
    expect(told).toContain('has an extra index extra')
    expect(told).toContain('user-020, user-021')
  })

  it('shows failures by cause', () => {
    const told = words(page, 'failures')
    expect(told).toMatch(/3 ?UNIQUE constraint failed: a\.v.*run 3: constraint ?user-001/)
    expect(told).toContain('Not readable now')
  })

  it('shows runs, and how the newest went', () => {
    const told = words(page, 'runs')
    expect(told).toMatch(/Run 3, up: (\d+) databases done of \1 databases in .*, 3 failures/)
    expect(told).toContain('<b>canary</b> after 0 ms after 10 ms exit status 0: fine')
    expect(told).toContain('the rest after 20 ms')
    const done = elementsOf(byId(page, 'runs') as HtmlElement, 'path')
    expect(done.map(({ attributes }) => attributes.class)).toEqual(['done', 'failed'])
  })

  it('shows how old the newest backups are', () => {
    const told = words(page, 'backups')
    expect(told).toContain(join(cwd, 'backups'))
    expect(told).toMatch(new RegExp(`${USERS} ?a proven copy younger than a day`))
    expect(told).toMatch(new RegExp(`${HOSTILE.length + 1} ?no proven copy`))
  })

  it('has every database with all there is to say of it', () => {
    const { names, columns } = dataOf(page)
    expect(names).toHaveLength(total)
    expect(columns.map(({ title }) => title)).toEqual([
      'Position',
      'Schema',
      'Last run',
      'Newest backup',
    ])
    for (const { runs } of columns) {
      const counts = runs.filter((_, index) => index % 2 === 1)
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(total)
    }
  })

  it('takes names for nothing but names', () => {
    expect(text).not.toMatch(/[\u2028\u2029\u202a-\u202e]/)
    expect(elementsOf(page, 'script')).toHaveLength(2)
    expect(elementsOf(page, 'img')).toEqual([])
    const handlers = /^on/
    const everything = ['svg', 'button', 'td', 'span'].flatMap(name => elementsOf(page, name))
    for (const { attributes } of everything) {
      expect(Object.keys(attributes).filter(name => handlers.test(name))).toEqual([])
    }
    const { names } = dataOf(page)
    expect(names).toContain('</script><img src=x onerror=alert(1)>')
    expect(names).toContain('line\\nbreak')
    expect(names).toContain('right\\u202eleft')
  })

  it('needs nothing besides itself, and a browser is told to let it have nothing', () => {
    const policy = elementsOf(page, 'meta').find(
      ({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy',
    )?.attributes.content
    expect(policy).toMatch(/^default-src 'none';/)
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    const [style] = elementsOf(page, 'style')
    const script = elementsOf(page, 'script').find(
      ({ attributes }) => attributes.type === undefined,
    )
    for (const element of [style, script]) {
      const hash = createHash('sha256')
        .update(element?.text ?? '')
        .digest('base64')
      expect(policy).toContain(`'sha256-${hash}'`)
    }
    for (const name of ['link', 'iframe', 'object', 'base']) {
      expect(elementsOf(page, name)).toEqual([])
    }
    expect(elementsOf(page, 'script').every(({ attributes }) => attributes.src === undefined)).toBe(
      true,
    )
  })

  it('shows a part of the fleet, and no schemas with --no-check', async () => {
    const args = ['report', '--out', 'part.html', '--db', 'user-00*', '--no-check', '--runs', '1']
    const { status, document } = await runJson(args, { cwd })
    expect([status, schemaErrors(document)]).toEqual([0, []])
    const size = readFileSync(join(cwd, 'part.html')).length
    expect(document).toMatchObject({
      command: 'report',
      out: join(cwd, 'part.html'),
      written: true,
      bytes: size,
      summary: { total: 9, ok: 9, failed: 0 },
    })
    const { page } = pageIn(cwd, 'part.html')
    expect(elementsOf(page, 'header')[0]?.text).toContain('a part of the fleet')
    expect(words(page, 'schemas')).toContain('--no-check')
  })

  it('counts no copy whose file is gone', async () => {
    const [set = ''] = readdirSync(join(cwd, 'backups')).filter(name => /^\d{8}T/.test(name))
    const objects = join(cwd, 'backups', set, 'databases')
    const [object = ''] = readdirSync(objects).filter(name => name.startsWith('user-007'))
    rmSync(join(objects, object))
    const args = ['report', '--out', 'gone.html', '--db', 'user-00*', '--no-check']
    expect((await runCli(args, { cwd })).status).toBe(0)
    const told = words(pageIn(cwd, 'gone.html').page, 'backups')
    expect(told).toMatch(/8 ?a proven copy younger than a day.*1 ?no proven copy ?user-007/)
  })
})

describe('the backups on the page of report', () => {
  const directory = temporaryDirectories()

  it('are those of older sets, and of renamed ones, where a newer copy is gone', async () => {
    const cwd = directory()
    writeFiles(cwd, TWO_MIGRATIONS)
    const backups = join(cwd, 'backups')
    const sets = () => readdirSync(backups).filter(name => /^\d{8}T/.test(name))
    const told = async () => {
      expect((await runCli(['report', '--out', 'report.html'], { cwd })).status).toBe(0)
      const { columns } = dataOf(pageIn(cwd).page)
      return columns
        .find(({ title }) => title === 'Newest backup')
        ?.values.map(({ lines }) => lines)
    }
    await runCli(['create', 'alice'], { cwd })
    await runCli(['backup'], { cwd })
    const [older = ''] = sets()
    onSqlite(join(cwd, 'databases/alice.db'), db => db.exec('INSERT INTO a VALUES (1, 2)'))
    await runCli(['backup'], { cwd })
    const newer = sets().find(name => name !== older) ?? ''
    expect(await told()).toEqual([[`in the set ${newer}`]])

    rmSync(join(backups, newer, 'databases'), { recursive: true })
    expect(await told()).toEqual([[`in the set ${older}`]])
    renameSync(join(backups, older), join(backups, 'before-the-move'))
    expect(await told()).toEqual([['in the set before-the-move']])
    renameSync(join(cwd, 'databases/alice.db'), join(cwd, 'databases/bob.db'))
    expect(await told()).toEqual([undefined])
  })
})

describe('the page of report', () => {
  const directory = temporaryDirectories()

  async function project(config: object = {}): Promise<string> {
    const cwd = directory()
    const fleet = [{ files: 'databases/*.db' }]
    writeFiles(cwd, {
      ...TWO_MIGRATIONS,
      'dbfleet.config.json': JSON.stringify({ fleet, ...config }),
      'databases/alice.db': '',
    })
    return cwd
  }

  it('says what there is nothing to show of, and makes none of it', async () => {
    const cwd = await project()
    expect((await runCli(['report', '--out', 'report.html'], { cwd })).status).toBe(0)
    const { page } = pageIn(cwd)
    expect(words(page, 'runs')).toContain('Nothing was run yet')
    expect(words(page, 'backups')).toContain('There is no proven copy in')
    expect(words(page, 'failures')).toContain('Every database could be read.')
    expect(readdirSync(cwd).sort()).toEqual([
      'databases',
      'dbfleet.config.json',
      'migrations',
      'report.html',
    ])
  })

  it('says that runs are not recorded', async () => {
    const cwd = await project({ control: false })
    expect((await runCli(['report', '--out', 'report.html'], { cwd })).status).toBe(0)
    expect(words(pageIn(cwd).page, 'runs')).toContain('control: false')
  })

  it('says why a control database and a backup set cannot be read', async () => {
    const cwd = await project()
    writeFiles(cwd, {
      '.dbfleet/control.db': 'not a database',
      'backups/20260105T090000Z/manifest.json': '{}',
    })
    expect((await runCli(['report', '--out', 'report.html'], { cwd })).status).toBe(0)
    const { page } = pageIn(cwd)
    expect(words(page, 'runs')).toContain('not a SQLite database')
    expect(words(page, 'backups')).toContain('The set 20260105T090000Z cannot be read')
  })

  it('takes the place of an earlier page, and of nothing else', async () => {
    const cwd = await project()
    const write = (out: string) => runJson<Refused>(['report', '--out', out], { cwd })
    expect((await write('report.html')).status).toBe(0)
    const first = readFileSync(join(cwd, 'report.html'), 'utf8')
    writeFileSync(join(cwd, 'report.html'), first.slice(0, -100))
    expect((await write('report.html')).status).toBe(0)
    expect(pageIn(cwd).page.name).toBe('html')

    mkdirSync(join(cwd, 'pages'))
    writeFiles(cwd, { 'note.html': '<!doctype html><p>mine', 'databases/bob.db': 'x' })
    for (const out of ['note.html', 'databases/bob.db', 'pages', 'pages/', 'absent/report.html']) {
      const { status, document } = await write(out)
      expect([out, status, document.error?.code]).toEqual([out, 2, 'out-unwritable'])
    }
    expect(readFileSync(join(cwd, 'note.html'), 'utf8')).toBe('<!doctype html><p>mine')
    expect(readFileSync(join(cwd, 'databases/bob.db'), 'utf8')).toBe('x')
    expect(existsSync(join(cwd, 'absent'))).toBe(false)
    expect(readdirSync(cwd).filter(name => name.endsWith('.tmp'))).toEqual([])
  })

  it('is refused before anything is read', async () => {
    const cwd = await project({
      fleet: [{ databases: [{ name: 'a', url: 'http://127.0.0.1:1' }] }],
    })
    const { status, document } = await runJson<Refused>(['report', '--out', '.'], { cwd })
    expect([status, document.error?.code]).toEqual([2, 'out-unwritable'])
    expect((await runCli(['report'], { cwd })).status).toBe(2)
  })
})

interface Refused {
  error?: { code: string }
}
