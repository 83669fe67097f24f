// Makes a large database of readings: large-database.mjs <path> <megabytes>
import { statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { reading } from './reading.mjs'

const [path, megabytes] = process.argv.slice(2)
const db = new Database(path)
db.pragma('journal_mode = off')
db.pragma('synchronous = off')
db.exec(`CREATE TABLE measurements (
  id INTEGER PRIMARY KEY,
  data JSON NOT NULL,
  func TEXT GENERATED ALWAYS AS (json_extract(data, '$.func')) VIRTUAL
)`)
const insert = db.prepare('INSERT INTO measurements (data) VALUES (?)')
const wanted = Number(megabytes) * 2 ** 20
let n = 0
while (n === 0 || statSync(path).size < wanted) {
  db.exec('BEGIN')
  for (let i = 0; i < 20_000; i += 1) insert.run(reading(n++))
  db.exec('COMMIT')
}
db.exec('CREATE INDEX measurements_func ON measurements (func)')
db.close()
