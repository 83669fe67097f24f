// Makes the manual pages of man/ from the pages of docs/, whose generated parts have to be up to date:
// dbfleet(1), and one page a verb, so that `man dbfleet-up` and `apropos` answer as they do for git.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { manualOf, markdownToRoff } from './markdown-to-roff.mjs'
import {
  bold,
  definitions,
  escapeRoff,
  heading,
  italic,
  page,
  paragraph,
  title,
  verbatim,
} from './roff.mjs'

const HELP = /<!-- help:[\w ]*-->\n```text\n(.*?)\n```\n<!-- \/help -->\n?/gs
/** Where dbfleet(1) comes from. */
const OVERVIEW = 'docs/commands.md'

/** The texts of all manual pages, by path in the repository, in the order of the verbs. */
export function renderManPages(root) {
  const read = path => readFileSync(join(root, path), 'utf8')
  const source = `dbfleet ${JSON.parse(read('package.json')).version}`
  const rows = read(OVERVIEW).matchAll(/^\| \[`dbfleet (\w+)`\]\([^)]*\) \| (.*) \|$/gm)
  return new Map([
    ['man/dbfleet.1', overview(read, source)],
    ...[...rows].map(([, verb, summary]) => [
      `man/dbfleet-${verb}.1`,
      verbPage(read, { verb, summary, source }),
    ]),
  ])
}

function overview(read, source) {
  const text = read(OVERVIEW)
  const help = parseHelp(text.matchAll(HELP).next().value[1])
  const [verbs, ...others] = sectionsOf(text)
  const ofName = Object.fromEntries(others.map(({ name, body }) => [name, body]))
  const { Environment, Files, 'All of dbfleet': _, ...rest } = ofName
  const [status] = sectionsOf(read('docs/exit-status.md'))
  const [, purpose] = /^# dbfleet\n\n(.*?)\n\n/s.exec(read('README.md'))
  const [, start] = /^## Start\n\n```sh\n(.*?)^```$/ms.exec(read('README.md'))
  const section = (name, body, from = OVERVIEW) => [heading(name), ...markdownToRoff(body, from)]
  return page([
    ...header('dbfleet', help.summary, source),
    heading('Synopsis'),
    synopsis(help.usage),
    ...section('Description', purpose, 'README.md'),
    heading('Options'),
    definitions(entriesToRoff(help.Options)),
    ...section('Verbs', verbs.body),
    ...Object.entries(rest).flatMap(([name, body]) => section(name, body)),
    ...section('Exit status', status.body, 'docs/exit-status.md'),
    ...section('Environment', Environment),
    ...section('Files', Files),
    heading('Examples'),
    verbatim(start.trimEnd()),
    heading('See also'),
    paragraph(
      `${bold('dbfleet help')} ${italic('verb')} shows the flags of a verb.\nThe directory ${bold('docs/')} of the package has pages on each subject.`,
    ),
  ])
}

function verbPage(read, { verb, summary, source }) {
  const path = `docs/commands/${verb}.md`
  const text = read(path)
  const [first, ...more] = [...text.matchAll(HELP)].map(([, help]) => parseHelp(help))
  // Of `keys` only `keys create` does something.
  const helps = more.length === 0 ? [first] : more
  const [intro, ...sections] = sectionsOf(text)
  return page([
    ...header(`dbfleet-${verb}`, summary, source),
    heading('Synopsis'),
    ...helps.map(({ usage }) => synopsis(usage)),
    heading('Description'),
    ...markdownToRoff(intro.body, path),
    ...helps.flatMap(help => optionsOf(help, helps.length > 1)),
    ...sections.flatMap(({ name, body }) => [heading(name), ...markdownToRoff(body, path)]),
    heading('See also'),
    paragraph([`${bold('dbfleet')}(1)`, ...relatedTo(verb, text)].join(',\n')),
  ])
}

function header(name, summary, source) {
  const text = summary[0].toLowerCase() + summary.slice(1).replace(/\.$/, '')
  return [
    { lines: [title(name, source)] },
    heading('Name'),
    { lines: [`${escapeRoff(name)} \\- ${escapeRoff(text)}`] },
  ]
}

function synopsis(usage) {
  const [, words, rest] = /^(dbfleet(?: [a-z]+)*) ?(.*)$/.exec(usage)
  return paragraph(`${bold(escapeRoff(words))} ${italic(escapeRoff(rest))}`)
}

function optionsOf({ usage, Arguments = [], Options = [] }, isOneOfSeveral) {
  const own = Options.filter(([term]) => term !== '-h, --help')
  const general = paragraph(`The options of ${bold('dbfleet')}(1) can be given, too.`)
  const name = isOneOfSeveral ? `${usage.replace(/ [[<].*/, '')}: ` : ''
  return [
    ...(Arguments.length === 0
      ? []
      : [heading(`${name}arguments`), definitions(entriesToRoff(Arguments))]),
    heading(`${name}options`),
    ...(own.length === 0 ? [] : [definitions(entriesToRoff(own))]),
    general,
  ]
}

/** Other verbs that the page links to. */
function relatedTo(verb, text) {
  const linked = [...text.matchAll(/\]\((\w+)\.md(?:#[^)]*)?\)/g)].map(([, name]) => name)
  return [...new Set(linked)].filter(name => name !== verb).map(manualOf)
}

/** The parts of a page between its headings, without the help; the first one has no name. */
function sectionsOf(text) {
  const [first, ...others] = text
    .replace(/^# .*\n/, '')
    .replaceAll(HELP, '')
    .split(/^## /m)
  return [
    { name: '', body: first },
    ...others.map(part => {
      const end = part.indexOf('\n')
      return { name: part.slice(0, end).replaceAll('`', ''), body: part.slice(end + 1) }
    }),
  ]
}

/** What `--help` shows, taken apart: usage, summary, and the entries of each list. */
function parseHelp(help) {
  const [usage, summary, ...lists] = help.split('\n\n')
  const entries = lists.map(text => {
    const [name, ...lines] = text.split('\n')
    const whole = lines.join('\n').replaceAll(/\n {4,}/g, ' ')
    return [
      name.replace(/:$/, ''),
      [...whole.matchAll(/^ {2}(\S.*?)(?: {2,}(.*))?$/gm)].map(([, term, told = '']) => [
        term,
        told,
      ]),
    ]
  })
  const oneLine = text => text.replaceAll(/\n */g, ' ')
  return {
    usage: oneLine(usage).replace(/^Usage: /, ''),
    summary: oneLine(summary),
    ...Object.fromEntries(entries),
  }
}

function entriesToRoff(entries) {
  return entries.map(([term, told]) => [flagsToRoff(term), codeToRoff(told)])
}

/** Help has code in it, but no other Markdown. */
function codeToRoff(text) {
  return text.replaceAll(/`([^`]+)`|[^`]+|`/g, (part, code) =>
    code === undefined ? escapeRoff(part) : bold(escapeRoff(code)),
  )
}

/** A flag as it is typed, and what stands for a value. */
function flagsToRoff(term) {
  return term
    .split(/(<[^>]*>|\[[^\]]*\])/)
    .map(part => (/^[<[]/.test(part) ? italic : bold)(escapeRoff(part)))
    .join('')
}
