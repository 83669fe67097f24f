// sqlite3 <file> <statement>…, as far as the pages of docs/ need it.
import Database from 'better-sqlite3'

const [file, ...statements] = process.argv.slice(2)
const db = new Database(file)
for (const sql of statements) {
  const statement = db.prepare(sql)
  if (!statement.reader) statement.run()
  else for (const row of statement.raw().all()) console.log(row.join('|'))
}
db.close()
