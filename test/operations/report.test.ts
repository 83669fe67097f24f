import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openFleet } from '../../src/operations/open-fleet.js'
import { PAGE_MARK } from '../../src/page/page-mark.js'
import { TWO_MIGRATIONS, writeFiles } from '../cli/run-cli.js'
import { temporaryDirectories } from '../temporary-directory.js'

const directory = temporaryDirectories()

async function project() {
  const cwd = directory()
  writeFiles(cwd, { ...TWO_MIGRATIONS, 'databases/alice.db': '' })
  const fleet = await openFleet({ config: join(cwd, 'dbfleet.config.json') })
  return { cwd, fleet, out: join(cwd, 'report.html') }
}

it('the library writes the page, too', async () => {
  const { fleet, out } = await project()
  const { written, bytes, summary } = await fleet.report({ out })
  const page = readFileSync(out)
  expect([written, bytes, summary.ok]).toEqual([true, page.length, 1])
  expect(page.toString().startsWith(PAGE_MARK)).toBe(true)
  await expect(fleet.report({ out, runs: 0 })).rejects.toMatchObject({ code: 'bad-options' })
})

it('an interrupted report leaves the page that was there', async () => {
  const { cwd, fleet, out } = await project()
  const ended = { out, signal: AbortSignal.abort() }
  expect(await fleet.report(ended)).toMatchObject({ written: false, bytes: 0, interrupted: true })
  expect([existsSync(out), readdirSync(cwd).length]).toEqual([false, 3])
  await fleet.report({ out })
  const before = readFileSync(out, 'utf8')
  await fleet.report(ended)
  expect(readFileSync(out, 'utf8')).toBe(before)
})
