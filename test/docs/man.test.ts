import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VERBS } from '../../src/cli.js'
import { lintPage, RENDERERS, showPage, skipWithout } from './manual-renderers.js'
import { repository } from './markdown-pages.js'

interface Block {
  lines: string[]
}

/** What `npm run docs` makes the pages with. */
const { renderManPages } = await script<{ renderManPages(root: string): Map<string, string> }>(
  'man-pages.mjs',
)
const roff = await script<{
  escapeRoff(text: string): string
  definitions(entries: [term: string, roff: string][]): Block
  page(blocks: Block[]): string
  paragraph(roff: string): Block
  title(name: string, source: string): string
  verbatim(text: string): Block
}>('roff.mjs')

async function script<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(join(repository, 'scripts', name)).href)) as T
}

/** What roff or Markdown could take for its own, and what is not ASCII. */
const SPECIAL = fc.constantFrom(...`\\-'\`^~".|&%$<>[]{}()éß漢→…−“`)
const ASCII = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 })
const BINARY = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })

const read = (path: string) => readFileSync(join(repository, path), 'utf8')
const wanted = renderManPages(repository)
const paths = [...wanted.keys()]
const verbs = paths.flatMap(path => /dbfleet-(\w+)\.1$/.exec(path)?.[1] ?? [])

describe('the manual pages', () => {
  it('are those that `npm run docs` makes of the pages of docs/', () => {
    for (const [path, text] of wanted) expect(read(path), path).toBe(text)
    expect(readdirSync(join(repository, 'man')).sort()).toEqual(
      ['README.md', ...paths.map(path => path.replace('man/', ''))].sort(),
    )
  })

  it('are one of dbfleet and one of each verb', () => {
    expect(verbs).toEqual(VERBS.map(({ name }) => name))
    expect(paths[0]).toBe('man/dbfleet.1')
  })

  it('are installed with the package', () => {
    const { man, files } = JSON.parse(read('package.json'))
    expect(man).toEqual(paths)
    expect(files).toContain('man')
  })

  it('name the command and say in a line what it does, for apropos', () => {
    for (const { name, summary } of VERBS.filter(each => verbs.includes(each.name))) {
      const page = read(`man/dbfleet-${name}.1`).replaceAll('\\-', '-')
      expect(page).toContain(`.SH "NAME"\ndbfleet-${name} - ${summary}\n.SH`)
    }
  })

  it.each(verbs)('of %s has every flag of its help', verb => {
    const help = /^```text\n(.*?)^Global Options:/gms
    const page = read(`man/dbfleet-${verb}.1`).replaceAll('\\-', '-')
    const shown = [...read(`docs/commands/${verb}.md`).matchAll(help)]
      .map(([, text]) => text)
      .join()
    const flags = (shown.match(/(?<=^ {2}(-\w, )?)--[\w-]+/gm) ?? []).filter(
      flag => flag !== '--help',
    )
    for (const flag of flags) {
      expect(page).toMatch(new RegExp(`^\\.TP\\n\\\\fB(-\\w, )?${flag} ?\\\\fR`, 'm'))
    }
  })

  it('have the usual sections', () => {
    const sections = (path: string) =>
      [...read(path).matchAll(/^\.SH "(.*)"$/gm)].map(([, name]) => name)
    expect(sections('man/dbfleet.1')).toEqual([
      'NAME',
      'SYNOPSIS',
      'DESCRIPTION',
      'OPTIONS',
      'VERBS',
      'SELECTORS',
      'WHICH FLEET',
      'OUTPUT',
      'EXIT STATUS',
      'ENVIRONMENT',
      'FILES',
      'EXAMPLES',
      'SEE ALSO',
    ])
    for (const path of paths) {
      expect(sections(path).slice(0, 3)).toEqual(['NAME', 'SYNOPSIS', 'DESCRIPTION'])
      expect(sections(path)).toEqual(expect.arrayContaining(['OPTIONS', 'EXIT STATUS', 'SEE ALSO']))
      expect(sections(path).at(-1)).toBe('SEE ALSO')
    }
  })

  it('refer to pages that there are', () => {
    for (const path of paths) {
      const page = read(path).replaceAll('\\-', '-')
      for (const [, name] of page.matchAll(/\\fB(dbfleet[\w-]*)\\fR\(1\)/g)) {
        expect(paths).toContain(`man/${name}.1`)
      }
      for (const [file] of page.matchAll(/\bdocs\/[\w/-]+\.md/g)) read(file)
    }
  })

  describe.each(RENDERERS)('with $program', renderer => {
    it.for(paths)('%s renders without a warning', (path, context) => {
      skipWithout(context, renderer)
      // A date would change the pages whenever they are made; mandoc wants one.
      const wrong = lintPage(renderer, read(path)).filter(line => !/missing date/.test(line))
      expect(wrong).toEqual([])
    })

    it('shows no Markdown, and no roff', context => {
      skipWithout(context, renderer)
      for (const path of paths) {
        const shown = showPage(renderer, read(path))
        expect(shown.length).toBeGreaterThan(1_000)
        expect(shown).not.toMatch(
          /\]\(|\*\*|^ *(#+ |\| |<!--|```)|\\f[BIR]|\\\((aq|dq|ga|ha|rs|ti)/m,
        )
      }
    })

    it('shows every text as it is, whatever is in it', context => {
      skipWithout(context, renderer)
      const word = fc.string({ unit: fc.oneof(SPECIAL, ASCII), minLength: 1, maxLength: 12 })
      const line = fc
        .array(word, { minLength: 1, maxLength: 5 })
        .map(words => words.join(' ').trim().replaceAll(/ +/g, ' '))
        .filter(text => text !== '')
      fc.assert(
        fc.property(fc.array(line, { minLength: 1, maxLength: 60 }), lines => {
          const texts = lines.map(text => roff.escapeRoff(text))
          const page = roff.page([
            { lines: [roff.title('x', 'x')] },
            roff.verbatim(['begin', ...lines, 'end'].join('\n')),
            ...texts.map(text => roff.paragraph(text)),
            ...texts.map(text => roff.definitions([[text, text]])),
          ])
          const shown = showPage(renderer, page)
            .split('\n')
            .map(text => text.trim())
            .filter(text => text !== '')
          const begin = shown.indexOf('begin') + 1
          expect(shown.slice(begin, begin + lines.length)).toEqual(lines)
          const after = begin + lines.length + 1
          expect(shown.slice(after, after + lines.length)).toEqual(lines)
          // A short term shares its line with what is told of it.
          const told = shown
            .slice(after + lines.length, -1)
            .join(' ')
            .replaceAll(/ +/g, ' ')
          expect(told).toBe(lines.flatMap(text => [text, text]).join(' '))
          expect(lintPage(renderer, page).filter(text => !/missing date/.test(text))).toEqual([])
        }),
        { numRuns: 30 },
      )
    })
  })

  it('escapes so that nothing is lost, and no line is taken for a request', () => {
    const seen = [
      [/\\\(aq/g, "'"],
      [/\\\(ga/g, '`'],
      [/\\\(ha/g, '^'],
      [/\\\(ti/g, '~'],
      [/\\\(dq/g, '"'],
      [/\\-/g, '-'],
      [/\\&/g, ''],
      [/\\\(rs/g, '\\'],
    ] as const
    fc.assert(
      fc.property(fc.string({ unit: fc.oneof(SPECIAL, BINARY) }), text => {
        const { lines } = roff.paragraph(roff.escapeRoff(text))
        for (const line of lines) expect(line).not.toMatch(/^[.'\s]|^$/)
        const back = seen.reduce(
          (left, [glyph, it]) => left.replaceAll(glyph, it),
          lines.join('\n'),
        )
        const wanted = text
          .split('\n')
          .map(each => each.trim())
          .filter(each => each !== '')
        expect(back).toBe(wanted.join('\n'))
      }),
      { examples: [['.TH'], ['\n.\n'], [" .a\n  'b"]] },
    )
  })
})
