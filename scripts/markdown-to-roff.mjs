// Turns the Markdown that the pages of docs/ are written in into roff: headings, paragraphs, lists,
// tables, blocks of code; code, links and emphasis within a line.
import { dirname, join } from 'node:path/posix'
import {
  bold,
  definitions,
  escapeRoff,
  heading,
  italic,
  list,
  paragraph,
  subheading,
  verbatim,
} from './roff.mjs'

const INLINE = new RegExp(
  [
    '`(?<code>[^`]+)`',
    '\\[(?<text>(?:`[^`]*`|[^\\]`])+)\\]\\((?<target>[^)\\s]+)\\)',
    '\\*\\*(?<strong>(?:`[^`]*`|[^*`]|\\*(?!\\*))+)\\*\\*',
    '(?<![\\w*])\\*(?<emphasis>[^*`\\s](?:[^*`]*[^*`\\s])?)\\*(?![\\w*])',
    '<sup>(?<power>.*?)</sup>',
    '\\\\(?<literal>[\\\\`*_|<>[\\]#-])',
  ].join('|'),
  'gs',
)

/**
 * What stands within a line.
 *
 * @param page the path of the page in the repository, which its links are relative to
 */
export function inlineToRoff(text, page, { isBold = false } = {}) {
  let roff = ''
  let end = 0
  const strong = isBold ? each => each : bold
  for (const match of text.matchAll(INLINE)) {
    const { code, text: linked, target, strong: inner, emphasis, power, literal } = match.groups
    roff += escapeRoff(text.slice(end, match.index))
    end = match.index + match[0].length
    if (code !== undefined) roff += strong(escapeRoff(code))
    else if (target !== undefined) {
      const isAlone = text[match.index - 1] === '(' && text[end] === ')'
      roff += linkToRoff(linked, target, page, { isBold, isAlone })
    } else if (inner !== undefined) roff += strong(inlineToRoff(inner, page, { isBold: true }))
    else if (emphasis !== undefined) roff += italic(escapeRoff(emphasis))
    else if (power !== undefined) roff += escapeRoff(`^${power}`)
    else roff += escapeRoff(literal)
  }
  return roff + escapeRoff(text.slice(end))
}

function linkToRoff(text, target, page, { isBold, isAlone }) {
  const shown = inlineToRoff(text, page, { isBold })
  if (/^https?:/.test(target)) return `${shown} <${escapeRoff(target)}>`
  const [file] = target.split('#')
  if (file === '') return shown
  const path = join(dirname(page), file)
  if (MANUALS.has(page) && MANUALS.has(path)) return shown
  const verb = /^docs\/commands\/(\w+)\.md$/.exec(path)?.[1]
  const place = MANUALS.get(path) ?? (verb === undefined ? escapeRoff(path) : manualOf(verb))
  const isItself = ['page', verb, `dbfleet ${verb}`].includes(text.replaceAll('`', ''))
  if (isItself && verb !== undefined) return place
  return isAlone ? `${shown}: ${place}` : `${shown} (${place})`
}

/** How pages refer to that of a verb. */
export function manualOf(verb) {
  return `${bold(escapeRoff(`dbfleet-${verb}`))}(1)`
}

/** Pages that are part of a manual page. */
const MANUALS = new Map(
  ['docs/commands.md', 'docs/exit-status.md'].map(path => [path, `${bold('dbfleet')}(1)`]),
)

const BLOCK = new RegExp(
  [
    '^```\\w*\\n(?<code>.*?)^```$',
    '^(?<level>##+) (?<heading>[^\\n]*)$',
    '^\\|(?<header>[^\\n]*)\\|\\n\\|[-| ]+\\|\\n(?<rows>(?:\\|[^\\n]*\\|(?:\\n|$))+)',
    '^(?<items>(?:- |\\d+\\. ).*?)(?=\\n\\n(?!  )|\\n*$(?![\\s\\S]))',
    '^(?<comment><!--.*?-->)',
    '^(?<paragraph>\\S.*?)(?=\\n\\n|\\n```|\\n<!--|\\n(?:- |\\d+\\. )|\\n*$(?![\\s\\S]))',
  ].join('|'),
  'gms',
)

/** The blocks of a text. */
export function markdownToRoff(text, page) {
  return [...text.matchAll(BLOCK)].flatMap(({ groups }) => {
    const { code, level, heading: title, header, rows, items, paragraph: body } = groups
    if (code !== undefined) return [verbatim(code.trimEnd())]
    if (title !== undefined) return [headingOf(level, title.replaceAll('`', ''))]
    if (rows !== undefined) return [tableToRoff(header, rows, page)]
    if (items !== undefined) return listsToRoff(items, page)
    return body === undefined ? [] : [paragraph(inlineToRoff(body, page))]
  })
}

function headingOf(level, text) {
  return level === '##' ? heading(text) : subheading(text)
}

/** The first column is what the others tell of. */
function tableToRoff(header, rows, page) {
  const [, ...names] = cellsOf(header)
  const entries = rows
    .trim()
    .split('\n')
    .map(row => {
      const [term = '', ...cells] = cellsOf(row.slice(1, -1)).map(cell => inlineToRoff(cell, page))
      const told = cells.map((cell, index) => {
        const name = names[index] ?? ''
        return name === '' || cells.length === 1 ? cell : `${italic(escapeRoff(name))}: ${cell}`
      })
      return [term, told.filter(cell => cell !== '').join('\n.br\n')]
    })
  return definitions(entries)
}

function cellsOf(row) {
  return row.split(/(?<!\\)\|/).map(cell => cell.trim())
}

function listsToRoff(text, page) {
  const items = text.split(/\n(?=- |\d+\. )/)
  const marks = items.map(item => /^\d+\./.exec(item)?.[0])
  const bodies = items.map(item => inlineToRoff(item.replace(/^(?:- |\d+\. )/, ''), page))
  return [list(bodies, marks[0] === undefined ? undefined : marks)]
}
