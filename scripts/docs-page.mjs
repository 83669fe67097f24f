// Renders a page of docs/: what a reader sees of commands is what they really print.
//
//   <!-- help: up -->    up to <!-- /help -->: the help of a verb, or of dbfleet itself
//   <!-- verbs -->       up to <!-- /verbs -->: the table of verbs
//   ```console           lines after a `$ ` line are what it printed, standard error included
//   `path`:              with a code block after it: a file of that content
//   <!-- run: … -->      runs without being shown
//   <!-- recorded -->    before a session that needs a server: it is left as it is
//
// Commands run in order, in a directory with the repository's own example: migrations/, templates/
// and dbfleet.config.ts. What differs from run to run (times, paths, new timestamps) is made equal.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
/** What pages may run by name; `sqlite3` is a stand-in, so that nothing need be installed. */
const PROGRAMS = { dbfleet: 'dist/bin.js', sqlite3: 'scripts/docs-sqlite3.mjs' }
const EXAMPLE = ['migrations', 'templates', 'dbfleet.config.ts']

const PARTS = new RegExp(
  [
    '<!-- help:(?<verb>(?: \\w+)+)? -->.*?<!-- /help -->',
    '<!-- (?<verbs>verbs) -->.*?<!-- /verbs -->',
    '<!-- run: (?<hidden>.*?) -->',
    '<!-- recorded -->\\n```console\\n.*?^```$',
    '^```console\\n(?<session>.*?)^```$',
    '^`(?<path>[\\w./-]+)`:\\n\\n```\\w+\\n(?<content>.*?)^```$',
  ].join('|'),
  'gms',
)

/** Runs what a page shows and returns the page with what came out. */
export function renderPage(text) {
  const shell = new Shell()
  try {
    return text.replace(PARTS, (part, ...rest) => {
      const { verb, verbs, hidden, session, path, content } = rest.at(-1)
      if (part.startsWith('<!-- help')) return helpOf(shell, verb?.trim())
      if (verbs !== undefined) return tableOfVerbs(shell)
      if (hidden !== undefined) shell.mustRun(hidden)
      if (session !== undefined) return replay(shell, session)
      if (path !== undefined) shell.write(path, content)
      return part
    })
  } finally {
    shell.close()
  }
}

/** Names and summaries of all verbs, in the order of the help. */
export function listVerbs() {
  const shell = new Shell()
  try {
    return verbsOf(shell)
  } finally {
    shell.close()
  }
}

function verbsOf(shell) {
  const [, commands = ''] = shell.mustRun('dbfleet --help').split('Commands:\n')
  const whole = commands.replaceAll(/\n {4,}/g, ' ')
  return [...whole.matchAll(/^ {2}(\w+) {2,}(.*)$/gm)].map(([, name, summary]) => ({
    name,
    summary,
  }))
}

function helpOf(shell, verb) {
  const help = shell.mustRun(verb === undefined ? 'dbfleet --help' : `dbfleet ${verb} --help`)
  const marker = verb === undefined ? '<!-- help: -->' : `<!-- help: ${verb} -->`
  return `${marker}\n\`\`\`text\n${help.trimEnd()}\n\`\`\`\n<!-- /help -->`
}

function tableOfVerbs(shell) {
  const rows = verbsOf(shell).map(
    ({ name, summary }) => `| [\`dbfleet ${name}\`](commands/${name}.md) | ${summary} |`,
  )
  return ['<!-- verbs -->', '| verb | |', '| --- | --- |', ...rows, '<!-- /verbs -->'].join('\n')
}

function replay(shell, session) {
  const commands = session.split('\n').filter(line => line.startsWith('$ '))
  const shown = commands.map(command => {
    const output = shell.run(command.slice(2)).output.trimEnd()
    return output === '' ? command : `${command}\n${output}`
  })
  return `\`\`\`console\n${shown.join('\n')}\n\`\`\``
}

const SETTLED_TOKEN = 'eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.claims.signature'
const SETTLED_IAT = Date.UTC(2026, 0, 5, 9) / 1_000

/** The times of a token's document, moved as if it were made at one certain moment. */
function settledClaims(text, iat) {
  const shift = SETTLED_IAT - Number(iat)
  return text
    .replaceAll(/(?<="(?:iat|exp)":)\d+/g, time => String(Number(time) + shift))
    .replace(/(?<="expiresAt":")[^"]+/, time =>
      new Date(Date.parse(time) + shift * 1_000).toISOString(),
    )
}

/** Runs commands in a directory of its own. */
class Shell {
  #home = mkdtempSync(join(tmpdir(), 'dbfleet-docs-'))
  #directory = join(this.#home, 'app')
  #timestamps = new Map()
  #known

  constructor() {
    mkdirSync(this.#directory)
    for (const name of EXAMPLE) {
      cpSync(join(root, name), join(this.#directory, name), { recursive: true })
    }
    this.#known = readdirSync(join(this.#directory, 'migrations')).join()
    mkdirSync(join(this.#home, 'bin'))
    for (const [name, script] of Object.entries(PROGRAMS)) {
      const text = `#!/bin/sh\nexec "${process.execPath}" "${join(root, script)}" "$@"\n`
      writeFileSync(join(this.#home, 'bin', name), text, { mode: 0o755 })
    }
  }

  write(path, content) {
    const file = join(this.#directory, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    this.#known += path
  }

  run(command) {
    const { status, stdout } = spawnSync('sh', ['-c', `exec 2>&1\n${command}`], {
      cwd: this.#directory,
      encoding: 'utf8',
      input: '',
      env: {
        PATH: [join(this.#home, 'bin'), process.env.PATH].join(delimiter),
        HOME: this.#home,
        // That of the machine may hold what a killed run left, which doctor tells.
        TMPDIR: this.#home,
      },
    })
    return { status, output: this.#settled(stdout) }
  }

  mustRun(command) {
    const { status, output } = this.run(command)
    if (status !== 0) throw new Error(`$ ${command}\n${output}ended with ${status}`)
    return output
  }

  close() {
    rmSync(this.#home, { recursive: true, force: true })
  }

  #settled(output) {
    return output
      .replaceAll(this.#directory, '/srv/app')
      .replaceAll(/(?<= in (?:about )?)[\d.]+ m?s$/gm, '0.1 s')
      .replaceAll(/(?<="durationMs":)[\d.]+/g, '96.5')
      .replaceAll(/(?<="endedAt":")[^"]+/g, '2026-01-05T09:00:00.000Z')
      .replaceAll(/(?<="host":")[^"]+/g, 'lab-1')
      .replaceAll(/(?<=^ {2}started )\S+ on .*$/gm, '2026-01-05T09:00:00.000Z on lab-1')
      .replaceAll(/(?<=^\d+\t)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?=\t)/gm, '2026-01-05 09:00:00')
      .replaceAll(/(?<=\bNode |"node":")\d+\.\d+\.\d+/g, '22.21.1')
      .replaceAll(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, SETTLED_TOKEN)
      .replaceAll(/"iat":(\d+)[\s\S]*?"expiresAt":[^,]+/g, settledClaims)
      .replaceAll(/(?<= rows?, )[\d,]+ bytes/g, '470 bytes')
      .replaceAll(/"storedBytes":\d+,"rawBytes":\d+/g, '"storedBytes":759,"rawBytes":1988')
      .replaceAll(/"(stored|removed)Bytes":\d+(?=[},\n])(?!,"raw)/g, '"$1Bytes":759')
      .replaceAll(/(?<=written: |compared: )[\d,]+ bytes/g, '470 bytes')
      .replaceAll(/(?<=_timestamp_seconds\{.*\} )[\d.]+/g, '1767603600.123')
      .replaceAll(/(?<=_duration_seconds\{.*\} )[\d.]+/g, '0.512')
      .replaceAll(/(?<=_(stored|written)_bytes\{.*\} )[\d.]+/g, '759')
      .replaceAll(/(?<=_raw_bytes\{.*\} )[\d.]+/g, '1988')
      .replaceAll(/(?<=report\.html, )\d+ kB/g, '19 kB')
      .replaceAll(/(?<="written":true,\n"bytes":)\d+/g, '19000')
      .replaceAll(/(?<= objects? of )[\d,]+ bytes/g, '470 bytes')
      .replaceAll(/\b\d{8}T\d{6}Z(-\d+)?\b/g, settledDays(output, '20260105T090000Z'))
      .replaceAll(/(?<="startedAt":")[^"]+/g, settledDays(output, '2026-01-05T09:00:00.000Z'))
      .replaceAll(/\b20\d{12}(?=_)/g, timestamp => this.#settledTimestamp(timestamp))
  }

  /** Migrations that a page makes seem to be made a day after one another. */
  #settledTimestamp(timestamp) {
    if (this.#known.includes(timestamp)) return timestamp
    const day = String(6 + this.#timestamps.size).padStart(2, '0')
    const settled = this.#timestamps.get(timestamp) ?? `202601${day}090000`
    this.#timestamps.set(timestamp, settled)
    return settled
  }
}

/** Sets that one command tells of seem to be made on days after one another. */
function settledDays(output, newest) {
  const pattern = newest.includes('-') ? /(?<="startedAt":")[^"]+/g : /\b\d{8}T\d{6}Z(-\d+)?\b/g
  const found = [...new Set(output.match(pattern) ?? [])].sort().reverse()
  return name => newest.replace('05T', `0${Math.max(1, 5 - found.indexOf(name))}T`)
}
