// Writes the generated parts of docs/: the help of each verb and the output of each example. What
// is between them is written by hand and kept. With --check nothing is written; the exit status is
// 1 when a page is not what it would be.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { listVerbs, renderPage } from './docs-page.mjs'

const docs = fileURLToPath(new URL('../docs', import.meta.url))
const checkOnly = process.argv.includes('--check')

const pages = new Set(
  readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.md')),
)
for (const { name } of listVerbs()) pages.add(join('commands', `${name}.md`))

let stale = 0
for (const page of [...pages].sort()) {
  const file = join(docs, page)
  const name = page.replace(/^commands.|\.md$/g, '')
  const before = existsSync(file)
    ? readFileSync(file, 'utf8')
    : `# dbfleet ${name}\n\n<!-- help: ${name} -->\n<!-- /help -->\n`
  const after = renderPage(before)
  if (existsSync(file) && after === before) continue
  stale += 1
  if (checkOnly) {
    console.error(`docs/${page} is stale: ${firstDifference(before, after)}`)
  } else {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, after)
    console.log(`docs/${page}`)
  }
}
if (checkOnly && stale > 0) {
  console.error('Run `npm run docs`, and look over what it changes.')
  process.exitCode = 1
}

function firstDifference(before, after) {
  const [old, fresh] = [before.split('\n'), after.split('\n')]
  const index = fresh.findIndex((line, i) => line !== old[i])
  return `line ${index + 1} would be ${JSON.stringify(fresh[index])}, is ${JSON.stringify(old[index])}`
}
