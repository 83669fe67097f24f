// Runs the statements that standard input holds with libSQL's engine, and prints their rows.
import { readFileSync } from 'node:fs'
import { createClient } from '@libsql/client'

const { url, encryptionKey, statements } = JSON.parse(readFileSync(0, 'utf8'))
const client = createClient({ url, intMode: 'string', ...(encryptionKey && { encryptionKey }) })
const results = []
for (const statement of statements) {
  const { columns, rows } = await client.execute(statement)
  results.push(rows.map(row => Object.fromEntries(columns.map((name, i) => [name, row[i]]))))
}
const plain = (_, value) =>
  value instanceof ArrayBuffer ? `x'${Buffer.from(value).toString('hex')}'` : value
process.stdout.write(JSON.stringify(results, plain))
client.close()
