import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dumpCommands } from '../../src/backup/dump-commands.js'
import { KnownStatements } from '../../src/backup/known-statements.js'

/** The commands of a text in pieces, or what is wrong with it. */
async function commandsOf(pieces: readonly string[], known?: KnownStatements): Promise<unknown> {
  async function* bytes() {
    for (const piece of pieces) yield Buffer.from(piece)
  }
  const commands: unknown[] = []
  try {
    for await (const command of dumpCommands(bytes(), { known })) commands.push(command)
    return commands
  } catch (error) {
    return [...commands, String(error)]
  }
}

const piece = fc.constantFrom(
  'CREATE TABLE t (a);\n',
  'CREATE TABLE t (a)\n;',
  'CREATE TABLE t (a, b);\n',
  'CREATE TABLE t (a',
  "CREATE TABLE t (a DEFAULT ';\n');",
  '\n-- a comment; with more\nCREATE INDEX i ON t (a) /* ; */ ;\n',
  'CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END;\n',
  'CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1;',
  ' END;\n',
  'CREATE VIEW "wörter" AS SELECT 1;\n',
  "CREATE VIEW v AS SELECT readfile('x');\n",
  'INSERT INTO t(a) VALUES\n(1),\n(2);\n',
  "INSERT INTO t(a) VALUES('CREATE TABLE t (a);\n');\n",
  'PRAGMA user_version=3;\n',
  ';',
  "'",
  '\0',
)

describe('statements of earlier dumps', () => {
  it('change nothing of what is read of a dump, nor of where it stands', async () => {
    const dump = fc.array(piece, { maxLength: 10 })
    await fc.assert(
      fc.asyncProperty(fc.array(dump, { minLength: 1, maxLength: 5 }), async dumps => {
        const known = new KnownStatements()
        for (const pieces of [...dumps, ...dumps]) {
          expect(await commandsOf(pieces, known)).toEqual(await commandsOf(pieces))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('are found again by their characters, in the order in which they came', async () => {
    const known = new KnownStatements()
    const text = '\nCREATE TABLE t (a);\nCREATE INDEX i ON t (a);\nCREATE TABLE u (b);\n'
    const first = await commandsOf([text], known)
    known.restart()
    expect(known.find(text, 0)?.text).toBe('\nCREATE TABLE t (a);')
    expect(known.find(text, 20)?.text).toBe('\nCREATE INDEX i ON t (a);')
    expect(known.find(text, 0)).toBeUndefined()
    expect(await commandsOf([text], known)).toEqual(first)
  })

  it('are forgotten when there are too many, and not kept when they are long', async () => {
    const known = new KnownStatements()
    const tables = Array.from({ length: 1200 }, (_, i) => `CREATE TABLE t${i} (a);\n`).join('')
    expect(await commandsOf([tables], known)).toHaveLength(1200)
    known.restart()
    expect(known.find(tables, 0)).toBeUndefined()
    const long = `CREATE TABLE t (a DEFAULT '${'x'.repeat(20_000)}');`
    expect(await commandsOf([long], known)).toHaveLength(1)
    known.restart()
    expect(known.find(long, 0)).toBeUndefined()
  })
})
