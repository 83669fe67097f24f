import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { markdownPages, repository } from './markdown-pages.js'

const read = (page: string) =>
  readFileSync(join(repository, page), 'utf8').replace(/^```.*?^```$|`[^`\n]*`/gms, '``')

/** The anchors that a page has for its headings. */
function anchorsOf(page: string): string[] {
  const headings = readFileSync(join(repository, page), 'utf8').matchAll(/^#+ (.+)$/gm)
  return [...headings].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

it.each(markdownPages())('%s links to what is there', page => {
  const dead = [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)/g)].filter(
    ([, path = '', anchor]) => {
      const target = path === '' ? page : join(dirname(page), path)
      if (!existsSync(join(repository, target))) return true
      if (anchor === undefined || statSync(join(repository, target)).isDirectory()) return false
      return !anchorsOf(target).includes(anchor)
    },
  )
  expect(dead.map(([link]) => link)).toEqual([])
})
