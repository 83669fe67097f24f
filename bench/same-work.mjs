import { join } from 'node:path'
import Database from 'better-sqlite3'
import { dbfleet, plainLoop } from './commands.mjs'
import { databaseNames, remakeFleet } from './fleets.mjs'
import { READ_LEDGER } from './ledger.mjs'
import { runCommand } from './measure.mjs'

/**
 * Makes sure that dbfleet and the plain loop leave the same schema and the same ledger behind;
 * a ratio of different work says nothing. The fleet is made anew for it.
 *
 * @param {import('./fleets.mjs').Project} project
 * @throws when they do not
 */
export async function checkSameWork(project) {
  const [ours, theirs] = [dbfleet(project, ['up', '--all']), plainLoop(project, 'up')]
  const results = []
  for (const command of [ours, theirs]) {
    remakeFleet(project, 1)
    await runCommand(command)
    results.push(contentOf(join(project.databases, `${databaseNames(1)[0]}.db`)))
  }
  if (results[0] === results[1]) return
  throw new Error(
    `the plain loop and dbfleet leave different databases behind:\n${results.join('\n')}`,
  )
}

function contentOf(path) {
  const db = new Database(path, { readonly: true })
  const schema = db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all()
  const ledger = db.prepare(READ_LEDGER).all()
  db.close()
  return JSON.stringify({ schema, ledger })
}
