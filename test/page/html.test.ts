import fc from 'fast-check'
import { expect, it } from 'vitest'
import { printable } from '../../src/output/escape.js'
import { dataBlock } from '../../src/page/data-block.js'
import { html } from '../../src/page/html.js'
import { PAGE_MARK } from '../../src/page/page-mark.js'
import { byId, readHtml } from './read-html.js'

/** Texts that are made of what means something to a browser. */
const markup = fc
  .array(
    fc.oneof(
      fc.constantFrom('<', '>', '&', '"', "'", '</script>', '<!--', '-->', ']]>', '&lt;', '&#60'),
      fc.constantFrom(
        '<script>',
        '<img src=x onerror=alert(1)>',
        '\u2028',
        '\u2029',
        '\0',
        '\ud800',
      ),
      fc.string({ unit: 'binary' }),
    ),
  )
  .map(parts => parts.join(''))

it('a text stands in a page as it is, whatever it holds', () => {
  fc.assert(
    fc.property(markup, text => {
      const page = readHtml(
        `${PAGE_MARK}${html`<p id="p" title="${text}">${text}</p>`.text}</html>`,
      )
      const found = byId(page, 'p')
      expect(found?.text).toBe(printable(text))
      expect(found?.attributes).toEqual({ id: 'p', title: printable(text) })
      expect(found?.children).toEqual([])
    }),
  )
})

it('data stand in a page as they are, whatever they hold', () => {
  fc.assert(
    fc.property(fc.array(markup), texts => {
      const block = dataBlock('data', { texts }).text
      expect(block.slice(1, -1).match(/[<>]/g)).toEqual(['>', '<'])
      expect(block).not.toMatch(/[\u2028\u2029&]/)
      const data = byId(readHtml(`${PAGE_MARK}${block}</html>`), 'data')
      expect(JSON.parse(data?.text ?? '')).toEqual({ texts })
    }),
  )
})
