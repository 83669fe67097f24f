// Writes the generated parts of docs/: the help of each verb and the output of each example. What
// is between them is written by hand and kept. The manual pages of man/ are made of these pages, and
// package.json names them. With --check nothing is written; the exit status is 1 when a file is not
// what it would be.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { listVerbs, renderPage } from './docs-page.mjs'
import { renderManPages } from './man-pages.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const docs = join(root, 'docs')
const checkOnly = process.argv.includes('--check')
let stale = 0

const pages = new Set(
  readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.md')),
)
for (const { name } of listVerbs()) pages.add(join('commands', `${name}.md`))
for (const page of [...pages].sort()) {
  const file = join(docs, page)
  const name = page.replace(/^commands.|\.md$/g, '')
  const before = existsSync(file)
    ? readFileSync(file, 'utf8')
    : `# dbfleet ${name}\n\n<!-- help: ${name} -->\n<!-- /help -->\n`
  settle(`docs/${page}`, renderPage(before))
}

const manuals = renderManPages(root)
for (const [path, text] of manuals) settle(path, text)
for (const name of readdirSync(join(root, 'man'))) {
  if (name !== 'README.md' && !manuals.has(`man/${name}`)) settle(`man/${name}`, undefined)
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
settle('package.json', `${JSON.stringify({ ...manifest, man: [...manuals.keys()] }, null, 2)}\n`)

if (checkOnly && stale > 0) {
  console.error('Run `npm run docs`, and look over what it changes.')
  process.exitCode = 1
}

/** Makes a file what it should be, or says that it is not. */
function settle(path, text) {
  const file = join(root, path)
  const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined
  if (text === before) return
  stale += 1
  if (checkOnly) {
    console.error(`${path} is stale: ${firstDifference(before ?? '', text ?? '')}`)
    return
  }
  if (text === undefined) rmSync(file)
  else {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  console.log(path)
}

function firstDifference(before, after) {
  const [old, fresh] = [before.split('\n'), after.split('\n')]
  const index = fresh.findIndex((line, i) => line !== old[i])
  return `line ${index + 1} would be ${JSON.stringify(fresh[index])}, is ${JSON.stringify(old[index])}`
}
