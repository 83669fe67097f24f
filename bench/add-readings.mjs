// Adds readings to databases that have the table measurements, each its own:
// add-readings.mjs <directory> <readings> <every>  (1: to all of them, 100: to each hundredth)
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { reading } from './reading.mjs'

const [directory, readings, every] = process.argv.slice(2)
const names = readdirSync(directory).filter(name => name.endsWith('.db'))
let n = Date.now()
for (const [index, name] of names.sort().entries()) {
  if (index % Number(every) !== 0) continue
  const db = new Database(join(directory, name))
  // The whole fleet is flushed at once before it is measured.
  db.pragma('synchronous = off')
  db.pragma('journal_mode = memory')
  const insert = db.prepare('INSERT INTO measurements (data) VALUES (?)')
  db.transaction(() => {
    for (let i = 0; i < Number(readings); i += 1) insert.run(reading(n++))
  })()
  db.close()
}
